"""What a supervisor reads."""

import pytest
from django.db import DatabaseError

from marketplace.health import CHECKS
from reference.memory import forget_vocabularies
from reference.models import Commune, Epci
from search.indexing import rebuild_index
from tests.suppliers.factories import CompanyFactory


def test_livez_needs_nothing(client) -> None:
    answer = client.get("/livez")  # no database mark: a query would fail
    assert answer.json() == {"status": "ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_names_what_it_checked(client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "reference": "ok", "search": "ok"},
    }


@pytest.mark.django_db
def test_companies_that_no_index_knows_are_not_ready(client) -> None:
    CompanyFactory()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["search"] == "down"
    rebuild_index("suppliers")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_vocabularies_that_are_not_loaded_are_not_ready(client) -> None:
    Commune.objects.update(epci=None)
    Epci.objects.all().delete()
    forget_vocabularies()
    checks = client.get("/readyz").json()["checks"]
    assert checks["reference"] == "down"
    forget_vocabularies()


@pytest.mark.django_db
def test_a_database_that_fails_is_named_without_its_secrets(client, monkeypatch) -> None:
    def fails() -> bool:
        raise DatabaseError("password=secret")

    monkeypatch.setitem(CHECKS, "database", fails)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "down"
    assert b"secret" not in answer.content
