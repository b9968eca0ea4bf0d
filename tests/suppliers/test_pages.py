"""The directory's pages, as a visitor without JavaScript gets them."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from search.engines.base import SearchUnavailable
from search.indexing import rebuild_index
from suppliers.models import Company
from tests.suppliers.factories import (
    CompanyFactory,
    EstablishmentFactory,
    LabelFactory,
    ProfileFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/fournisseurs/"


@pytest.fixture
def directory() -> dict[str, Company]:
    roofer = CompanyFactory(
        name="COUVREURS DU GARLABAN", staff_bracket="02", created_on=date(2009, 3, 1)
    )
    mason = CompanyFactory(
        name="ATELIER BÉRENGER", naf="43.99C", size="pme", place__commune_id="13208",
        place__postcode="13008", place__trade_names="Pierre et Chaux",
    )  # fmt: skip
    gardener = CompanyFactory(name="CALANQUES JARDINS", naf="81.30Z", is_ess=True, size="unknown")
    masked = CompanyFactory(
        name="", diffusion="P", naf="56.10A", place__commune_id="13001", place__diffusion="P"
    )
    LabelFactory(company=roofer, kind="rge", valid_until=timezone.localdate() + timedelta(400))
    LabelFactory(company=roofer, kind="qualiopi", valid_until=date(2020, 1, 1))
    ProfileFactory(
        company=gardener, offer="Élagage & <b>tonte</b> pour les écoles", cpv_codes=["77340000"],
        intervention_area=["13055", "84"], website="https://calanques.example/",
    )  # fmt: skip
    rebuild_index("suppliers")
    return {"roofer": roofer, "mason": mason, "gardener": gardener, "masked": masked}


def page(client: Client, path: str = LIST, status: int = 200, **params: object) -> str:
    answer = client.get(path, params)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def text(html: str) -> str:
    """What is read on a page: without tags, with one space between words."""
    body = html.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def test_the_list_says_how_many_and_what_each_company_does(client, directory) -> None:
    words = text(page(client))
    assert "4 entreprises" in words
    assert "Aubagne · TPE, 3 à 5 salariés · depuis 2009" in words
    assert "43.91B Travaux de couverture par éléments" in words
    assert "Économie sociale et solidaire" in words


def test_a_card_shows_valid_labels_only(client, directory) -> None:
    words = text(page(client, q="garlaban")).split("1 entreprise")[1]
    until = timezone.localdate() + timedelta(400)
    assert f"(RGE), jusqu’en {until:%m/%Y}" in words
    assert "Qualiopi" not in words


def test_the_words_that_matched_are_marked_and_nothing_is_let_through(client, directory) -> None:
    html = page(client, q="élagage")
    assert (
        "<mark>Élagage</mark> &amp; &lt;b&gt;<mark>tonte</mark>&lt;/b&gt; pour les écoles" in html
    )


def test_a_correction_is_said_and_can_be_refused(client, directory) -> None:
    html = page(client, q="maconerie")
    assert "Résultats pour <b>maçonnerie</b>" in html
    assert 'href="?q=maconerie&amp;exact=true"' in html
    assert "Chercher aussi les mots voisins" in page(client, q="maconerie", exact="true")


def test_a_place_asked_in_words_is_said(client, directory) -> None:
    assert "à <b>Marseille</b>" in page(client, q="maçonnerie à Marseille")
    assert "à moins de 15 km <b>d’Aubagne</b>" in page(client, q="couverture près d'Aubagne")


def test_chips_remove_one_filter_and_keep_the_others(client, directory) -> None:
    html = page(client, size=["tpe", "pme"], near="Aubagne", radius_km=15, page=1)
    chips = dict(
        re.findall(r'<a href="(\?[^"]*)"><span class="hidden">[^<]*</span> ([^<]*) <', html)
    )
    by_label = {label: href for href, label in chips.items()}
    assert by_label["TPE, moins de 10"] == "?near=Aubagne&amp;radius_km=15&amp;size=pme"
    assert by_label["À moins de 15\u00a0km d’Aubagne"] == "?size=tpe&amp;size=pme"


@pytest.mark.parametrize(
    ("params", "chip"),
    [
        ({"commune": "13055"}, "Marseille"),
        ({"commune": "13208"}, "Marseille 8e"),
        ({"postcode": "13400"}, "Code postal 13400"),
        ({"department": "13"}, "Bouches-du-Rhône"),
        ({"naf": "4391B"}, "43.91B Travaux de couverture par éléments"),
        ({"cpv": "4526"}, "CPV 45260000"),
        ({"filiere": "sante"}, "Santé"),
        ({"legal_form": "5499"}, "Société à responsabilité limitée (sans autre indication)"),
        ({"label": "rge"}, "Reconnu garant de l’environnement (RGE)"),
        ({"ess": "true"}, "Économie sociale et solidaire"),
        ({"ess": "false"}, "Économie sociale et solidaire : non"),
        ({"intervention": "13005"}, "Intervient à Aubagne"),
        ({"created_after": "2024-05-01"}, "Créée depuis le 1er mai 2024"),
    ],
)
def test_every_filter_has_a_chip_in_words(client, directory, params, chip) -> None:
    words = text(page(client, **params))
    assert f"Retirer le filtre {chip}" in words


def test_filters_show_counts_and_keep_what_no_box_shows(client, directory) -> None:
    html = page(client, naf="43", postcode="13400", size="tpe", q="couverture")
    assert re.search(r'name="size" value="tpe" checked><span>TPE, moins de 10</span><span '
                     r'class="number">1</span>', html)  # fmt: skip
    assert '<input type="hidden" name="naf" value="43">' in html
    assert '<input type="hidden" name="postcode" value="13400">' in html
    assert 'name="size" value="tpe"' in html.split("<aside")[1]
    assert "hidden" not in re.findall(r'<input[^>]*name="size"[^>]*>', html)[0]


def test_the_map_shows_the_numbers_of_the_commune_filter(client, directory) -> None:
    html = page(client)
    drawn = dict(re.findall(r"<title>([^<]*)\u00a0: (\d+)</title>", html))
    assert drawn == {"Aubagne": "2", "Marseille 8e": "1", "Aix-en-Provence": "1"}
    listed = html.split('id="where"')[1]
    assert re.search(r'commune=13005">Aubagne</a> <span class="number">2<', listed)


def test_pages_keep_their_addresses(client, directory) -> None:
    html = page(client, per_page=1, page=2)
    assert 'href="?per_page=1&amp;page=1" rel="prev"' in html
    assert 'href="?per_page=1&amp;page=3" rel="next"' in html
    assert "page 2 – La Place locale</title>" in html
    assert "Cette page est vide\u00a0: la dernière est la page 4." in page(
        client, per_page=1, page=9
    )


def test_the_same_query_is_one_link_away_in_json(client, directory) -> None:
    html = page(client, q="couverture", near="", radius_km="15")
    link = re.search(r'href="(/api/v1/suppliers/[^"]*)"', html)
    assert link
    assert client.get(link[1].replace("&amp;", "&")).json()["count"] == 1


def test_an_empty_answer_proposes_searches_that_find(client, directory) -> None:
    html = page(client, q="couverture", size="pme", near="Aubagne", radius_km=5)
    words = text(html)
    assert "Aucune entreprise ne répond à tout cela" in words
    assert "Sans « PME » – 1 entreprise" in words
    href = re.search(r'<li><a href="([^"]*)">Sans', html)
    assert href
    assert "COUVREURS DU GARLABAN" in text(page(client, LIST + href[1].replace("&amp;", "&")))


def test_when_nothing_less_finds_the_words_alone_are_tried(client, directory) -> None:
    words = text(page(client, q="couverture élagage", size="ge", commune="13001"))
    assert "Seulement « couverture » – 1 entreprise" in words


def test_a_wrong_search_is_told_in_french_with_what_to_try(client, directory) -> None:
    html = page(client, status=400, sizee="tpe", near="Obagne", q="toit")
    words = text(html)
    assert "2 critères à corriger" in words
    assert "« sizee » n’existe pas" in words
    assert '<a href="?near=Obagne&amp;q=toit&amp;size=tpe">size=tpe</a>' in html
    assert '<a href="?sizee=tpe&amp;q=toit&amp;near=Aubagne">Aubagne</a>' in html
    assert 'value="Obagne"' in html
    assert 'aria-invalid="true" aria-describedby="near-wrong"' in html


def test_a_radius_without_a_place_is_forgotten_when_the_form_sends_it(client, directory) -> None:
    assert "4 entreprises" in text(page(client, q="", near="", radius_km="15"))


def test_the_search_stopped_is_a_503_that_says_so(client, directory, monkeypatch) -> None:
    def stopped(*args: object) -> None:
        raise SearchUnavailable

    monkeypatch.setattr("suppliers.queries.searching.search", stopped)
    answer = client.get(LIST)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "La recherche est momentanément arrêtée" in answer.content.decode()
    assert client.get("/").status_code == 200


def test_a_list_costs_a_bounded_number_of_queries(
    client, directory, django_assert_max_num_queries
) -> None:
    page(client, q="couverture")
    with django_assert_max_num_queries(18):
        page(client, near="Aubagne", radius_km=15, size="tpe")
    CompanyFactory.create_batch(20, naf="43.91B")
    rebuild_index("suppliers")
    page(client)
    with django_assert_max_num_queries(18):
        page(client)


def test_a_company_page_keeps_its_own_words_apart_from_sirene(client, directory) -> None:
    html = page(client, f"{LIST}{directory['gardener'].siren}/")
    own, sirene = html.split("Ce que dit le répertoire Sirene", 1)
    assert "&lt;b&gt;tonte&lt;/b&gt;" in own
    assert "77340000 Élagage des arbres et taille des haies" in own
    assert "Marseille, Vaucluse" in own
    assert 'href="https://calanques.example/" rel="nofollow noopener"' in own
    assert "N Activités de services administratifs et de soutien" in sirene
    assert "non déclaré" in sirene


def test_a_company_page_tells_valid_from_expired_labels(client, directory) -> None:
    words = text(page(client, f"{LIST}{directory['roofer'].siren}/"))
    assert "Qualiopi échu sans date" not in words
    assert re.search(r"\(RGE\) en cours au \d", words)
    assert "Qualiopi échu au 1er janvier 2020" in words


def test_open_and_closed_establishments_are_told_apart(client, directory) -> None:
    roofer = directory["roofer"]
    EstablishmentFactory(company=roofer, is_active=False, is_seat=False, address="1 RUE DU PORT")
    words = text(page(client, f"{LIST}{roofer.siren}/"))
    assert "1 établissement ouvert" in words
    assert "fermé 1 RUE DU PORT" in words


def test_partial_diffusion_shows_three_things_and_says_why(client, directory) -> None:
    masked = directory["masked"]
    html = page(client, f"{LIST}{masked.siren}/")
    assert '<meta name="robots" content="noindex">' in html
    words = text(html)
    assert "Seuls son SIREN, son activité et sa commune sont montrés" in words
    assert "56.10A Restauration traditionnelle" in words
    assert "Aix-en-Provence" in words
    for hidden in ("SIRET", "Adresse", "Forme juridique", "Taille", "établissement"):
        assert hidden not in words


def test_a_closed_company_says_so(client) -> None:
    closed = CompanyFactory(name="ANCIENNE MAISON", is_active=False, in_directory=False)
    assert "a cessé son activité" in text(page(client, f"{LIST}{closed.siren}/"))


def test_a_siret_leads_to_its_company(client, directory) -> None:
    siret = directory["mason"].establishments.get().siret
    answer = client.get(f"{LIST}{siret}/")
    assert answer.status_code == 301
    assert answer["Location"] == f"{LIST}{directory['mason'].siren}/"


@pytest.mark.parametrize(
    ("siren", "said"),
    [("732829320", "est bien formé"), ("123456789", "clé de contrôle est fausse")],
)
def test_an_unknown_company_is_a_404_that_proposes_a_search(client, siren, said) -> None:
    html = page(client, f"{LIST}{siren}/", status=404)
    assert said in text(html)
    assert 'role="search"' in html


def test_how_results_are_ranked_is_explained(client) -> None:
    assert "À égalité, un ordre fixe et neutre" in text(page(client, f"{LIST}classement/"))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(client, method) -> None:
    assert getattr(client, method)(LIST).status_code == 405
