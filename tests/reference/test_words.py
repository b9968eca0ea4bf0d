import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.lexicon import stop_words, synonym_groups
from reference.words import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Maçonnerie", "maconnerie"),
        ("Main d’Œuvre", "main d'oeuvre"),
        ("MISE EN ŒUVRE", "mise en oeuvre"),
        ("Lætitia", "laetitia"),
        ("Straße", "strasse"),
        ("10\u00a0000\u202f€", "10 000 €"),
        ("L’Haÿ-les-Roses", "l'hay-les-roses"),
        ("l'am\ufffdnagement", "l'am\ufffdnagement"),
        ("A.B-C", "a.b-c"),
    ],
)
def test_fold_keeps_letters_and_drops_their_dress(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_case_never_matters(text):
    assert fold(text.upper()) == fold(text.upper().lower())


@given(st.text(alphabet="éèêëàâäîïôöùûüçœæÉÈÀÇŒ’ \u00a0\u202f"))
def test_french_letters_become_ascii(text):
    assert fold(text).isascii()


def test_each_synonym_belongs_to_one_group_of_trades():
    groups = synonym_groups()
    trades = groups[: groups.index(("ACI", "atelier et chantier d'insertion"))]
    terms = [fold(term) for group in trades for term in group]
    assert len(trades) >= 80
    assert len(terms) == len(set(terms))
    assert all(term == term.strip() and term for term in terms)
    assert any({"couverture", "toiture", "couvreur"} <= set(group) for group in groups)


def test_an_ambiguous_acronym_has_a_group_for_each_meaning():
    meanings = {group[1] for group in synonym_groups() if group[0] == "EP"}
    assert meanings == {"eau potable", "eaux pluviales", "éclairage public"}


def test_words_with_a_meaning_in_the_trades_are_not_stop_words():
    assert {"le", "la", "des", "pour", "a"} <= stop_words()
    assert not {"hors", "plein", "bas", "sur", "sous", "sans", "son", "eu", "ai"} & stop_words()
