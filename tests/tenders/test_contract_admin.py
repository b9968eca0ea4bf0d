"""Contracts are read; a person decides which repeat another."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Person
from jobs.services import NotNow
from tenders.models import Contract
from tenders.services.contracts import decide_duplicate
from tests.tenders.factories import ContractFactory
from tests.tenders.forecast_factories import PersonFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/tenders/contract/"


@pytest.fixture
def pair() -> tuple[Contract, Contract]:
    first = ContractFactory()
    return first, ContractFactory(buyer=first.buyer, resembles=first)


def person(client: Client, *codenames: str) -> Client:
    someone = Person.objects.create_user("marie@exemple.fr", "x", is_staff=True)
    someone.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(someone)
    return client


def act(client: Client, action: str, *contracts: Contract) -> None:
    data = {"action": action, "_selected_action": [each.pk for each in contracts]}
    assert client.post(LIST, data, follow=True).status_code == 200


def test_contracts_are_read(client: Client, pair: tuple[Contract, Contract]) -> None:
    client = person(client, "view_contract", "view_holder", "view_modification")
    page = client.get(LIST).content.decode()
    assert pair[0].uid in page
    assert "Confirmer" not in page
    detail = client.get(f"{LIST}{pair[0].pk}/change/")
    assert detail.status_code == 200
    assert 'name="_save"' not in detail.content.decode()
    assert client.get(f"{LIST}add/").status_code == 403
    act(client, "confirm_duplicates", *pair)
    assert not Contract.objects.filter(is_duplicate=True).exists()


def test_a_person_decides_of_what_an_import_suggested(
    client: Client, pair: tuple[Contract, Contract]
) -> None:
    first, second = pair
    client = person(client, "view_contract", "change_contract")
    act(client, "confirm_duplicates", first, second)
    assert list(Contract.objects.filter(is_duplicate=True)) == [second]
    assert LogEntry.objects.get().object_id == str(second.pk)
    page = client.get(LIST, {"doublon": "confirme"}).content.decode()
    assert second.uid in page
    assert client.get(LIST, {"doublon": "a-decider"}).content.decode().count("action-select") <= 1
    act(client, "refuse_duplicates", second)
    second.refresh_from_db()
    assert (second.is_duplicate, second.resembles) == (False, None)


def test_nothing_to_decide_of_a_contract_that_resembles_none() -> None:
    with pytest.raises(NotNow, match="ne ressemble à aucun autre"):
        decide_duplicate(contract=ContractFactory(), is_duplicate=True, by=PersonFactory())
