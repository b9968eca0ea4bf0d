from dataclasses import replace

import pytest
from django.db import IntegrityError

from jobs.changes import changed_keys
from jobs.enums import RunKind
from jobs.models import Change, ImportRun
from suppliers.importers.sirene.rows import CompanyRow, EstablishmentRow
from suppliers.models import Company, Establishment, Profile
from suppliers.services import apply_sirene_batch, record_awards
from tests.suppliers.factories import CompanyFactory, ProfileFactory, siren, siret

pytestmark = pytest.mark.django_db

COMPANY = CompanyRow(siren(1), name="ANCIEN", in_directory=True)
PLACE = EstablishmentRow(siret(siren(1)), siren(1), commune_id="13005")


def test_batch_inserts_then_updates_and_tells_the_index() -> None:
    run = ImportRun.objects.create(kind=RunKind.SIRENE)
    apply_sirene_batch(run=run, companies=[COMPANY], establishments=[PLACE])
    before = Company.objects.get().updated_at
    apply_sirene_batch(run=run, companies=[replace(COMPANY, name="NEUF")], establishments=[])
    company = Company.objects.get()
    assert (company.name, company.in_directory) == ("NEUF", True)
    assert company.updated_at > before
    assert company.establishments.get().commune_id == "13005"
    assert [key for _id, key in changed_keys("suppliers", after=0, limit=9)] == [siren(1)] * 2
    run.refresh_from_db()
    assert run.counts == {"written": 2}


def test_batch_is_whole_or_nothing() -> None:
    run = ImportRun.objects.create(kind=RunKind.SIRENE)
    nameless = replace(PLACE, trade_names=None)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        apply_sirene_batch(run=run, companies=[COMPANY], establishments=[nameless])
    assert not Company.objects.exists()
    assert not Change.objects.exists()


def test_import_never_touches_what_a_company_says_of_itself() -> None:
    profile = ProfileFactory(company__siren=siren(1), offer="Taille de pierre")
    run = ImportRun.objects.create(kind=RunKind.SIRENE)
    apply_sirene_batch(run=run, companies=[COMPANY], establishments=[])
    assert Profile.objects.get(pk=profile.pk).offer == "Taille de pierre"


def test_award_keeps_who_holds_a_contract() -> None:
    CompanyFactory(siren=siren(1), name="LOCALE", place__siret=siret(siren(1), 9))
    CompanyFactory(siren=siren(2), name="LOINTAINE", in_directory=False, place=None)
    holders = [
        (siret(siren(number), nic), name)
        for number, nic, name in (
            (1, 1, "X"),
            (1, 2, ""),
            (2, 1, "X"),
            (3, 1, ""),
            (3, 2, "NEUVE"),
        )
    ]
    for _again in range(2):
        record_awards(holders=holders)
    names = list(Company.objects.order_by("siren").values_list("name", "in_directory"))
    assert names == [("LOCALE", True), ("LOINTAINE", False), ("NEUVE", False)]
    created = Establishment.objects.filter(is_active=False).values_list("siret", flat=True)
    assert set(created) == {number for number, _name in holders}
    assert [key for _id, key in changed_keys("suppliers", after=0)] == [siren(1)] * 2
