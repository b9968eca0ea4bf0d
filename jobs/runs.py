"""The record of an import: one `ImportRun` for each, closed whatever ends the import."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.enums import RunKind, RunStatus
from jobs.execution import Step
from jobs.models import ImportRun

Ended = Callable[[ImportRun], None]


@contextmanager
def import_run(
    step: Step,
    *,
    kind: RunKind,
    files: Sequence[Mapping[str, Any]] = (),
    note: str = "",
    ended: Ended = lambda run: None,
) -> Iterator[ImportRun]:
    """Yield the run to which everything an import writes is tied; the block sets its `counts`.

    It is done when the block ends and failed when the block raises. The cursor of the step
    names it, so that whoever takes over from a process that was killed can close it as failed.
    Each run that ends, one way or another, is given to `ended` in the transaction that ends it.
    Raises LeaseLost when another has the job: the run is then neither opened nor done.
    """
    with transaction.atomic():
        _close_the_one_cut_short(step, ended)
        run = ImportRun.objects.create(kind=kind, files=list(files), note=note)
        step.commit(cursor={"run": run.pk}, done=0)
    try:
        yield run
        with transaction.atomic():
            _end(run, RunStatus.DONE, ended)
            step.commit(cursor=step.cursor)
    except BaseException:  # Ctrl-C too
        with transaction.atomic():
            _end(run, RunStatus.FAILED, ended)
        raise


def _close_the_one_cut_short(step: Step, ended: Ended) -> None:
    if isinstance(step.cursor, dict) and "run" in step.cursor:
        for run in ImportRun.objects.filter(pk=step.cursor["run"], status=RunStatus.RUNNING):
            _end(run, RunStatus.FAILED, ended)


def _end(run: ImportRun, status: RunStatus, ended: Ended) -> None:
    run.status, run.finished_at = status, timezone.now()
    run.save(update_fields=["status", "counts", "finished_at"])
    ended(run)
