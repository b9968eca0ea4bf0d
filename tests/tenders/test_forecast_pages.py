"""The pages of forecasts, as a visitor without JavaScript gets them."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from tenders.models import NoticeVersion
from tenders.services.forecasts import mark_launched, withdraw_notice
from tests.tenders.forecast_factories import BuyerFactory, PersonFactory, draft, edited, published

pytestmark = pytest.mark.django_db
LIST = "/previsions/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def forecasts() -> dict[str, NoticeVersion]:
    aubagne = BuyerFactory(name="Ville d’Aubagne", siret="21130005800012")
    return {
        "roofs": published(aubagne),
        "gardens": published(
            title="Entretien des <b>espaces verts</b>", description="Élagage.", cpv="77310000",
            category="services", communes=["13208"], planned_quarter=4, value_max=None,
            social=["clause"], environmental=["none"], reserved="siae",
        ),
        "bread": published(
            aubagne, title="Pain", description="Pour les cantines.", cpv="15811100",
            category="supplies", communes=[], planned_year=2028, planned_quarter=1,
            budget_year=2028, value_min=None, value_max=None, is_value_undisclosed=True,
        ),
    }  # fmt: skip


def page(client: Client, path: str = LIST, status: int = 200, **params: object) -> str:
    answer = client.get(path, params)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def text(html: str) -> str:
    """What is read on a page: without tags, with one space between words."""
    body = html.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def titles(client: Client, **params: object) -> list[str]:
    rows = re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)', page(client, **params))
    return [{"R": "roofs", "E": "gardens", "P": "bread"}[title[0]] for title in rows]


def test_the_list_says_how_many_by_whom_and_what(client, forecasts) -> None:
    html = page(client)
    words = text(html)
    assert "3 achats prévus par 2 acheteurs" in words
    assert "Information indicative" in words
    assert "Ville d’Aubagne · Travaux Aubagne" in words
    assert "45261000 Travaux de charpente et de couverture" in words
    assert "216 000 à 1 000 000 €" in words
    assert "2e trimestre 2027 budget 2027 (N-1) Publiée le 23 novembre 2026" in words
    assert "Tout le territoire" in words
    assert "Clause sociale" in words
    assert "Pas de considération environnementale" not in words
    assert "&lt;b&gt;espaces verts" in html


def test_the_latest_launch_comes_first_and_other_orders_are_a_link_away(client, forecasts) -> None:
    assert titles(client) == ["bread", "gardens", "roofs"]
    assert titles(client, ordering="soonest") == ["roofs", "gardens", "bread"]
    assert titles(client, ordering="recent") == ["bread", "gardens", "roofs"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"q": "couverture"}, {"roofs"}),
        ({"q": "paysagiste"}, {"gardens"}),
        ({"q": "boulangerie"}, {"bread"}),
        ({"q": "elagage platane"}, set()),
        ({"q": "élagage à Marseille"}, {"gardens"}),
        ({"q": "élagage à Aubagne"}, set()),
        ({"q": "45261"}, {"roofs"}),
        ({"q": "%_"}, {"roofs", "gardens", "bread"}),
        ({"cpv": "77"}, {"gardens"}),
        ({"cpv": ["77", "15"]}, {"gardens", "bread"}),
        ({"commune": "Aubagne"}, {"roofs", "bread"}),
        ({"commune": "13055"}, {"gardens", "bread"}),
        ({"commune": "13207"}, {"bread"}),
        ({"commune": "75056"}, set()),
        ({"buyer": "21130005800012"}, {"roofs", "bread"}),
        ({"category": "works"}, {"roofs"}),
        ({"budget_year": "2028"}, {"bread"}),
        ({"horizon": "n-2"}, {"bread"}),
        ({"horizon": ["n-1", "n-2"]}, {"roofs", "gardens", "bread"}),
        ({"quarter": "2027-T2"}, {"roofs"}),
        ({"quarter": ["2027-t4", "2028-Q1"]}, {"gardens", "bread"}),
        ({"state": "withdrawn"}, set()),
        ({"category": "works", "budget_year": "2028"}, set()),
    ],
)
def test_filters(client, forecasts, params, expected) -> None:
    assert set(titles(client, **params)) == expected


def test_a_reference_finds_its_forecast(client, forecasts) -> None:
    reference = forecasts["bread"].notice.reference
    assert titles(client, q=reference.lower()) == ["bread"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"horizons": "n-1"}, "Vouliez-vous dire « horizon »"),
        ({"horizon": "n-3"}, "n’est pas une valeur connue"),
        ({"quarter": "T2"}, "par exemple 2027-T2"),
        ({"cpv": "99999999"}, "n’est pas une valeur connue"),
        ({"commune": "Obagne"}, "La plus proche est 13005 Aubagne."),
        ({"buyer": "1"}, "n’est pas une valeur connue"),
        ({"state": "draft"}, "n’est pas une valeur connue"),
        ({"page": "0"}, "nombre entier"),
        ({"page": "5000"}, "Les pages s’arrêtent à 10000 résultats"),
        ({"category": "travaux", "budget_year": "bientôt"}, "2 critères à corriger"),
    ],
)
def test_what_cannot_be_read_is_a_clear_error(client, forecasts, params, said) -> None:
    assert said in text(page(client, status=400, **params))


def test_chips_say_the_filters_in_words_and_remove_one(client, forecasts) -> None:
    html = page(
        client, cpv="45261", commune="13005", buyer="21130005800012", category="works",
        budget_year="2027", horizon="n-1", quarter="2027-T2", state="published",
    )  # fmt: skip
    words = text(html)
    for chip in (
        "45261 Travaux de charpente", "Aubagne ×", "Ville d’Aubagne ×", "Travaux ×",
        "Budget 2027 ×", "Budget de l’an prochain (N-1) ×", "2e trimestre 2027 ×", "Publiée ×",
    ):  # fmt: skip
        assert chip in words
    assert "category=works" not in re.findall(r'href="([^"]*)"><span[^>]*>[^<]*</span> Travaux ×',
                                              html.replace(" <span", "<span"))  # fmt: skip


def test_quarters_are_counted_whatever_the_one_chosen(client, forecasts) -> None:
    html = page(client, quarter="2027-T2")
    bars = re.findall(
        r'<a href="([^"]*)"( aria-current="true")?><b class="number">(\d+)</b>.*?'
        r'<span class="hidden">([^<]*)</span>',
        html,
    )
    assert [(current != "", count, words) for _href, current, count, words in bars] == [
        (True, "1", "2e trimestre 2027"),
        (False, "1", "4e trimestre 2027"),
        (False, "1", "1er trimestre 2028"),
    ]
    assert bars[0][0] == "?"
    assert bars[1][0] == "?quarter=2027-T4"


def test_what_is_not_published_is_nowhere(client, forecasts) -> None:
    secret = draft(title="Projet secret")
    version = forecasts["roofs"]
    edit = version.notice
    edit.refresh_from_db()
    type(edit).objects.filter(pk=edit.pk).update(title="Retouche secrète", communes=["13022"])
    for path, params in ((LIST, {}), (LIST, {"q": "secret"}), ("/lettres/", {})):
        assert "ecrèt" not in page(client, path, **params)
        assert "Projet" not in page(client, path, **params)
    assert client.get(f"{LIST}{secret.reference}/").status_code == 404
    assert "secrète" not in page(client, f"{LIST}{edit.reference}/")
    assert set(titles(client, commune="13022")) == {"bread"}


def test_what_is_withdrawn_or_launched_leaves_the_list_and_keeps_its_page(
    client, forecasts
) -> None:
    by = PersonFactory()
    withdraw_notice(notice=forecasts["roofs"].notice, by=by)
    url = "https://marches.exemple.fr/1"
    mark_launched(notice=forecasts["gardens"].notice, url=url, by=by)
    assert titles(client) == ["bread"]
    assert titles(client, state="withdrawn") == ["roofs"]
    gone = text(page(client, f"{LIST}{forecasts['roofs'].notice.reference}/"))
    assert "Retirée le 23 novembre 2026" in gone
    assert "L’acheteur a renoncé à cet achat" in gone
    assert "Retrait, version 2" in gone
    launched = page(client, f"{LIST}{forecasts['gardens'].notice.reference}/")
    assert f'href="{url}"' in launched
    assert "Recevoir les prévisions comme celle-ci" not in launched


def test_a_page_shows_every_field_and_its_history_in_words(client, forecasts) -> None:
    edited(
        forecasts["roofs"], planned_quarter=3, value_min=None, value_max=4_000_000,
        title="Toitures des écoles", communes=["13055"], description="Tuiles.",
        cpv_additional=["77310000"], environmental=["clause", "criterion"],
    )  # fmt: skip
    words = text(page(client, f"{LIST}{forecasts['roofs'].notice.reference}/"))
    assert "Information indicative : ce projet n’engage pas l’acheteur" in words
    for fact in (
        "Montant hors taxes moins de 40 000 €", "Autres codes CPV 77310000",
        "Considérations sociales non précisé", "Clause environnementale Critère environnemental",
        "Contact Service des achats achats@exemple.fr", "SIRET 211 300 058 00012",
        "Horizon à la publication N-1", "Reportée le 23 novembre 2026",
    ):  # fmt: skip
        assert fact in words
    for change in (
        "Report, version 2 le 23 novembre 2026", "Le trimestre passe de T2 à T3 2027",
        "Intitulé : « Réfection des toitures de 14 écoles » devient « Toitures des écoles »",
        "La description est modifiée", "Communes : « Aubagne » devient « Marseille »",
        "Montant hors taxes : « 216 000 à 1 000 000 € » devient « moins de 40 000 € »",
        "Première publication, version 1",
    ):  # fmt: skip
        assert change in words


def test_another_year_is_said(client, forecasts) -> None:
    edited(forecasts["gardens"], planned_year=2028, planned_quarter=1, budget_year=2030)
    words = text(page(client, f"{LIST}{forecasts['gardens'].notice.reference}/"))
    assert "Le trimestre passe de T4 2027 à T1 2028" in words
    assert "au-delà des deux ans couverts" in words


def test_an_empty_list_proposes_to_be_told(client) -> None:
    assert "Aucune prévision n’est publiée pour l’instant" in text(page(client))
    html = page(client, q="piscine", commune="13005", cpv="45")
    assert "Aucune prévision ne répond à tout cela" in text(html)
    assert 'href="/lettres/?words=piscine&amp;cpv=45&amp;communes=13005"' in html


def test_pages_are_walked_and_a_page_too_far_says_so(client, forecasts) -> None:
    html = page(client, per_page=2)
    assert 'href="?per_page=2&amp;page=2" rel="next"' in html
    assert "Cette page est vide : la dernière est la page 2." in text(
        page(client, per_page=2, page=9)
    )


def test_lists_and_pages_cost_a_constant_number_of_queries(
    client, forecasts, django_assert_num_queries
) -> None:
    params = {"q": "travaux", "commune": "13005", "buyer": "21130005800012"}
    page(client, **params)
    with django_assert_num_queries(13):
        page(client, **params)
    buyer = forecasts["roofs"].notice.buyer
    for number in range(20):
        published(buyer, communes=["13005", "13022"], planned_quarter=1 + number % 4)
    with django_assert_num_queries(13):
        page(client, **params)
    address = f"{LIST}{forecasts['roofs'].notice.reference}/"
    with django_assert_num_queries(4):
        page(client, address)
    for quarter in (3, 4, 3):
        edited(forecasts["roofs"], planned_quarter=quarter, communes=["13022"])
    with django_assert_num_queries(4):
        page(client, address)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(client, method) -> None:
    assert getattr(client, method)(LIST).status_code == 405
