"""Who is told of a forecast, and why: by trade, by place, by horizon."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.models import Commune
from reference.territory import get_territory
from search.analysis import terms
from search.documents import Analysis
from search.understanding import understand
from tenders import words
from tenders.matching import matching_subscriptions
from tenders.models import NoticeVersion, Subscription
from tests.tenders.forecast_factories import BuyerFactory, PersonFactory, follow, published

pytestmark = pytest.mark.django_db


def found(version: NoticeVersion, **options: int) -> dict[int, list[dict[str, str]]]:
    return {
        subscription.pk: why
        for batch in matching_subscriptions(version, **options)
        for subscription, why in batch.found
    }


def answers(asked: dict[str, object], **forecast: object) -> bool:
    subscription = follow(**asked)
    return subscription.pk in found(published(**forecast))


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("45", True), ("4526", True), ("45261", True), ("4526121", False), ("45262", False),
        ("71", False),
    ],
)  # fmt: skip
def test_a_code_answers_those_above_it(prefix, expected) -> None:
    assert answers({"cpv": [prefix]}, cpv="45261000") is expected


def test_additional_codes_count() -> None:
    assert answers({"cpv": ["7734"]}, cpv_additional=["77340000"]) is True


@pytest.mark.parametrize(
    ("asked", "title", "expected"),
    [
        ("couverture", "Réfection de la toiture", True),
        ("toiture", "Travaux de couverture", True),
        ("maçonnerie", "Travaux de maconnerie", True),
        ("maconnerie", "Travaux de MAÇONNERIE", True),
        ("electricite", "Travaux d’électricité", True),
        ("électricité", "TRAVAUX D'ELECTRICITE", True),
        ("paysagiste", "Entretien des espaces verts", True),
        ("espaces verts", "Élagage des platanes", True),
        ("taille d’arbres", "Élagage des platanes", True),
        ("élagage platanes", "Élagage des platanes", True),
        ("élagage cyprès", "Élagage des platanes", False),
        ("plomberie", "Élagage des platanes", False),
    ],
)
def test_words_are_understood_as_the_search_does(asked, title, expected) -> None:
    forecast = {"title": title, "description": "Pour la ville.", "cpv": "98390000"}
    assert answers({"words": [asked]}, **forecast) is expected


def test_the_label_of_the_code_is_read_too() -> None:
    assert answers({"words": ["couverture"]}, title="Lot 3", description="Écoles") is True


def test_words_or_codes_are_enough_for_the_trade() -> None:
    asked = {"words": ["plomberie", "charpente"], "cpv": ["45261"]}
    assert answers(asked) is True
    assert answers({**asked, "cpv": ["03"]}, title="Charpente") is True
    assert answers({**asked, "cpv": ["03"]}, cpv="90911200", title="Ménage") is False


@pytest.mark.parametrize(
    ("asked", "place", "expected"),
    [
        (["13005"], ["13005"], True),
        (["13005", "13022"], ["13022"], True),
        (["13005"], ["13022"], False),
        (["13055"], ["13208"], True),
        (["13208"], ["13055"], True),
        (["13208"], ["13207"], False),
        (["13208"], [], True),
        (["75056"], [], False),
        ([], ["13005"], True),
    ],
)
def test_places_contain_one_another(asked, place, expected) -> None:
    assert answers({"communes": asked}, communes=place) is expected


@pytest.mark.parametrize(
    ("asked", "budget", "expected"),
    [
        (["n-1"], 2027, True), (["n-2"], 2027, False), (["n-1", "n-2"], 2028, True),
        (["n-1", "n-2"], 2026, False), (["n-2"], 2029, False), ([], 2026, True), ([], 2030, True),
    ],
)  # fmt: skip
def test_horizons(asked, budget, expected) -> None:
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC)):
        assert answers({"horizons": asked}, budget_year=budget) is expected


def test_each_family_asked_must_be_answered() -> None:
    asked = {"words": ["toiture"], "communes": ["13005"], "horizons": ["n-1"]}
    assert answers(asked) is True
    assert answers(asked, communes=["13022"]) is False
    assert answers({**asked, "words": ["plomberie"]}) is False


def test_why_names_what_was_asked_and_found() -> None:
    everything = follow()
    roofer = follow(
        words=["toiture", "plomberie"], cpv=["45261", "45"], communes=["13005", "13055"]
    )
    why = found(published())
    assert why[everything.pk] == []
    assert why[roofer.pk] == [
        {"kind": "cpv", "value": "45"},
        {"kind": "cpv", "value": "45261"},
        {"kind": "words", "value": "toiture"},
        {"kind": "commune", "value": "13005"},
    ]


def test_only_those_who_agreed_are_found() -> None:
    follow(confirmed=False)
    gone = follow()
    gone.consent.withdrawn_at = gone.created_at
    gone.consent.confirmed_at = gone.created_at
    gone.consent.save()
    agreed = follow()
    assert list(found(published())) == [agreed.pk]


def test_batches_meet_everybody_once_and_can_go_on() -> None:
    expected = [follow(words=["toiture", "couverture"]).pk for _ in range(7)]
    version = published()
    batches = list(matching_subscriptions(version, limit=3))
    assert [len(batch.found) for batch in batches] == [3, 3, 1]
    assert list(found(version)) == expected
    assert list(found(version, after=batches[0].through)) == expected[3:]


def test_the_cost_is_that_of_who_is_found() -> None:
    version = published()
    follow(words=["toiture"], communes=["13005"])
    with CaptureQueriesContext(
        connection,
    ) as few:
        found(version)
    for _ in range(40):
        follow(words=["plomberie"], cpv=["9091"], communes=["13005"], horizons=["n-1"])
    with CaptureQueriesContext(connection) as many:
        assert len(found(version)) == 1
    assert len(many) == len(few)


# --- the index says what the plain definition says -----------------------------------------

TRADES = ["toiture", "maçonnerie", "taille d’arbres", "espaces verts", "nettoyage de locaux",
          "élagage", "electricite", "travaux de peinture", "zinguerie écoles"]  # fmt: skip
TITLES = ["Couverture de l’école", "Élagage et tonte", "Entretien des locaux, écoles",
          "TRAVAUX DE MACONNERIE", "Électricité et peinture", "Fourniture de pain"]  # fmt: skip
PREFIXES = ["45", "4526", "45261", "77", "7734", "909"]
CODES = ["45261000", "45262500", "77340000", "90911200", "45000000"]
PLACES = ["13005", "13055", "13208", "13207", "84089", "75056"]
some = {"max_size": 2, "unique": True}
subscriptions = st.fixed_dictionaries({
    "words": st.lists(st.sampled_from(TRADES), **some),
    "cpv": st.lists(st.sampled_from(PREFIXES), **some),
    "communes": st.lists(st.sampled_from(PLACES), **some),
    "horizons": st.lists(st.sampled_from(["n-1", "n-2"]), **some),
})  # fmt: skip
forecasts = st.fixed_dictionaries({
    "title": st.sampled_from(TITLES),
    "description": st.sampled_from(["Pour la ville.", "Zinguerie, tailles.", "Arbres morts."]),
    "cpv": st.sampled_from(CODES),
    "cpv_additional": st.lists(st.sampled_from(CODES), **some),
    "communes": st.lists(st.sampled_from(PLACES), **some),
    "budget_year": st.sampled_from([2026, 2027, 2028, 2029]),
})  # fmt: skip


@given(asked=st.lists(subscriptions, min_size=1, max_size=6), forecast=forecasts)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_index_finds_what_the_definition_says(asked, forecast) -> None:
    Subscription.objects.all().delete()
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC)):
        rows = [follow(**criteria) for criteria in asked]
        version = published(BuyerFactory(), PersonFactory(), **forecast)
    expected = {row.pk for row in rows if plainly(row, forecast)}
    assert set(found(version, limit=2)) == expected


def plainly(row: Subscription, forecast: dict) -> bool:
    """The definition, read word for word, one subscription at a time."""
    codes = [forecast["cpv"], *forecast["cpv_additional"]]
    by_code = any(code.startswith(prefix) for code in codes for prefix in row.cpv)
    text = words.trade_text(forecast["title"], forecast["description"], codes)
    by_words = any(says(text, line) for line in row.words.splitlines())
    trade = by_code or by_words or not (row.cpv or row.words)
    places = forecast["communes"] or get_territory().commune_codes
    place = not row.communes or any(shares(a, b) for a in row.communes for b in places)
    years = f"n-{forecast['budget_year'] - 2026}"
    return trade and place and (not row.horizons or years in row.horizons)


def says(text: str, line: str) -> bool:
    """What the search of companies would answer for a company of that text."""
    known = set(terms(text, Analysis.TEXT))
    known |= {f"t:{stem}" for word in words.words(text)
              for stem in words._vocabulary().stems_of(word)}  # fmt: skip
    meant = understand(line, words._vocabulary(), exact=True)
    return all(known & {term.text for term in word.terms} for word in meant.words if word.required)


def shares(a: str, b: str) -> bool:
    parents = dict(Commune.objects.filter(code__in=[a, b]).values_list("code", "parent_id"))
    return a == b or parents[a] == b or parents[b] == a
