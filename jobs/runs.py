"""The record of an import: one `ImportRun` for each, closed whatever ends the import."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.enums import RunKind, RunStatus
from jobs.execution import Step
from jobs.models import ImportRun


@contextmanager
def import_run(
    step: Step, *, kind: RunKind, files: Sequence[Mapping[str, Any]] = (), note: str = ""
) -> Iterator[ImportRun]:
    """Yield the run to which everything an import writes is tied; the block sets its `counts`.

    It is done when the block ends and failed when the block raises. The cursor of the step
    names it, so that whoever takes over from a process that was killed can close it as failed.
    Raises LeaseLost when another has the job: the run is then neither opened nor done.
    """
    with transaction.atomic():
        _close_the_one_cut_short(step)
        run = ImportRun.objects.create(kind=kind, files=list(files), note=note)
        step.commit(cursor={"run": run.pk}, done=0)
    try:
        yield run
        with transaction.atomic():
            _end(run, RunStatus.DONE)
            step.commit(cursor=step.cursor)
    except BaseException:  # Ctrl-C too
        _end(run, RunStatus.FAILED)
        raise


def _close_the_one_cut_short(step: Step) -> None:
    if isinstance(step.cursor, dict) and "run" in step.cursor:
        ImportRun.objects.filter(pk=step.cursor["run"], status=RunStatus.RUNNING).update(
            status=RunStatus.FAILED, finished_at=timezone.now()
        )


def _end(run: ImportRun, status: RunStatus) -> None:
    run.status, run.finished_at = status, timezone.now()
    run.save(update_fields=["status", "counts", "finished_at"])
