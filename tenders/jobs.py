"""The room's work in the background."""

from collections.abc import Mapping
from typing import Any

from jobs.execution import Step
from jobs.registry import stepwise_job
from tenders.importers.decp.applying import apply_spool
from tenders.services.contracts import IMPORT_DECP


@stepwise_job(IMPORT_DECP)
def import_decp(step: Step, *, run: int, spool: str, counts: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the planned changes of an import, or go on with them; return its counts."""
    return apply_spool(step, run=run, name=spool, counts=counts)
