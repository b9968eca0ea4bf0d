"""Keeps the planned changes on disk, and writes them so that the site goes on working."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jobs.models import ImportRun
from jobs.pacing import Pace
from suppliers.importers.sirene.planning import Change
from suppliers.services import apply_sirene_batch


class Spool:
    """Changes waiting in a temporary file: 190 000 companies in memory would take 500 MB."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self, batches: Iterable[list[Change]]) -> None:
        """Write down every batch that changes something."""
        with self._path.open("wb") as file:
            for changes in filter(None, batches):
                pickle.dump(changes, file)

    def __iter__(self) -> Iterator[list[Change]]:
        """Yield the batches as they came."""
        with self._path.open("rb") as file:
            while file.peek(1):
                yield pickle.load(file)  # noqa: S301 - written by this very process


class Writer:
    """Applies changes for one run, in short transactions."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._pace = Pace()

    def write(self, changes: Sequence[Change]) -> None:
        """Write `changes`, each company with its establishments, in as many transactions."""
        start = 0
        while some := changes[start : start + self._pace.size]:
            start += len(some)
            companies = [change.company for change in some if change.company]
            places = [place for change in some for place in change.establishments]
            with self._pace.transaction(len(some)):
                apply_sirene_batch(run=self._run, companies=companies, establishments=places)
