"""The worked example of the specification of figures: one buyer, sixteen contracts of 2025."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import Buyer
from tenders.enums import Environmental, Social
from tenders.models import Contract
from tests.tenders.factories import BuyerFactory, ContractFactory, ModificationFactory

#: Social and environmental flags, named as the example names them.
CLAUSE, CRITERION, RESERVED, NO = Social.CLAUSE, Social.CRITERION, Social.RESERVED, Social.NONE
E_CLAUSE, E_CRITERION, E_NO = (
    Environmental.CLAUSE, Environmental.CRITERION, Environmental.NONE,
)  # fmt: skip
SIRET = "20005480700017"

#: Number, day, euros, social, environmental.
CONTRACTS = (
    ("C01", date(2025, 2, 3), 100_000, CLAUSE, E_CLAUSE),
    ("C02", date(2025, 3, 10), 200_000, NO, E_CRITERION),
    ("C03", date(2025, 4, 1), 50_000, CLAUSE | RESERVED, E_NO),
    ("C04", date(2025, 5, 5), 400_000, 0, E_CLAUSE | E_CRITERION),
    ("C05", date(2025, 6, 6), 80_000, NO | CRITERION, E_NO | E_CLAUSE),
    ("C06", date(2025, 7, 1), 1_000_000, CLAUSE, E_CLAUSE),
    ("C07", date(2025, 9, 1), 150_000, NO, E_CLAUSE),
    ("C08", date(2025, 1, 8), 60_000, NO, E_NO),
    ("C09", date(2024, 12, 30), 500_000, CLAUSE, E_CLAUSE),
    ("C10", date(2025, 10, 10), None, 0, 0),
    ("C12", date(2025, 2, 3), 45_000, CRITERION, E_NO),
    ("C14", None, 70_000, CLAUSE, E_NO),
    ("C15", date(2025, 11, 11), 39_999, RESERVED, E_NO),
    ("C16", date(2025, 12, 1), 2_000_000, RESERVED, E_NO),
)


@pytest.fixture(autouse=True)
def _thresholds_and_targets(db: None) -> None:
    """The values of the migration, which a test that empties the tables takes away."""
    import_module("spaser.migrations.0002_thresholds_and_targets").write(apps)


@pytest.fixture
def buyer() -> Buyer:
    return BuyerFactory(siret=SIRET, name="Métropole d’Exemple")


@pytest.fixture
def cohort_x(buyer: Buyer) -> dict[str, Contract]:
    """The example's contracts, by their name in it."""
    found = {
        number: ContractFactory(
            buyer=buyer, number=number, notified_on=day, euros=euros, social=social,
            environmental=environmental, objet=f"Objet de {number}",
        )
        for number, day, euros, social, environmental in CONTRACTS
    }  # fmt: skip
    _change(found["C06"], is_framework=True, techniques=["Accord-cadre"])
    _change(found["C07"], framework_number="C06")
    _change(found["C12"], number="C01", discriminator=1)
    _change(found["C16"], kind="concession")
    ModificationFactory(
        contract=found["C02"], notified_on=date(2026, 1, 20), amount=26_000_000, number=1
    )
    return found


def _change(contract: Contract, **fields: object) -> None:
    for name, value in fields.items():
        setattr(contract, name, value)
    contract.save()
