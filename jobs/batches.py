"""Writes much while the site goes on: short transactions with rests between them."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from django.db import connection, transaction

from jobs.execution import Step

Item = TypeVar("Item")

#: SQLite has one writer and no queue: a transaction aims at this, and is followed by a rest at
#: least as long, or the others starve.
_AIM = 0.025  # seconds; the promise is 50 ms
_FEWEST, _MOST = 10, 1_000  # items in a transaction


class Pace:
    """Leaves others their turn between the transactions of one long work."""

    def __init__(self) -> None:
        self._free_at = 0.0
        #: Seconds the last transaction took.
        self.took = 0.0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block in a transaction, after a rest as long as the last one took."""
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        started = time.monotonic()
        with transaction.atomic():
            yield
        self.took = time.monotonic() - started
        if connection.vendor == "sqlite":
            self._free_at = started + 2 * self.took


class Writer(Generic[Item]):
    """Applies the items of a stepwise job, and learns how many fit in a short transaction.

    `apply` writes some of them; its transaction ends by the step's commit, so that what a worker
    writes after another has taken the job over is rolled back (LeaseLost). The cursor of the
    step stays as it is: the job is for handlers that plan again after an interruption.
    """

    def __init__(
        self, step: Step, apply: Callable[[Sequence[Item]], None], *, total: int | None = None
    ) -> None:
        self._step = step
        self._apply = apply
        self._total = total
        #: Items written.
        self.done = 0
        self._size = 50
        self._pace = Pace()

    def write(self, items: Sequence[Item]) -> None:
        """Write `items` in as many transactions as it takes."""
        start = 0
        while some := items[start : start + self._size]:
            start += len(some)
            self._write_one(some)

    def _write_one(self, items: Sequence[Item]) -> None:
        with self._pace.transaction():
            self._apply(items)
            self.done += len(items)
            self._step.commit(cursor=self._step.cursor, done=self.done, total=self._total)
        self._size = min(_MOST, max(_FEWEST, int(len(items) * _AIM / self._pace.took)))
