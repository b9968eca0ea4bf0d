"""The ledger of mails: every change of a delivery's state while it is sent is written here.

`sending` is committed before a mail leaves and what became of it after, each mail by itself: a
crash leaves at most one row in doubt for each who sends. Two who send one issue share its rows.
An old copy of the database does not know what left since: what waited for hours there is refused,
until an operator has it sent.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.execution import Step
from jobs.leases import is_at_work
from jobs.models import Job, JobQuerySet
from jobs.policy import STALE
from mailing.addresses import digest
from mailing.enums import DeliveryState
from mailing.models import Consent, Delivery, Issue, Suppression

SEND = "mailing.send"
FIRST_RETRY = timedelta(seconds=getattr(settings, "MAIL_FIRST_RETRY_SECONDS", 300))
LONGEST_RETRY = timedelta(hours=4)
#: Some 17 hours with the delays above.
MOST_ATTEMPTS = 10
_BATCH = 100

_FROM_WAITING = {DeliveryState.SENDING, DeliveryState.FAILED, DeliveryState.SUPPRESSED}
#: The states of a delivery, and those it may go to.
TRANSITIONS: dict[DeliveryState, set[DeliveryState]] = {
    DeliveryState.QUEUED: _FROM_WAITING,
    DeliveryState.RETRY: _FROM_WAITING,
    DeliveryState.UNKNOWN: _FROM_WAITING,
    DeliveryState.SENDING: {
        DeliveryState.SENT,
        DeliveryState.RETRY,
        DeliveryState.UNKNOWN,
        DeliveryState.FAILED,
        DeliveryState.SUPPRESSED,
    },
    DeliveryState.FAILED: {DeliveryState.RETRY, DeliveryState.SUPPRESSED},
    DeliveryState.SENT: set(),
    DeliveryState.SUPPRESSED: set(),
}


@dataclass(frozen=True)
class Outcome:
    """What became of a mail that was tried, and why when it is not accepted."""

    state: DeliveryState
    reason: str = ""


def move(deliveries: QuerySet[Delivery], state: DeliveryState, **values: Any) -> int:
    """Change the state of those deliveries that may go to it; return how many."""
    origins = [origin for origin, targets in TRANSITIONS.items() if state in targets]
    return deliveries.filter(state__in=origins).update(state=state, **values)


def sending_jobs(issue: int) -> JobQuerySet:
    """Return the jobs that send an issue, or did."""
    return Job.objects.filter(name=SEND, key__startswith=f"{SEND}:{issue}:")


def hold_stale(issue: int) -> int:
    """Refuse what is due of an issue nobody cared for in hours; return how many mails.

    Either nothing worked, or this database is an old copy and the mails have left. Somebody cares
    as long as mails leave, are refused for now, or work is asked for to send them.
    """
    now, mails = timezone.now(), Delivery.objects.filter(issue=issue)
    since, waiting = now - STALE, mails.unfinished().filter(due__lte=now)
    if (
        waiting.filter(due__gte=since).exists()
        or mails.filter(sent_at__gte=since).exists()
        or sending_jobs(issue).filter(created_at__gte=since).exists()
    ):
        return 0
    reason = _("Resté trop longtemps en attente\u00a0: à renvoyer par un opérateur.")
    return move(waiting, DeliveryState.FAILED, last_error=reason, possible_duplicate=True)


def holding_sql(reason: str) -> str:
    """Return the statement by which a restored database refuses what it would send now."""
    waiting = ", ".join(f"'{state}'" for state in Delivery.UNFINISHED)
    return (
        "UPDATE mailing_delivery SET state = 'failed', possible_duplicate = true,"  # noqa: S608 - quoted
        f" last_error = {reason} WHERE state IN ({waiting})"
        " AND (due <= CURRENT_TIMESTAMP OR state = 'sending');"
    )


def next_deliveries(issue: Issue) -> list[Delivery]:
    """Return some mails whose hour has come, those a crash left behind among them."""
    _find_again(issue)
    due = Delivery.objects.due(timezone.now()).filter(issue=issue)
    return list(due.select_related("issue", "consent")[:_BATCH])


def claim(step: Step, delivery: Delivery) -> bool:
    """Commit that this step sends the mail; False when another does. Raises LeaseLost."""
    delivery.possible_duplicate |= delivery.state == DeliveryState.UNKNOWN
    with transaction.atomic():
        unchanged = Delivery.objects.filter(
            pk=delivery.pk, state=delivery.state, attempts=delivery.attempts
        )
        taken = move(
            unchanged,
            DeliveryState.SENDING,
            attempts=F("attempts") + 1,
            holder=step.holder,
            possible_duplicate=delivery.possible_duplicate,
        )
        step.commit(cursor=delivery.pk)
    delivery.attempts += 1
    return bool(taken)


def why_stopped(delivery: Delivery) -> str:
    """Say why the mail must not leave, as the database knows it now; "" when it may."""
    suppression = Suppression.objects.filter(digest=digest(delivery.address)).first()
    if suppression:
        return suppression.reason
    if delivery.consent_id is None:
        return ""
    agreed = Consent.objects.active().filter(pk=delivery.consent_id).exists()
    return "" if agreed else "no consent"


def settle(step: Step, delivery: Delivery, outcome: Outcome) -> None:
    """Commit what became of a mail this step had claimed. Raises LeaseLost."""
    state = outcome.state
    values: dict[str, Any] = {"last_error": outcome.reason} if outcome.reason else {}
    if state == DeliveryState.SENT:
        values["sent_at"] = timezone.now()
    elif state in {DeliveryState.RETRY, DeliveryState.UNKNOWN}:
        values["due"] = timezone.now() + _delay(state, delivery.attempts)
        state = DeliveryState.FAILED if delivery.attempts >= MOST_ATTEMPTS else state
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=delivery.pk, holder=step.holder)
        move(mine.filter(state=DeliveryState.SENDING), state, **values)
        step.commit(cursor=delivery.pk, done=step.done + 1)


def close(issue: Issue) -> dict[str, int]:
    """Note the end of an issue with nothing left to send; return its mails by state."""
    with transaction.atomic():
        Issue.objects.select_for_update().get(pk=issue.pk)  # recipients may be added
        if not issue.deliveries.unfinished().exists():
            Issue.objects.filter(pk=issue.pk).update(finished_at=timezone.now())
    counts = issue.deliveries.order_by().values_list("state").annotate(Count("pk"))
    return dict(counts)


def _find_again(issue: Issue) -> None:
    """Put in doubt the mails whose sender is no longer at work: each is sent again, flagged."""
    sending = issue.deliveries.filter(state=DeliveryState.SENDING)
    for holder in set(sending.values_list("holder", flat=True)):
        if not is_at_work(holder):
            lost = sending.filter(holder=holder)
            killers = lost.filter(attempts__gte=MOST_ATTEMPTS)
            move(killers, DeliveryState.FAILED, last_error="Its sender was lost each time.")
            move(lost, DeliveryState.UNKNOWN, due=timezone.now())


def _delay(state: DeliveryState, attempts: int) -> timedelta:
    """Return how long to wait: a lost answer is asked for again at once, the first time."""
    if state == DeliveryState.UNKNOWN and attempts == 1:
        return timedelta()
    return min(FIRST_RETRY * (1 << (attempts - 1)), LONGEST_RETRY)
