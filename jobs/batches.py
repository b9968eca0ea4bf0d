"""Writes much while the site goes on: short transactions, each under the fence of its job."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from jobs.execution import Step
from jobs.pacing import Pace

Item = TypeVar("Item")


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
        self._pace = Pace()

    def write(self, items: Sequence[Item]) -> None:
        """Write `items` in as many transactions as it takes."""
        start = 0
        while some := items[start : start + self._pace.size]:
            start += len(some)
            with self._pace.transaction(len(some)):
                self._apply(some)
                self.done += len(some)
                self._step.commit(cursor=self._step.cursor, done=self.done, total=self._total)
