"""Applies a plan in short transactions, from wherever it was cut short."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from jobs.enums import RunStatus
from jobs.execution import Step
from jobs.models import ImportRun
from jobs.pacing import Pace
from tenders.importers.decp import DecpError
from tenders.importers.decp.spool import Spool
from tenders.services.contracts import apply_decp_changes, finish_decp_run, may_go_on


def folder() -> Path:
    """Return where plans wait."""
    path = Path(settings.VAR_DIR) / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def apply_spool(step: Step, *, run: int, name: str, counts: Mapping[str, Any]) -> dict[str, Any]:
    """Write what the spool `name` holds and the step has not written yet; return `counts`.

    Raises DecpError when the spool is gone, or when another import has begun since.
    """
    spool = Spool(folder() / name)
    if ImportRun.objects.get(pk=run).status != RunStatus.DONE:
        if not spool.exists():
            raise DecpError(
                _("Le plan de cet import a disparu du disque\u00a0: relancez import_decp.")
            )
        _apply(step, run, spool)
        finish_decp_run(run=run, counts=counts)
    spool.drop()
    return dict(counts)


def _apply(step: Step, run: int, spool: Spool) -> None:
    pace, buyers = Pace(), dict[str, int]()
    cursor = step.cursor or {"applied": 0, "offset": 0}
    waiting = spool.read(cursor["offset"])
    while some := list(islice(waiting, pace.size)):
        applied, offset = cursor["applied"] + len(some), some[-1][1]
        cursor = {"applied": applied, "offset": offset}
        with pace.transaction(len(some)):
            if not may_go_on(run=run):
                raise DecpError(_("Un autre import de DECP a commencé\u00a0: celui-ci s’arrête."))
            apply_decp_changes(run=run, changes=[change for change, _end in some], buyers=buyers)
            step.commit(cursor=cursor, done=applied)
