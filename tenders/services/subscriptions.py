"""Every write of subscriptions, and of the forecasts found for them."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from mailing.services import Recipient, ask_consent, deliver, open_issue
from tenders.matching import Batch, criteria_of
from tenders.models import Match, NoticeVersion, Subscription, SubscriptionCriterion

#: What these consents are for, and what is sent to who gave one.
PURPOSE = "forecasts"
ALERT = "tenders.forecast"


def consent_text() -> str:
    """Return what somebody agrees to, in their language: shown as it is stored."""
    return _(
        "J’accepte de recevoir à cette adresse les prévisions d’achats publics qui répondent à "
        "mes critères, leurs changements et leurs retraits. J’arrête quand je veux, par le lien "
        "présent dans chaque courriel."
    )


@transaction.atomic
def subscribe(
    *,
    address: str,
    words: Iterable[str] = (),
    cpv: Iterable[str] = (),
    communes: Iterable[str] = (),
    horizons: Iterable[str] = (),
    language: str = "fr",
    ip: str = "",
) -> Subscription:
    """Keep what somebody wants to follow, and ask them by mail to confirm it.

    Values are those of `Subscription`; each expression of `words` must say something (see
    `tenders.words.expression`). Nothing is sent before they confirm; asked again before that,
    it is the same request and the last criteria are kept. Raises InvalidAddress.
    """
    consent = ask_consent(
        address=address, purpose=PURPOSE, text=consent_text(), language=language, ip=ip
    )
    asked = {
        "words": "\n".join(words),
        "cpv": list(cpv),
        "communes": list(communes),
        "horizons": list(horizons),
        "language": language,
    }
    subscription, _is_new = Subscription.objects.update_or_create(consent=consent, defaults=asked)
    subscription.criteria.all().delete()
    SubscriptionCriterion.objects.bulk_create(criteria_of(subscription), ignore_conflicts=True)
    return subscription


def announce(*, version: NoticeVersion, batch: Batch) -> int:
    """Keep the matches of a batch and have their mails leave, in the caller's transaction.

    Doing it again adds nothing. Returns how many mails will leave.
    """
    if not batch.found:
        return 0
    Match.objects.bulk_create(
        [Match(version=version, subscription=found, why=why) for found, why in batch.found],
        ignore_conflicts=True,
    )
    issue = open_issue(key=f"{ALERT}:{version.pk}", kind=ALERT, args={"version": version.pk})
    recipients = [
        Recipient(
            address=found.consent.address,
            consent_id=found.consent_id,
            language=found.language,
        )
        for found, _why in batch.found
    ]
    return deliver(issue=issue, recipients=recipients)
