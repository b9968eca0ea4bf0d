"""Keeps planned changes on disk between the reading of a file and the writing of the database."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Spool(Generic[Item]):
    """Batches waiting in a temporary file: 190 000 companies in memory would take 500 MB."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self, batches: Iterable[Sequence[Item]]) -> None:
        """Write down every batch that is not empty."""
        with self._path.open("wb") as file:
            for batch in filter(None, batches):
                pickle.dump(batch, file)

    def __iter__(self) -> Iterator[Sequence[Item]]:
        """Yield the batches as they came."""
        with self._path.open("rb") as file:
            while file.peek(1):
                yield pickle.load(file)  # noqa: S301 - written by this very process
