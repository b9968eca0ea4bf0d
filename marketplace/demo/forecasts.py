"""Forecasts of the demo buyers for two years, and who follows them, by the real services.

They are written once: a published version never changes, so replacing the demo keeps them.
"""

import math
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Buyer, Person
from mailing.models import Consent
from marketplace.demo.places import Spot
from marketplace.demo.purchases import Purchase, bought_by
from reference import cpv
from tenders.forecast_enums import BRACKETS, Bracket, Category, Horizon
from tenders.models import Notice
from tenders.services import forecasts
from tenders.services.subscriptions import subscribe

_BY_BUYER = (34, 22, 18, 14, 12, 8)
_FOLLOWERS = 40
_SMALLEST = 20_000  # a territory of fewer companies foresees and is followed in proportion
_WORDS = (
    "élagage", "nettoyage de locaux", "maçonnerie", "couverture", "peinture", "plomberie",
    "espaces verts", "traiteur", "informatique", "gardiennage", "mobilier", "réemploi",
)  # fmt: skip


def load_forecasts(
    seed: int,
    buyers: Sequence[Buyer],
    known: list[Purchase],
    spots: Sequence[Spot],
    *,
    companies: int,
) -> dict[str, int]:
    """Write what demo buyers foresee and who follows it, unless it is there; return the counts."""
    if Notice.objects.filter(buyer__in=buyers).exists():
        return {"forecasts": 0, "subscriptions": 0}
    by, rng = author(), random.Random(f"forecasts {seed}")  # noqa: S311, nothing here is secret
    share = min(1.0, companies / _SMALLEST)
    followers = [
        _follow(rng, known, spots, number) for number in range(math.ceil(_FOLLOWERS * share))
    ]
    notices = [
        _publish(rng, by, buyer, rng.choice(bought_by(buyer.kind, known)), spots)
        for buyer, count in zip(buyers, _BY_BUYER, strict=False)
        for _ in range(math.ceil(count * share))
    ]
    return {"forecasts": len(notices), "subscriptions": len(followers)}


def author() -> Person:
    """Return who publishes in the demo: nobody can sign in as them."""
    email = "demonstration@place.example"
    defaults = {"full_name": "Démonstration", "is_active": False, "password": "!"}
    return Person.objects.get_or_create(email=email, defaults=defaults)[0]


def _publish(
    rng: random.Random, by: Person, buyer: Buyer, kind: Purchase, spots: Sequence[Spot]
) -> Notice:
    """Publish one forecast; a few are then postponed, withdrawn, launched, or still drafts."""
    spot = rng.choice(spots)
    notice = forecasts.save_draft(buyer=buyer, fields=_fields(rng, kind, spot), by=by)
    draw = rng.random()
    if draw < 0.06:
        return notice
    forecasts.publish_notice(notice=notice, by=by)
    notice.refresh_from_db()
    if draw < 0.16:
        later = {"planned_year": (notice.planned_year or 0) + 1}
        forecasts.save_draft(buyer=buyer, fields=later, by=by, notice=notice)
        forecasts.publish_notice(notice=notice, by=by)
    elif draw < 0.2:
        forecasts.withdraw_notice(notice=notice, by=by)
    elif draw < 0.24:
        url = f"https://profil-acheteur.example/{notice.reference}"
        forecasts.mark_launched(notice=notice, url=url, by=by)
    return notice


def _fields(rng: random.Random, kind: Purchase, spot: Spot) -> dict[str, Any]:
    this_year = timezone.localdate().year
    year, euros = this_year + rng.choice([1, 1, 2]), kind.amount(rng)
    low, high = _bracket(euros * 100)
    title = kind.text(spot)
    return {
        "title": title,
        "description": (
            f"{title}. Durée envisagée : {rng.randint(*kind.months)} mois. Les entreprises "
            "intéressées peuvent se faire connaître du service avant la consultation."
        ),
        "category": _category(kind.cpv),
        "cpv": kind.cpv,
        "cpv_additional": list(cpv.ancestors(kind.cpv)[:1]) if rng.random() < 0.2 else [],
        "planned_year": year,
        "planned_quarter": rng.randint(1, 4),
        "value_min": low,
        "value_max": high,
        "communes": [spot.code],
        "budget_year": year,
        "social": _envisaged(rng, kind.social),
        "environmental": _envisaged(rng, kind.environmental),
        "reserved": "siae" if kind.social > 0.9 and rng.random() < 0.5 else "none",
        "contact_service": "Direction de la commande publique",
        "contact_email": "commande-publique@acheteur.example",
    }


def _envisaged(rng: random.Random, share: float) -> list[str]:
    draw = rng.random()
    if draw < share * 0.7:
        return ["clause"]
    if draw < share:
        return ["clause", "criterion"]
    return ["undecided"] if rng.random() < 0.6 else []


def _bracket(cents: int) -> tuple[int | None, int | None]:
    known = [bounds for name, bounds in BRACKETS.items() if name != Bracket.UNDISCLOSED]
    return next((low, high) for low, high in known if high is None or cents < high)


def _category(code: str) -> Category:
    division = int(code[:2])
    if division == 45:
        return Category.WORKS
    return Category.SUPPLIES if division <= 44 or division == 48 else Category.SERVICES


def _follow(
    rng: random.Random, known: list[Purchase], spots: Sequence[Spot], number: int
) -> Consent:
    """Subscribe an invented address, whose owner is taken to have confirmed."""
    by_word = rng.random() < 0.5
    subscription = subscribe(
        address=f"entreprise{number}@abonnes.example",
        words=[rng.choice(_WORDS)] if by_word else [],
        cpv=[] if by_word else [cpv.prefix_of(rng.choice(known).cpv[: rng.choice([2, 3, 5])])],
        communes=sorted({rng.choice(spots).code for _ in range(3)}) if rng.random() < 0.3 else [],
        horizons=[rng.choice(Horizon.values)] if rng.random() < 0.3 else [],
    )
    consent = subscription.consent
    consent.confirmed_at = timezone.now() - timedelta(minutes=1)
    consent.save(update_fields=["confirmed_at"])
    return consent
