"""An entry says who, what, for whom and from where, and never who somebody is."""

import json
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import TextChoices
from django.test import RequestFactory

from accounts.audit import AuditAction, declare, record
from accounts.audit.actions import UnknownAction, choices, label
from accounts.audit.content import Refused
from accounts.audit.origins import OriginMiddleware, minimised
from accounts.audit.recording import head
from accounts.models import AuditEntry, Buyer, Person

pytestmark = pytest.mark.django_db
DONE = AuditAction.IMPORT_DONE


@pytest.fixture
def anne() -> Person:
    return Person.objects.create_user("anne@exemple.fr", full_name="Anne Durand")


@pytest.fixture
def metropolis() -> Buyer:
    return Buyer.objects.create(siret="20005480700017", name="Métropole")


def test_an_entry_says_who_what_and_for_whom(anne: Person, metropolis: Buyer) -> None:
    entry = record(
        by=anne,
        action=DONE,
        target=metropolis,
        on_behalf_of=metropolis,
        before={"open": None},
        after={"open": date(2026, 11, 25), "cents": 12, "rate": Decimal("0.10"), "a": ["é"]},
        origin="command",
    )
    found = AuditEntry.objects.get()
    assert found.hash == entry.hash == head()[1]
    assert (found.number, found.actor, found.action) == (1, anne.pseudonym, "import.done")
    assert (found.buyer, found.on_behalf_of) == (metropolis, metropolis)
    assert (found.target, found.origin) == (f"accounts.buyer:{metropolis.pk}", "command")
    assert json.loads(found.before) == {"open": None}
    assert found.after == '{"a":["\\u00e9"],"cents":12,"open":"2026-11-25","rate":"0.10"}'


def test_a_person_is_there_by_pseudonym_only(anne: Person) -> None:
    record(by=anne, action=DONE, target=anne, after={"role": "manager"})
    [row] = AuditEntry.objects.values_list()
    text = " ".join(map(str, row)).lower()
    assert str(anne.pseudonym) in text
    assert not any(word in text for word in ("anne", "durand", "exemple.fr"))
    assert AuditEntry.objects.get().target == f"accounts.person:{anne.pseudonym}"


@pytest.mark.parametrize(
    "values",
    [
        {"email": "x"},
        {"contact_names": 1},
        {"lot": [{"fullName": "x"}]},
        {"API_TOKEN": "x"},
        {"note": "écrire à anne@exemple.fr"},
        {"anne@exemple.fr": 1},
        {"note": "x" * 4_001},
        {"rate": float("nan")},
    ],
)
def test_what_is_personal_or_too_long_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - Refused, or what JSON refuses
        record(by=None, action=DONE, target="x", after=values)
    with pytest.raises(Refused):
        record(by=None, action=DONE, target="anne@exemple.fr")
    assert not AuditEntry.objects.exists()


def test_only_declared_acts_are_recorded() -> None:
    with pytest.raises(UnknownAction):
        record(by=None, action="import.invented", target="x")
    with pytest.raises(ValueError, match="twice"):
        declare(TextChoices("Twin", [("DONE", ("import.done", "autre chose"))]))
    assert label("import.done") == "import terminé"
    assert label("gone.act") == "gone.act"
    assert ("import.done", "import terminé") in choices()


@pytest.mark.django_db(transaction=True)
def test_an_entry_needs_the_transaction_of_its_act(anne: Person) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(by=anne, action=DONE, target="x")
    _record_and_roll_back()
    assert head() == (0, "")


def test_a_rolled_back_step_leaves_no_hole() -> None:
    record(by=None, action=DONE, target="1")
    _record_and_roll_back()
    assert record(by=None, action=DONE, target="2").number == 2


def _record_and_roll_back() -> None:
    with transaction.atomic():
        record(by=None, action=DONE, target="undone")
        transaction.set_rollback(True)


def test_the_origin_is_the_network_of_the_request(rf: RequestFactory) -> None:
    seen = {}

    def answer(request: object) -> None:
        seen["entry"] = record(by=None, action=DONE, target="x")

    OriginMiddleware(answer)(rf.get("/api/v1/x", REMOTE_ADDR="192.0.2.77"))
    assert seen["entry"].origin == "api 192.0.2.0/24"
    assert record(by=None, action=DONE, target="x").origin == ""
    assert minimised("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert minimised("::ffff:192.0.2.77") == "192.0.2.0/24"
    assert minimised("/run/gunicorn.sock") == ""


def test_entries_are_of_nobody_when_the_site_acts() -> None:
    entry = record(by=None, action=DONE, target=str(uuid.UUID(int=7)))
    assert (entry.actor, entry.buyer, entry.before) == (None, None, "")
