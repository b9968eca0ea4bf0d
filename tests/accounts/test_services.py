import pytest

from accounts.models import Buyer
from accounts.services import meet_buyers

pytestmark = pytest.mark.django_db
KNOWN, NEW, NAMELESS = "20005480700017", "21130055300016", "21750001630040"


def test_buyers_are_met_once_and_keep_their_name() -> None:
    known = Buyer.objects.create(siret=KNOWN, name="Métropole", is_verified=True)
    found = meet_buyers(names={KNOWN: "AUTRE", NEW: "VILLE", NAMELESS: ""})
    assert found[KNOWN] == known.pk
    assert meet_buyers(names=dict.fromkeys(found, "")) == found
    assert list(Buyer.objects.order_by("siret").values_list("name", "is_verified")) == [
        ("Métropole", True),
        ("VILLE", False),
        ("217\u00a0500\u00a0016\u00a030040", False),
    ]
