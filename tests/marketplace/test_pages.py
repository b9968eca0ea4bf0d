"""The pages of the house: front door, sources, legal pages, errors, frame of every page."""

import re

import pytest
from django.db import OperationalError
from django.test import Client

from jobs.models import ImportRun
from search.engines.base import SearchUnavailable
from search.indexing import rebuild_index
from tests.suppliers.factories import CompanyFactory

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/fournisseurs/",
    "/fournisseurs/classement/",
    "/previsions/",
    "/lettres/",
    "/lettres/envoyee/",
    "/donnees/",
    "/accessibilite/",
    "/donnees-personnelles/",
    "/mentions-legales/",
)


def html(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_after_migrate_alone(client, path) -> None:
    page = html(client, path)
    h1 = re.search(r"<h1>(.*?)</h1>", page)
    assert h1
    assert f"<title>{h1[1]} – La Place locale</title>" in page
    assert page.count("<h1>") == 1
    assert '<html lang="fr">' in page
    assert '<a class="skip" href="#contenu">' in page
    assert "Achats publics d’Aix-Marseille-Provence" in page


@pytest.mark.parametrize("path", PAGES)
def test_no_page_leads_nowhere(client, path) -> None:
    CompanyFactory(name="COUVREURS DU GARLABAN")
    rebuild_index("suppliers")
    links = set(re.findall(r'(?:href|action|src)="([^"#][^"]*)"', html(client, path)))
    assert links
    for link in links:
        assert not link.startswith(("http", "//")), f"{link}: nothing comes from elsewhere"
        target = link.replace("&amp;", "&")
        target = path + target if target.startswith("?") else target
        if not target.startswith(("/static/", "/langue/")):
            assert client.get(target).status_code in {200, 301}, link


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_a_style_of_its_own(client, path) -> None:
    page = html(client, path)
    assert "<script" not in page
    assert "<style" not in page
    assert not re.search(r"""\s(?:style|on[a-z]+)=["']""", page)
    policy = client.get(path)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_front_door_has_three_doors_and_a_search(client) -> None:
    CompanyFactory(name="COUVREURS DU GARLABAN")
    rebuild_index("suppliers")
    page = html(client, "/")
    for door in ("Vous achetez", "Vous êtes une entreprise", "Vous contrôlez"):
        assert f">{door}</h2>" in page
    assert '<form class="search" id="search" action="/fournisseurs/" role="search">' in page
    assert "1 entreprise active" in page
    assert "<title>Aubagne\u00a0: 1</title>" in page


def test_the_front_door_stands_without_the_search(client, monkeypatch) -> None:
    def stopped(*args: object) -> None:
        raise SearchUnavailable

    monkeypatch.setattr("marketplace.views.search_suppliers", stopped)
    page = html(client, "/")
    assert "Vous achetez" in page
    assert "<svg class=" not in page


def test_invented_data_is_said_on_every_page(client) -> None:
    said = "Données de démonstration\u00a0: ces entreprises et ces acheteurs sont inventés."
    assert said not in html(client, "/")
    ImportRun.objects.create(kind="demo")
    for path in PAGES:
        assert said in html(client, path)
    assert said in html(client, "/nulle-part/", 404)


def test_sources_give_versions_dates_and_licences(client) -> None:
    ImportRun.objects.create(
        kind="sirene", status="failed", files=[{"name": "StockUniteLegale.zip", "bytes": 2_000}],
        counts={"read": 187_686, "created": 12, "updated": 3, "rejected": 1}, note="essai",
    )  # fmt: skip
    page = html(client, "/donnees/")
    assert "StockUniteLegale.zip" in page
    assert "187\u00a0686" in page
    assert '<span class="status no">interrompu</span>' in page
    assert "Communes, populations et coordonnées" in page
    assert "Licence Ouverte 2.0" in page
    assert "© les contributeurs d’OpenStreetMap" in page


def test_every_vocabulary_is_named_in_words(client) -> None:
    page = html(client, "/donnees/")
    assert not re.search(r'<th scope="row">[a-z_0-9]+\.(csv|txt)', page)


def test_a_page_costs_few_queries(client, django_assert_max_num_queries) -> None:
    html(client, "/mentions-legales/")
    with django_assert_max_num_queries(2):
        html(client, "/mentions-legales/")


def test_the_language_is_changed_by_a_form(client) -> None:
    answer = client.post("/langue/setlang/", {"language": "en", "next": "/donnees/?a=1"})
    assert answer["Location"] == "/donnees/?a=1"
    page = html(client, "/donnees/")
    assert '<html lang="en">' in page
    assert '<button type="submit" name="language" value="fr" lang="fr">Français</button>' in page


def test_an_unknown_page_says_what_to_do(client) -> None:
    page = html(client, "/nulle-part/", 404)
    assert "Cette page n’existe pas" in page
    assert 'href="/fournisseurs/"' in page


@pytest.mark.parametrize("kind", ["demo", "sirene"])
def test_a_host_that_is_not_ours_is_refused_in_french(client, kind) -> None:
    ImportRun.objects.create(kind=kind)
    answer = client.get("/", headers={"host": "ailleurs.example"})
    assert answer.status_code == 400
    assert "Cette demande n’a pas pu être lue" in answer.content.decode()


def test_an_unknown_address_of_the_api_is_a_problem(client) -> None:
    answer = client.get("/api/v1/nulle-part/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_a_refused_form_says_why_in_french() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/langue/setlang/", {"language": "en"})
    assert answer.status_code == 403
    assert "Le formulaire n’a pas été accepté" in answer.content.decode()


def test_a_breakdown_shows_a_plain_page(monkeypatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("marketplace.views.get_territory", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "Le site a rencontré une panne" in answer.content.decode()


def test_the_schema_and_its_pages_are_served_from_here(client) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    page = html(client, "/api/v1/docs/")
    assert "//cdn" not in page
    assert "<style" not in page
    assert not re.search(r"<script>", page)


@pytest.mark.parametrize("path", ["/donnees/", "/api/v1/suppliers/"])
def test_a_full_disk_is_said(client, monkeypatch, path) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("marketplace.views.coast.source", full)
    monkeypatch.setattr("suppliers.api.search_suppliers", full)
    assert "n’y a plus de place" in html(client, path, 507).replace("\\u2019", "’")
