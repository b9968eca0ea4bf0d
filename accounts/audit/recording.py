"""Adds entries to the trail, in the transaction of the act they tell of."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.audit import actions, content, origins
from accounts.models import AuditEntry, AuditSeal, Buyer, Person
from jobs.changes import take_turn


def record(
    *,
    by: Person | None,
    action: str,
    target: models.Model | str,
    buyer: Buyer | None = None,
    on_behalf_of: Buyer | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    origin: str = "",
) -> AuditEntry:
    """Add an entry to the trail, in the caller's transaction; call it last.

    `by` is the person who acts, None for the site itself. `buyer` is whose trail it belongs to:
    its managers and auditors read it; by default the one acted for. `before` and `after` hold
    what changed, never personal data: Refused is raised for a field named so, for a value that
    looks like a mail address, and over 4 000 characters. `origin` is by default the network of
    the request being answered. Raises UnknownAction, and TransactionManagementError outside
    `atomic()`: an entry alone would tell of what may never have happened.

    Other writers of entries wait from here to the end of the transaction: to have changed one's
    rows before is what keeps two services from waiting on each other.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() needs atomic().")
    buyer = buyer or on_behalf_of
    entry = AuditEntry(
        actor=by.pseudonym if by else None,
        action=actions.check(action),
        target=_named(target),
        buyer_id=buyer.pk if buyer else None,
        on_behalf_of_id=on_behalf_of.pk if on_behalf_of else None,
        before=content.written(before),
        after=content.written(after),
        origin=origin or origins.current(),
    )
    take_turn()
    number, previous = head()
    entry.number, entry.at = number + 1, timezone.now()
    entry.hash = content.digest(previous, _columns(entry))
    entry.save(force_insert=True)
    return entry


def head() -> tuple[int, str]:
    """Return the number and the hash of the last entry, (0, "") before the first."""
    last = AuditEntry.objects.order_by("-number").values_list("number", "hash").first()
    if last is None:  # all were removed: their last seal remains
        last = AuditSeal.objects.order_by("-last").values_list("last", "hash").first()
    return last or (0, "")


def _named(target: models.Model | str) -> str:
    if isinstance(target, Person):  # its row may go
        return f"{target._meta.label_lower}:{target.pseudonym}"
    if isinstance(target, models.Model):
        return f"{target._meta.label_lower}:{target.pk}"
    content.check_impersonal("", target)
    return target


def _columns(entry: AuditEntry) -> tuple[Any, ...]:
    return (
        entry.number,
        content.moment(entry.at),
        content.author(entry.actor),
        entry.action,
        entry.target,
        entry.buyer_id,
        entry.on_behalf_of_id,
        entry.before,
        entry.after,
        entry.origin,
    )
