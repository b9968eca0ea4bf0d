"""The work of the room: telling companies of a forecast, applying an import of contracts."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from django.db import transaction

from jobs.execution import Step
from jobs.registry import stepwise_job
from tenders.importers.decp.applying import apply_spool
from tenders.matching import matching_subscriptions, told_before
from tenders.models import NoticeVersion
from tenders.services.contracts import IMPORT_DECP
from tenders.services.subscriptions import announce


@stepwise_job("tenders.match", external=True)
def match(step: Step, *, version: int) -> int:
    """Find who follows what a version says, and tell them; return how many matched."""
    published = NoticeVersion.objects.select_related("notice__buyer").get(pk=version)
    found = matching_subscriptions(published, after=step.cursor or 0)
    for batch in chain(found, told_before(published)):
        with transaction.atomic():
            announce(version=published, batch=batch)
            cursor = max(step.cursor or 0, batch.through)
            step.commit(cursor=cursor, done=step.done + len(batch.found))
    return step.done


@stepwise_job(IMPORT_DECP)
def import_decp(step: Step, *, run: int, spool: str, counts: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the planned changes of an import, or go on with them; return its counts."""
    return apply_spool(step, run=run, name=spool, counts=counts)
