"""What of a company is indexed: what it does and where, never what must be hidden."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppliers.documents import SupplierDocuments, activity_words, tie_of
from tests.suppliers.factories import (
    CompanyFactory,
    EstablishmentFactory,
    LabelFactory,
    ProfileFactory,
    siret,
)

pytestmark = pytest.mark.django_db


def document(siren: str):
    (found,) = SupplierDocuments().get([siren])
    return found


def test_what_a_label_leaves_out_is_not_found_by_it() -> None:
    assert "automobiles" not in activity_words("47")
    assert activity_words("13.92") == "Fabrication d'articles textiles"
    assert activity_words("43.91B") == "Travaux de couverture par éléments"


def test_sections_do_not_speak_for_their_companies() -> None:
    shop = CompanyFactory(naf="47.59B")
    assert "automobiles" not in " ".join(document(shop.siren).texts["sector"])


def test_a_company_is_found_by_each_of_its_places() -> None:
    company = CompanyFactory()
    EstablishmentFactory(
        company=company, siret=siret(company.siren, 9_998), commune_id="13208", postcode="13008",
        latitude=43.27, longitude=5.39, is_seat=False, naf="47.59B",
    )  # fmt: skip
    EstablishmentFactory(
        company=company, siret=siret(company.siren, 9_997), commune_id="13001", is_active=False
    )
    found = document(company.siren)
    assert found.keywords["commune"] == ["13005", "13208"]
    assert found.keywords["naf"] == ["43.91B", "47.59B"]
    assert len(found.points) == 2
    assert found.points[1] == (43.27, 5.39)
    assert found.texts["place"] == ["Aubagne 13400", "Marseille 8e Arrondissement 13008"]


def test_labels_count_while_they_are_valid() -> None:
    company = CompanyFactory(is_ess=None)
    LabelFactory(company=company, kind="aci", valid_until=date(2999, 1, 1))
    LabelFactory(company=company, kind="rge", valid_until=date(2001, 1, 1))
    LabelFactory(company=company, kind="bio", valid_from=date(2999, 1, 1))
    found = document(company.siren)
    assert found.keywords["label"] == ["aci", "siae"]
    assert found.keywords["ess"] == []  # not declared is neither yes nor no


def test_own_words_are_found_apart_from_the_register() -> None:
    profile = ProfileFactory(offer="Zinguerie", cpv_codes=["45261300"])
    found = document(profile.company.siren)
    assert found.texts["offer"] == ["Zinguerie"]
    assert found.texts["cpv"] == ["Travaux de garnissage et de pose de gouttières"]


def test_only_the_directory_is_indexed() -> None:
    company = CompanyFactory(in_directory=False)
    assert list(SupplierDocuments().get([company.siren])) == []
    assert list(SupplierDocuments().all()) == []


def test_the_whole_directory_comes_by_constant_chunks(monkeypatch) -> None:
    monkeypatch.setattr("suppliers.documents._CHUNK", 3)
    for _ in range(8):
        CompanyFactory()
    documents = SupplierDocuments()
    assert len({found.key for found in documents.all()}) == documents.count() == 8


@given(st.sets(st.integers(0, 10**9 - 1), min_size=2, max_size=50))
def test_no_two_companies_tie(numbers: set[int]) -> None:
    assert len({tie_of(f"{number:09d}") for number in numbers}) == len(numbers)
    assert all(0 <= tie_of(f"{number:09d}") < 2**32 for number in numbers)
