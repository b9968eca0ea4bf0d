"""Every write of mails: consents, issues and their deliveries, who is not to be written to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.services import enqueue
from mailing import ledger, letterbox
from mailing.addresses import LONGEST, InvalidAddress, digest, network_of, normalise
from mailing.composers import composer_of
from mailing.enums import DeliveryState
from mailing.links import CONFIRM, STOP, make_token, read_token
from mailing.links import LinkRefused as LinkRefused
from mailing.models import Consent, Delivery, Issue, Suppression

CONSENT = "mailing.consent"
_TO_CONFIRM = timedelta(hours=48)
_BETWEEN_REQUESTS = timedelta(hours=24)
_UNCONFIRMED_KEPT = timedelta(days=7)
_BATCH = 500


@dataclass(frozen=True)
class Recipient:
    """Whom a mail of an issue is for; `args` are identifiers, never personal data.

    Without a consent the mail has nothing to stop: it answers what somebody just asked.
    """

    address: str
    args: Mapping[str, Any] = field(default_factory=dict)
    consent_id: int | None = None
    language: str = "fr"


@transaction.atomic
def ask_consent(
    *, address: str, purpose: str, text: str, language: str = "fr", ip: str = ""
) -> Consent:
    """Note a request to be written to, and ask the owner of the address to confirm it.

    A mailbox gets one request to confirm in 24 hours at most, whoever asks and however often;
    what comes back says nothing of it. The same request made again is the first one. Raises
    InvalidAddress. Addresses never to write to are noted too, and get nothing.
    """
    address, now = normalise(address), timezone.now()
    mailbox = digest(address)
    _lock(mailbox)
    recent = Consent.objects.filter(digest=mailbox, asked_at__gt=now - _BETWEEN_REQUESTS)
    same = recent.unconfirmed().filter(address=address, purpose=purpose, text=text).first()
    if same is not None:
        same.expires = now + _TO_CONFIRM
        same.save(update_fields=["expires"])
        return same
    written_to = Issue.objects.filter(key__in=[_issue_key(pk) for pk in _ids(recent)]).exists()
    consent = Consent.objects.create(
        address=address,
        digest=mailbox,
        purpose=purpose,
        text=text,
        text_sha256=sha256(text.encode()).hexdigest(),
        language=language,
        origin=network_of(ip),
        asked_at=now,
        expires=now + _TO_CONFIRM,
    )
    if not written_to:
        key, args = _issue_key(consent.pk), {"consent": consent.pk}
        issue = open_issue(key=key, kind=CONSENT, args=args)
        deliver(issue=issue, recipients=[Recipient(address, language=language)])
    return consent


def consent_to_confirm(token: str) -> Consent:
    """Return the consent a link of confirmation is for; raise LinkRefused if it is too late."""
    consent = read_token(CONFIRM, token)
    if consent.withdrawn_at:
        raise LinkRefused(_("Cette inscription a été arrêtée. Pour la reprendre, refaites-la."))
    if consent.confirmed_at:
        raise LinkRefused(_("Ce lien a déjà servi\u00a0: votre inscription est confirmée."))
    if consent.expires <= timezone.now():
        raise LinkRefused(
            _(
                "Ce lien n’est plus valable\u00a0: il fallait confirmer dans les 48 heures. "
                "Refaites votre inscription pour en recevoir un autre."
            )
        )
    return consent


def confirm(token: str) -> Consent:
    """Make a consent active, once; raise LinkRefused when its link is forged, late or used."""
    consent = consent_to_confirm(token)
    now = timezone.now()
    waiting = Consent.objects.unconfirmed().filter(pk=consent.pk, expires__gt=now)
    if not waiting.update(confirmed_at=now):
        return consent_to_confirm(token)  # somebody else was first: says what happened
    consent.confirmed_at = now
    return consent


def withdraw(*, consent: Consent) -> None:
    """Stop all mails of its purpose to its address; done already, it changes nothing."""
    same = Q(pk=consent.pk)
    if consent.address:
        same |= Q(address__iexact=consent.address, purpose=consent.purpose)
    now = timezone.now()
    Consent.objects.filter(same, withdrawn_at__isnull=True).filter(
        Q(confirmed_at__isnull=False) | Q(pk=consent.pk)
    ).update(withdrawn_at=now)
    consent.withdrawn_at = consent.withdrawn_at or now


def stop_token(consent: Consent) -> str:
    """Return the token of the link that stops these mails; it never expires."""
    return make_token(STOP, consent)


def consent_of(token: str) -> Consent:
    """Return the consent of a stop token; raise LinkRefused."""
    return read_token(STOP, token)


def open_issue(*, key: str, kind: str, args: Mapping[str, Any]) -> Issue:
    """Return the issue of that key, new or as it is, in the caller's transaction.

    Raises UnknownComposer for a kind that no room writes.
    """
    composer_of(kind)
    issue = Issue(key=key, kind=kind, args=dict(args))
    Issue.objects.bulk_create([issue], ignore_conflicts=True)
    return Issue.objects.get(key=key)


@transaction.atomic
def deliver(*, issue: Issue, recipients: Iterable[Recipient]) -> int:
    """Add to an issue the recipients it has not, and have them sent; return how many are new.

    All in one transaction: on SQLite give it 1 000 at a time, or every other writer waits. An
    address that cannot be written to is in the ledger too, as refused or held back.
    """
    Issue.objects.select_for_update().get(pk=issue.pk)
    before, rest = issue.deliveries.count(), iter(recipients)
    while batch := list(islice(rest, _BATCH)):
        Delivery.objects.bulk_create(_rows(issue, batch), ignore_conflicts=True)
    total = issue.deliveries.count()
    if total > before:
        Issue.objects.filter(pk=issue.pk).update(finished_at=None)
        _have_sent(issue.pk, occurrence=str(total))
    return total - before


def resume() -> int:
    """Have sent what is due and nobody was asked to send; return the number of issues.

    What waited for hours is left to an operator (see `ledger.hold_stale`).
    """
    now, asked = timezone.now(), 0
    waiting = Delivery.objects.unfinished().filter(due__lte=now).order_by()
    for issue in waiting.values_list("issue", flat=True).distinct():
        if ledger.sending_jobs(issue).unfinished().exists():
            continue
        if not ledger.hold_stale(issue):
            _have_sent(issue, occurrence=now.isoformat())
            asked += 1
    return asked


@transaction.atomic
def retry_failed(*, deliveries: QuerySet[Delivery]) -> int:
    """Have refused mails sent again; return how many of these were refused."""
    failed = deliveries.filter(state=DeliveryState.FAILED).order_by()
    issues = list(failed.values_list("issue", flat=True).distinct())
    now = timezone.now()
    Issue.objects.filter(pk__in=issues).update(finished_at=None)
    count = ledger.move(failed, DeliveryState.RETRY, attempts=0, due=now)
    for issue in issues:
        _have_sent(issue, occurrence=now.isoformat())
    return count


def suppress(*, address: str, reason: str) -> None:
    """Never write to this mailbox again; its hash alone is kept. Raises InvalidAddress."""
    row = Suppression(digest=digest(normalise(address)), reason=reason)
    Suppression.objects.bulk_create([row], ignore_conflicts=True)


def allow(*, address: str) -> bool:
    """Undo `suppress`; return whether there was something to undo. Raises InvalidAddress."""
    return bool(Suppression.objects.filter(digest=digest(normalise(address))).delete()[0])


def erase(*, address: str) -> dict[str, int]:
    """Forget a mailbox, its variants in case and « + » included; return what was erased.

    What stays is its hash: never to be written to, and on the consents it had confirmed, their
    proof. Keys of the dict: consents, deliveries, files. Raises InvalidAddress.
    """
    address = normalise(address)
    mailbox = digest(address)
    with transaction.atomic():
        suppress(address=address, reason="erased")
        consents = Consent.objects.filter(digest=mailbox).exclude(address="")
        addresses = {address, *consents.values_list("address", flat=True)}
        counts = {
            "deliveries": _erase_deliveries(addresses, mailbox),
            "consents": _erase_consents(consents),
        }
    return counts | {"files": letterbox.forget(mailbox)}


def forget_unconfirmed() -> int:
    """Erase what nobody confirmed within 7 days, a bounded number at once; return how many."""
    old = Consent.objects.unconfirmed().filter(asked_at__lt=timezone.now() - _UNCONFIRMED_KEPT)
    return _delete(_ids(old)[:_BATCH])


def _have_sent(issue: int, *, occurrence: str) -> None:
    enqueue(ledger.SEND, key=f"{ledger.SEND}:{issue}:{occurrence}", args={"issue": issue})


def _rows(issue: Issue, batch: list[Recipient]) -> list[Delivery]:
    """Return a row for each recipient, as refused or held back where it cannot be written to."""
    rows = [_row(issue, recipient) for recipient in batch]
    hashes = {digest(row.address): row for row in rows if row.state == DeliveryState.QUEUED}
    for known in Suppression.objects.filter(digest__in=list(hashes)):
        hashes[known.digest].state = DeliveryState.SUPPRESSED
        hashes[known.digest].last_error = known.reason
    return rows


def _row(issue: Issue, recipient: Recipient) -> Delivery:
    row = Delivery(
        issue=issue,
        consent_id=recipient.consent_id,
        address=recipient.address[:LONGEST],
        args=dict(recipient.args),
        language=recipient.language,
        message_id=f"<{uuid4().hex}@{settings.SITE_HOST}>",
    )
    try:
        row.address = normalise(recipient.address)
    except InvalidAddress as error:
        row.state, row.last_error = DeliveryState.FAILED, str(error)
    return row


def _erase_deliveries(addresses: Iterable[str], mailbox: str) -> int:
    """Put the hash in the place of each address: the rows stay, for the counts of their issue."""
    count = 0
    for address in addresses:
        rows = Delivery.objects.filter(address__iexact=address)
        ledger.move(rows, DeliveryState.SUPPRESSED)
        for pk in rows.values_list("pk", flat=True):
            values = {"address": f"{mailbox}-{pk}", "args": {}, "last_error": ""}
            count += Delivery.objects.filter(pk=pk).update(**values)
    return count


def _erase_consents(consents: QuerySet[Consent]) -> int:
    """Delete what was never confirmed; keep of the rest the proof without the address."""
    count = _delete(_ids(consents.filter(confirmed_at__isnull=True)))
    consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
    return count + consents.update(address="", origin="")


def _delete(consents: list[int]) -> int:
    """Delete consents with the mail that asked to confirm each."""
    Issue.objects.filter(key__in=[_issue_key(pk) for pk in consents]).delete()
    Consent.objects.filter(pk__in=consents).delete()
    return len(consents)


def _ids(consents: QuerySet[Consent]) -> list[int]:
    return list(consents.order_by("pk").values_list("pk", flat=True))


def _issue_key(consent: int) -> str:
    return f"consent:{consent}"


def _lock(mailbox: str) -> None:
    """Make two requests for one mailbox wait for each other (SQLite has one writer anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(mailbox[:15], 16)])
