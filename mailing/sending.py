"""Sends an issue, one mail after the other over one connection."""

import time
from datetime import timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from jobs.errors import describe
from jobs.execution import Step
from mailing import ledger
from mailing.composers import Compose, composer_of
from mailing.enums import DeliveryState
from mailing.ledger import Outcome
from mailing.messages import build
from mailing.models import Delivery, Issue, Pace
from mailing.smtp import drop, hand_over


def send_issue(step: Step, *, issue: int) -> dict[str, int]:
    """Send what is due of an issue; return its mails by state ({} when it is gone).

    Raises OSError while the relay cannot be reached: the job is tried again, nothing is lost.
    """
    row = Issue.objects.filter(pk=issue).first()
    if row is None:
        return {}
    compose = composer_of(row.kind)
    ledger.hold_stale(issue)
    step.progress(step.done, step.done + row.deliveries.unfinished().count())
    connection = get_connection()
    try:
        while batch := ledger.next_deliveries(row):
            for delivery in batch:
                _send(step, compose, connection, delivery)
    finally:
        drop(connection)
    return ledger.close(row)


def _send(step: Step, compose: Compose, connection: BaseEmailBackend, delivery: Delivery) -> None:
    _wait_for_turn()
    connection.open()
    if not ledger.claim(step, delivery):
        return
    try:
        outcome = _try(compose, connection, delivery)
    except OSError as error:
        ledger.settle(step, delivery, Outcome(DeliveryState.RETRY, describe(error)))
        raise
    ledger.settle(step, delivery, outcome)


def _try(compose: Compose, connection: BaseEmailBackend, delivery: Delivery) -> Outcome:
    """Send one mail; whatever is wrong with it is the failure of this one alone."""
    # Asked after `sending` is committed: who withdraws from now on has one mail under way at most.
    if reason := ledger.why_stopped(delivery):
        return Outcome(DeliveryState.SUPPRESSED, reason)
    try:
        with translation.override(delivery.language):
            content = compose(delivery)
            message = build(delivery, content) if content else None
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 a composer, a template, an address may fail
        return Outcome(DeliveryState.FAILED, describe(error))
    if message is None:
        return Outcome(DeliveryState.SUPPRESSED, "nothing to say any more")
    return hand_over(connection, message)


def _wait_for_turn() -> None:
    """Keep all who send, together, under MAIL_RATE."""
    if not settings.MAIL_RATE:
        return
    now, between = timezone.now(), timedelta(seconds=1 / settings.MAIL_RATE)
    with transaction.atomic():
        Pace.objects.get_or_create(pk=1)
        pace = Pace.objects.select_for_update().get(pk=1)
        # A turn far ahead was left by a clock since set back, or by a slower rate.
        ahead = timedelta() < pace.next_at - now < between + timedelta(minutes=1)
        turn = pace.next_at if ahead else now
        Pace.objects.filter(pk=1).update(next_at=turn + between)
    time.sleep((turn - now).total_seconds())
