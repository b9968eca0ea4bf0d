"""Forecasts and subscriptions for tests, made by the services.

`published(title="Toitures", communes=["13005"])`, `follow(words=["toiture"])`.
"""

import itertools
from typing import Any

import factory
from django.utils import timezone

from accounts.models import Buyer, Person
from mailing.models import Consent
from tenders.models import Notice, NoticeVersion, Subscription
from tenders.services.forecasts import publish_notice, save_draft
from tenders.services.subscriptions import subscribe
from tests.tenders.factories import BuyerFactory

_addresses = (f"entreprise{number}@exemple.fr" for number in itertools.count())


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    email = factory.Sequence(lambda n: f"agent{n}@exemple.fr")


def complete(**fields: Any) -> dict[str, Any]:
    """The fields of a forecast that may be published, next year."""
    year = timezone.localdate().year + 1
    return {
        "title": "Réfection des toitures de 14 écoles",
        "description": "Dépose et pose de tuiles, zinguerie.",
        "category": "works",
        "cpv": "45261000",
        "planned_year": year,
        "planned_quarter": 2,
        "value_min": 21_600_000,
        "value_max": 100_000_000,
        "communes": ["13005"],
        "budget_year": year,
        "contact_service": "Service des achats",
        "contact_email": "achats@exemple.fr",
        **fields,
    }


def draft(buyer: Buyer | None = None, by: Person | None = None, **fields: Any) -> Notice:
    return save_draft(
        buyer=buyer or BuyerFactory(), fields=complete(**fields), by=by or PersonFactory()
    )


def published(
    buyer: Buyer | None = None, by: Person | None = None, **fields: Any
) -> NoticeVersion:
    """The first version of a forecast."""
    by = by or PersonFactory()
    return publish_notice(notice=draft(buyer, by, **fields), by=by).version


def edited(version: NoticeVersion, **fields: Any) -> NoticeVersion:
    """The next version of a forecast, some of its fields changed."""
    by, notice = PersonFactory(), version.notice
    save_draft(notice=notice, buyer=notice.buyer, fields=fields, by=by)
    return publish_notice(notice=notice, by=by).version


def follow(*, confirmed: bool = True, address: str = "", **criteria: Any) -> Subscription:
    """A subscription, confirmed unless said otherwise."""
    subscription = subscribe(address=address or next(_addresses), **criteria)
    if confirmed:
        consents = Consent.objects.filter(pk=subscription.consent_id)
        consents.update(confirmed_at=timezone.now())
    return subscription
