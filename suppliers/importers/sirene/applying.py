"""Keeps the planned changes on disk, and writes them so that the site goes on working."""

import pickle
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.db import connection

from jobs.models import ImportRun
from suppliers.importers.sirene.planning import Change
from suppliers.services import apply_sirene_batch

#: SQLite has one writer and no queue: a transaction aims at this, and is followed by a rest at
#: least as long, or the others starve.
_AIM = 0.025  # seconds; the promise is 50 ms
_FEWEST, _MOST = 10, 1_000  # companies in a transaction


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
    """Applies changes for one run, and learns how many fit in a short transaction."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._size = 50
        self._free_at = 0.0

    def write(self, changes: Sequence[Change]) -> None:
        """Write `changes`, each company with its establishments, in as many transactions."""
        start = 0
        while some := changes[start : start + self._size]:
            start += len(some)
            self._write_one(some)

    def _write_one(self, changes: Sequence[Change]) -> None:
        companies = [change.company for change in changes if change.company]
        places = [place for change in changes for place in change.establishments]
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        started = time.monotonic()
        apply_sirene_batch(run=self._run, companies=companies, establishments=places)
        took = time.monotonic() - started
        self._size = min(_MOST, max(_FEWEST, int(len(changes) * _AIM / took)))
        if connection.vendor == "sqlite":
            self._free_at = started + 2 * took
