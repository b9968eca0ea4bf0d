"""Fills the database of the browser tests: `python -m tests.browser.populate`."""

from datetime import date, timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402 (after setup)

from jobs.models import ImportRun  # noqa: E402
from search.indexing import rebuild_index  # noqa: E402
from suppliers.enums import Size  # noqa: E402
from tenders.services.forecasts import withdraw_notice  # noqa: E402
from tests.suppliers.factories import (  # noqa: E402
    CompanyFactory,
    EstablishmentFactory,
    LabelFactory,
    ProfileFactory,
    siren,
)
from tests.tenders.factories import BuyerFactory, ContractFactory  # noqa: E402
from tests.tenders.forecast_factories import (  # noqa: E402
    PersonFactory,
    edited,
    published,
)

COMMUNES = ("13005", "13022", "13042", "13001", "13208", "13213", "13056", "84089")
TRADES = ("43.91B", "43.99C", "81.21Z", "56.21Z", "81.30Z")


def populate() -> None:
    """Sixty companies of eight communes and five trades; the first has everything to show."""
    ImportRun.objects.create(kind="demo", status="done", finished_at=timezone.now())
    for number in range(60):
        company = CompanyFactory(
            siren=siren(number),
            name=f"COUVREURS DU GARLABAN {number}" if number % 5 == 0 else f"MAISON {number}",
            naf=TRADES[number % 5],
            size=Size.values[number % 3],
            staff_bracket="02",
            is_ess=number % 7 == 0,
            created_on=date(2001, 3, 1) + timedelta(100 * number),
            place__commune_id=COMMUNES[number % 8],
            place__address="12 RUE DE LA RÉPUBLIQUE",
        )
        if number == 0:
            _complete(company)
    CompanyFactory(siren=siren(900), name="", diffusion="P", place__diffusion="P")
    rebuild_index("suppliers")
    _foresee()
    _contracts()


def _foresee() -> None:
    """Forecasts of two years and two buyers; the first has a history, the last is withdrawn."""
    buyers, by = [BuyerFactory(), BuyerFactory()], PersonFactory()
    versions = [
        published(
            buyers[number % 2], by, planned_quarter=1 + number % 4,
            planned_year=timezone.localdate().year + 1 + number % 2,
            social=["clause"], environmental=["undecided"], reserved="siae",
        )
        for number in range(30)
    ]  # fmt: skip
    edited(versions[0], planned_quarter=4, communes=["13055"], title="Toitures de 14 écoles")
    withdraw_notice(notice=versions[-1].notice, by=by)


def _contracts() -> None:
    """Sixty contracts of one buyer: yes, no, not declared, and some left out."""
    buyer = BuyerFactory(siret="20005480700017", name="Métropole d’Exemple")
    for number in range(60):
        ContractFactory(
            buyer=buyer,
            number=f"2025M{number:03d}",
            euros=None if number == 7 else 9_000 * number,
            social=(0, 1, 8, 9)[number % 4],
            environmental=number % 3,
            notified_on=None if number == 9 else date(2025, 1, 1) + timedelta(number),
        )


def _complete(company) -> None:
    until = timezone.localdate() + timedelta(300)
    LabelFactory(company=company, kind="rge", valid_until=until, proof="Attestation 12")
    LabelFactory(company=company, kind="epv", valid_until=date(2020, 1, 1))
    EstablishmentFactory(company=company, is_seat=False, is_active=False)
    ProfileFactory(
        company=company,
        offer="Couverture de tuiles, zinguerie et recherche de fuites pour les écoles.",
        cpv_codes=["45261210"],
        intervention_area=["13055", "84"],
        website="https://garlaban.example/",
        claimed_at=timezone.now(),
    )


if __name__ == "__main__":
    populate()
