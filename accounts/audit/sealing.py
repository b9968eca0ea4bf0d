"""Closes the months that ended, and removes those that have been kept long enough."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit.actions import AuditAction
from accounts.audit.recording import record
from accounts.models import AuditEntry, AuditSeal

_BATCH = 1_000


def seal_ended_months() -> AuditSeal | None:
    """Seal what was written before this month; None when there is nothing new.

    The caller has verified the trail: a seal says that what it closes was right.
    """
    start = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return seal(before=start)


@transaction.atomic
def seal(*, before: datetime) -> AuditSeal | None:
    """Seal the entries since the last seal up to the last one dated before `before`."""
    former = AuditSeal.objects.last()
    first = former.last + 1 if former else 1
    entries = AuditEntry.objects.filter(number__gte=first, at__lt=before)
    last = entries.order_by("-number").first()
    if last is None:
        return None
    made = AuditSeal.objects.create(
        first=first,
        last=last.number,
        count=last.number - first + 1,
        before_hash=former.hash if former else "",
        hash=last.hash,
        ended_at=last.at,
        sealed_at=timezone.now(),
    )
    facts = {"first": first, "last": made.last, "hash": made.hash}
    record(by=None, action=AuditAction.TRAIL_SEALED, target=made, after=facts)
    return made


def remove_old_segments() -> int:
    """Remove the sealed entries kept for `AUDIT_YEARS`; return how many.

    The seal stays, with the hash verification starts from. By short transactions: a removal
    that was interrupted goes on at the next call.
    """
    limit = timezone.now() - timedelta(days=round(365.25 * settings.AUDIT_YEARS))
    for one in AuditSeal.objects.filter(removed_at=None):
        if one.ended_at >= limit:
            break
        _give_up(one)
    gone = AuditSeal.objects.exclude(removed_at=None).last()
    return _delete_through(gone.last) if gone else 0


@transaction.atomic
def _give_up(one: AuditSeal) -> None:
    one.removed_at = timezone.now()
    one.save(update_fields=["removed_at"])
    facts = {"first": one.first, "last": one.last, "hash": one.hash}
    record(by=None, action=AuditAction.TRAIL_REMOVED, target=one, after=facts)


def _delete_through(last: int) -> int:
    removed = 0
    while first := AuditEntry.objects.filter(number__lte=last).order_by("number").first():
        through = min(last, first.number + _BATCH - 1)
        removed += AuditEntry.objects.filter(number__lte=through).delete()[0]
    return removed
