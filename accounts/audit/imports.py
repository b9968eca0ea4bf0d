"""One entry for each import run; the importer of each room passes this to `import_run`."""

from accounts.audit.actions import AuditAction
from accounts.audit.recording import record
from jobs.enums import RunStatus
from jobs.models import ImportRun


def record_import(run: ImportRun) -> None:
    """Record how a run ended: its kind and its whole numbers; its files are named in its row."""
    done = run.status == RunStatus.DONE
    counts = {name: value for name, value in run.counts.items() if isinstance(value, int)}
    record(
        by=None,
        action=AuditAction.IMPORT_DONE if done else AuditAction.IMPORT_FAILED,
        target=run,
        after={"kind": run.kind, "files": len(run.files), "counts": counts},
    )
