"""The directory's API answers by the one definition of the search."""

from datetime import date

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.throttling import AnonRateThrottle

from jobs.changes import record_changes
from search.engines.base import SearchUnavailable
from search.indexing import rebuild_index
from suppliers.models import Company
from tests.suppliers.factories import (
    CompanyFactory,
    EstablishmentFactory,
    LabelFactory,
    ProfileFactory,
    siret,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/suppliers/"


@pytest.fixture
def directory() -> dict[str, Company]:
    roofer = CompanyFactory(name="COUVREURS DU GARLABAN", size="tpe")
    mason = CompanyFactory(
        name="ATELIER BÉRENGER", naf="43.99C", size="pme", place__commune_id="13208",
        place__postcode="13008", place__trade_names="Pierre et Chaux",
    )  # fmt: skip
    gardener = CompanyFactory(
        name="CALANQUES JARDINS", naf="81.30Z", is_ess=True, size="unknown",
        created_on=date(2024, 5, 1), legal_category="9220",
    )  # fmt: skip
    masked = CompanyFactory(name="", diffusion="P", naf="56.10A", place__commune_id="13001")
    outside = CompanyFactory(name="COUVREURS LOINTAINS", in_directory=False)
    LabelFactory(company=roofer, kind="rge", valid_until=date(2020, 1, 1))
    LabelFactory(company=gardener, kind="ei")
    ProfileFactory(
        company=gardener, offer="Élagage, tonte et débroussaillage pour les écoles",
        cpv_codes=["77340000"], intervention_area=["13055", "84"],
    )  # fmt: skip
    rebuild_index("suppliers")
    return {
        "roofer": roofer, "mason": mason, "gardener": gardener, "masked": masked,
        "outside": outside,
    }  # fmt: skip


def ask(client: Client, **params: object) -> dict:
    answer = client.get(URL, params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(client: Client, **params: object) -> list[str]:
    return [result["name"] for result in ask(client, **params)["results"]]


def test_a_result_has_the_shape_that_is_fixed(client, directory) -> None:
    result = ask(client, q="elagage", near="43.29,5.57")["results"][0]
    assert result["siren"] == directory["gardener"].siren
    assert result["naf"] == {"code": "81.30Z", "label": "Services d'aménagement paysager"}
    assert result["labels"] == [{"code": "ei", "label": "Entreprise d’insertion (EI)"}]
    assert result["commune"] == {"code": "13005", "name": "Aubagne"}
    assert result["distance_km"] == pytest.approx(0, abs=5)
    assert result["why"][0] == {
        "field": "offer",
        "text": "Élagage, tonte et débroussaillage pour les écoles",
    }
    assert result["url"].endswith(f"/fournisseurs/{result['siren']}/")
    assert set(result) == {
        "siren", "siret", "name", "trade_name", "commune", "naf", "size", "labels",
        "distance_km", "why", "url",
    }  # fmt: skip


def test_a_need_finds_by_activity_offer_and_synonym(client, directory) -> None:
    assert names(client, q="couverture") == ["COUVREURS DU GARLABAN"]
    assert names(client, q="toiture") == ["COUVREURS DU GARLABAN"]
    assert names(client, q="débroussaillage écoles") == ["CALANQUES JARDINS"]
    assert names(client, q="maçonnerie") == ["ATELIER BÉRENGER"]


def test_a_name_is_found_whatever_its_dress(client, directory) -> None:
    for text in ("berenger", "Bérenger", "ATELIER BERENGER SARL", "berrenger", "pierre et chaux"):
        assert names(client, q=text) == ["ATELIER BÉRENGER"], text


def test_an_identifier_finds_its_company_and_keeps_the_filters(client, directory) -> None:
    number = directory["mason"].establishments.get().siret
    spaced = f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}"
    assert names(client, q=spaced) == ["ATELIER BÉRENGER"]
    assert names(client, q=number[:9]) == ["ATELIER BÉRENGER"]
    assert names(client, q=number, size="tpe") == []
    assert ask(client, q=spaced)["understood"]["identifiers"] == [number]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"commune": "13055"}, {"mason"}),
        ({"commune": ["13005", "13208"]}, {"roofer", "mason", "gardener"}),
        ({"postcode": "13008"}, {"mason"}),
        ({"epci": "200054807"}, {"roofer", "mason", "gardener", "masked"}),
        ({"epci": "200046977"}, set()),
        ({"department": "13"}, {"roofer", "mason", "gardener", "masked"}),
        ({"naf": "43"}, {"roofer", "mason"}),
        ({"naf": "F"}, {"roofer", "mason"}),
        ({"naf": ["4391B", "81.3"]}, {"roofer", "gardener"}),
        ({"cpv": "77300000"}, {"gardener"}),
        ({"size": ["tpe", "pme"]}, {"roofer", "mason", "masked"}),
        ({"legal_form": "92"}, {"gardener"}),
        ({"label": "siae"}, {"gardener"}),
        ({"label": "rge"}, set()),
        ({"ess": "true"}, {"gardener"}),
        ({"intervention": "13208"}, set()),
        ({"intervention": "13055"}, {"gardener"}),
        ({"intervention": "84089"}, {"gardener"}),
        ({"claimed": "true"}, set()),
        ({"created_after": "2024-01-01"}, {"gardener"}),
        ({"near": "Aubagne", "radius_km": 3}, {"roofer", "gardener"}),
        ({"q": "13008"}, {"mason"}),
        ({"q": "maçonnerie à Marseille"}, {"mason"}),
        ({"q": "ESS"}, {"gardener"}),
    ],
)
def test_each_filter(client, directory, params, found) -> None:
    sirens = {result["siren"] for result in ask(client, **params)["results"]}
    assert sirens == {directory[name].siren for name in found}


def test_facets_count_without_their_own_filter(client, directory) -> None:
    facets = ask(client, facets="size,commune,ess", size="tpe")["facets"]
    assert {value["value"]: value["count"] for value in facets["size"]} == {
        "tpe": 2, "pme": 1, "unknown": 1,
    }  # fmt: skip
    assert {"value": "13005", "label": "Aubagne", "count": 1} in facets["commune"]
    assert facets["ess"] == []


def test_partial_diffusion_is_found_by_place_and_activity_never_by_name(client, directory) -> None:
    result = ask(client, commune="13001")["results"][0]
    assert (result["name"], result["trade_name"]) == ("", "")
    assert names(client, q="restauration traditionnelle") == [""]


def test_a_correction_is_said_and_can_be_refused(client, directory) -> None:
    page = ask(client, q="maconerie")
    assert page["count"] == 1
    assert page["understood"]["corrected"] == {"maconerie": "maçonnerie"}
    assert ask(client, q="maconerie", exact="true")["count"] == 0


def test_a_change_is_found_at_the_next_request(client, directory) -> None:
    with transaction.atomic():
        Company.objects.filter(pk=directory["roofer"].pk).update(name="ZINGUEURS RÉUNIS")
        record_changes("suppliers", [directory["roofer"].pk])
    assert names(client, q="zingueurs") == ["ZINGUEURS RÉUNIS"]


def test_every_company_is_met_once_by_pages_and_by_cursor(client) -> None:
    for _ in range(23):
        CompanyFactory(name="SEMBLABLE")
    rebuild_index("suppliers")
    first = ask(client, q="semblable", per_page=5)
    seen, address = [], URL + "?q=semblable&per_page=5"
    while address:
        page = client.get(address).json()
        seen += [result["siren"] for result in page["results"]]
        address = page["next"]
    assert first["count"] == len(seen) == len(set(seen)) == 23
    assert ask(client, q="semblable", page=99)["results"] == []
    assert client.get(URL, {"page": 101, "per_page": 100}).status_code == 400


def test_the_establishment_shown_is_the_one_asked_for(client) -> None:
    company = CompanyFactory(name="DEUX ADRESSES")
    EstablishmentFactory(
        company=company, siret=siret(company.siren, 9_998), commune_id="13208", is_seat=False
    )
    rebuild_index("suppliers")
    assert ask(client, q="deux adresses")["results"][0]["commune"]["code"] == "13005"
    assert ask(client, commune="13055")["results"][0]["commune"]["code"] == "13208"
    near = ask(client, near="Marseille 8e")["results"][0]
    assert near["commune"]["code"] == "13208"


def test_refusals_are_problems_that_name_everything(client) -> None:
    answer = client.get(URL, {"sise": "tpe", "page": "0"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert [error["pointer"] for error in body["errors"]] == ["#/sise", "#/page"]
    assert "size" in body["errors"][0]["detail"]


def test_refusals_speak_the_language_asked(client) -> None:
    body = client.get(URL, {"page": "0"}, headers={"accept-language": "en"}).json()
    assert "whole number" in body["errors"][0]["detail"]


def test_one_company(client, directory) -> None:
    body = client.get(f"{URL}{directory['mason'].siren}/").json()
    assert body["name"] == "ATELIER BÉRENGER"
    assert [place["postcode"] for place in body["establishments"]] == ["13008"]
    assert client.get(f"{URL}123456789/").status_code == 404
    assert client.get(f"{URL}rien/")["Content-Type"] == "application/problem+json"


def test_a_page_takes_few_queries(client, directory, django_assert_max_num_queries) -> None:
    params = {"q": "couverture", "facets": "size,label,naf,commune"}
    ask(client, **params)  # a process reads the arrays of the index once
    with django_assert_max_num_queries(12):
        ask(client, **params)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=120))
def test_no_search_breaks(client, text: str) -> None:
    assert client.get(URL, {"q": text}).status_code in {200, 400}


@pytest.mark.parametrize(
    "text",
    ["rue", "france", "sarl", "de la", "a", '"abc', "a:b", "*", "l'eau (", "id:[1 TO", "\0", "%",
     "' OR 1=1 --", "<script>", "{{7*7}}", "\u202e", "é" * 300, "près de", "près de ,", "à " * 60],
)  # fmt: skip
def test_hostile_searches_are_answered(client, directory, text: str) -> None:
    assert client.get(URL, {"q": text}).status_code == 200


def test_the_rate_can_be_limited(client, directory, monkeypatch) -> None:
    cache.clear()
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "2/min"})
    assert [client.get(URL).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(URL)
    assert refused["Content-Type"] == "application/problem+json"
    assert int(refused["Retry-After"]) > 0


def test_an_engine_that_cannot_answer_is_said(client, directory, monkeypatch) -> None:
    def unavailable(*args: object, **kwargs: object) -> None:
        raise SearchUnavailable

    monkeypatch.setattr("suppliers.queries.searching.search", unavailable)
    answer = client.get(URL)
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
