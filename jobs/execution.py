"""Does one job: begins it, keeps its lease while it works, writes how it ended."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, close_old_connections, connection, transaction

from jobs import leases
from jobs.enums import JobState
from jobs.errors import describe
from jobs.models import Job
from jobs.policy import RENEWAL
from jobs.registry import handler

logger = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
Say = Callable[[str], None]


class Step:
    """What a stepwise handler is given: where to go on from, and how to say how far it is."""

    def __init__(self, job: Job, progress: Progress | None = None, say: Say = logger.info) -> None:
        self._job = job
        self._progress = progress
        #: Tells a sentence to whoever follows the work: the terminal of a command, else the log.
        self.say = say
        #: What the last committed step saved, None at first.
        self.cursor: Any = job.cursor
        self.done = job.done
        self.total = job.total

    def commit(self, *, cursor: Any, done: int | None = None, total: int | None = None) -> None:
        """Save the cursor (JSON) in the transaction of the step's own writes: call it last.

        Raises LeaseLost when another has taken the job over: the step is then rolled back.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("step.commit() needs atomic().")
        self.progress(self.done if done is None else done, total)
        leases.advance(self._job, cursor=cursor, done=self.done, total=self.total)
        self.cursor = cursor

    def progress(self, done: int, total: int | None = None) -> None:
        """Show how far the work is; written with the next renewal of the lease."""
        self.done, self.total = done, self.total if total is None else total
        if self._progress:
            self._progress(self.done, self.total)

    @property
    def holder(self) -> str:
        """Name this attempt, for what it marks as its own; see `leases.is_at_work`."""
        return f"{self._job.pk}:{self._job.fence}"


def execute(pk: int) -> None:
    """Do the job a message names, if it is still to be done; a failure is written, not raised."""
    if not connection.in_atomic_block:
        close_old_connections()  # one that broke during an earlier job
    try:
        job = leases.begin(pk) if isinstance(pk, int) else None
        if job is not None:
            _attempt(job)
    except leases.LeaseLost:
        logger.warning("Job %d was taken over: its late work is undone.", pk)
    except DatabaseError as error:  # nothing can be written: the lease will run out
        logger.warning("Job %s waits for the database: %s", pk, describe(error))


def perform(job: Job, *, progress: Progress | None = None, say: Say = logger.info) -> None:
    """Run the handler of a job begun by the caller, and end the job; raise what it raises."""
    work = handler(job.name)
    step = Step(job, progress, say)
    with _renewed(job, step):
        if work.stepwise:
            leases.finish(job, result=work.function(step, **job.args))
        else:
            with transaction.atomic():
                leases.finish(job, result=work.function(**job.args))


def _attempt(job: Job) -> None:
    try:
        perform(job)
    except leases.LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 whatever a handler raises is its failure
        text = describe(error)
        state = leases.fail(job, error=text)
        level = logging.ERROR if state == JobState.DEAD else logging.WARNING
        logger.log(level, "Job %d %s failed, now %s: %s", job.pk, job.name, state, text)


@contextmanager
def _renewed(job: Job, step: Step) -> Iterator[None]:
    """Keep the lease of a job that lasts, from a thread with its own connection."""
    ended = threading.Event()
    thread = threading.Thread(target=_keep, args=(job, step, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _keep(job: Job, step: Step, ended: threading.Event) -> None:
    written, renewed = step.done, time.monotonic()
    try:
        while not ended.wait(min(1.0, RENEWAL.total_seconds())):
            if step.done == written and time.monotonic() < renewed + RENEWAL.total_seconds():
                continue
            try:
                written, renewed = step.done, time.monotonic()
                leases.renew(job, done=step.done, total=step.total)
            except leases.LeaseLost:
                return  # the work finds out when it commits
            except DatabaseError as error:  # the database is busy or gone: try again
                logger.warning("The lease of job %d was not renewed: %s", job.pk, describe(error))
                renewed -= RENEWAL.total_seconds()
                connection.close()
    finally:
        connection.close()
