"""What is typed becomes what is meant: places, filters, typos; nothing hostile gets through."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.understanding import Understanding, marked, understand
from search.vocabulary import Vocabulary

LEXICON = {"tpe": ("size", "tpe"), "ess": ("ess", "true")}


@pytest.fixture
def vocabulary() -> Vocabulary:
    known = Vocabulary()
    for text in (
        "Maçonnerie générale, pierre sèche",
        "Élagage et espaces verts",
        "TOTALENERGIES MARKETING",
        "Restauration de bâtiments",
    ):
        known.add_text(text)
    return known


def required(meant: Understanding) -> int:
    return sum(word.required for word in meant.words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "commune", "around"),
    [
        ("élagage près de Gardanne", "13041", True),
        ("élagage autour d'Aubagne, ESS", "13005", True),
        ("élagage à Marseille 8e", "13208", False),
        ("élagage aux environs des Pennes-Mirabeau", None, False),
        ("élagage pres de les pennes mirabeau", "13071", True),
        ("élagage 13008", "13208", False),
        ("mise à jour de sites", None, False),
    ],
)
def test_places_are_read_where_they_are_announced(vocabulary, text, commune, around) -> None:
    meant = understand(text, vocabulary, LEXICON)
    assert (meant.place.commune.code if meant.place else None) == commune
    assert meant.around is around


@pytest.mark.django_db
def test_a_need_with_place_size_and_status_is_taken_apart(vocabulary) -> None:
    meant = understand("élagage près de Gardanne, TPE, ESS", vocabulary, LEXICON)
    assert meant.display == ("élagage",)
    assert meant.filters == (("size", "tpe"), ("ess", "true"))
    assert meant.place is not None
    assert required(meant) == 1


@pytest.mark.parametrize("text", ["732 829 320 00074", "73282932000074", "732.829.320"])
def test_identifiers_are_read_with_their_spaces(vocabulary, text) -> None:
    meant = understand(text, vocabulary)
    assert meant.identifiers
    assert not meant.words


@pytest.mark.django_db
def test_a_wrong_check_digit_is_words(vocabulary) -> None:
    assert understand("732 829 320 00075", vocabulary).identifiers == ()


def test_a_typo_is_said_as_people_write_the_word(vocabulary) -> None:
    meant = understand("maconerie generale", vocabulary)
    assert meant.corrected == {"maconerie": "maçonnerie"}
    assert meant.display == ("maçonnerie", "generale")


def test_exact_corrects_nothing(vocabulary) -> None:
    assert understand("maconerie", vocabulary, exact=True).corrected == {}


def test_a_word_of_the_index_or_of_the_trades_is_never_corrected(vocabulary) -> None:
    assert understand("restauration toiture", vocabulary).corrected == {}


def test_missing_accents_find_the_stem_of_the_accented_word() -> None:
    known = Vocabulary()
    known.add_text("électricité")
    accented = understand("électricité", known).asked_terms
    plain = understand("electricite", known).asked_terms
    assert accented & plain & {term for term in accented if term.startswith("t:")}


def test_legal_forms_and_stop_words_are_not_required(vocabulary) -> None:
    assert required(understand("totalenergies marketing sas", vocabulary)) == 2
    assert required(understand("restauration de bâtiments", vocabulary)) == 2
    assert required(understand("de la", vocabulary)) == 2  # nothing else was asked


@pytest.mark.django_db
@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_no_text_is_refused(text: str) -> None:
    known = Vocabulary()
    known.add_text("peinture maçonnerie élagage")
    meant = understand(text, known, LEXICON)
    assert len(meant.words) <= 64
    assert all(term.weight > 0 for word in meant.words for term in word.terms)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_marking_keeps_the_text_whole(text: str) -> None:
    parts = marked(text, frozenset({"t:peintur", "n:a", "s:1"}))
    assert not parts or "".join(piece for piece, _ in parts) == text


def test_marks_stand_on_what_was_asked() -> None:
    known = Vocabulary()
    known.add_text("pierre sèche")
    asked = understand("pierres seches", known).asked_terms
    assert marked("Murs en pierre sèche, calades", asked) == (
        ("Murs en ", False),
        ("pierre", True),
        (" ", False),
        ("sèche", True),
        (", calades", False),
    )
    assert marked("Tonte", asked) == ()
