"""The vocabulary tells words from typos, and survives being stored."""

from hypothesis import given, settings
from hypothesis import strategies as st

from search.vocabulary import Vocabulary


def known(*texts: str) -> Vocabulary:
    vocabulary = Vocabulary()
    for text in texts:
        vocabulary.add_text(text)
    return vocabulary


def test_the_nearest_then_the_most_frequent_comes_first() -> None:
    vocabulary = known("peinture peinture", "peintures", "ceinture")
    assert [form for form, _ in vocabulary.guesses("peinturre")] == ["peinture", "peintures"][:1]
    assert [form for form, _ in vocabulary.guesses("xeinture")][:2] == ["peinture", "ceinture"]


def test_short_words_and_numbers_are_not_guessed() -> None:
    vocabulary = known("bt 2024 bat")
    assert vocabulary.guesses("be") == []
    assert vocabulary.guesses("2025") == []


def test_a_wrong_first_letter_is_tried_when_nothing_else_is_near() -> None:
    assert [form for form, _ in known("plomberie").guesses("blomberie")] == ["plomberie"]


def test_words_learnt_later_are_guessed_too() -> None:
    vocabulary = known("menuiserie")
    assert vocabulary.guesses("zingerie") == []
    vocabulary.add_text("zinguerie")
    assert [form for form, _ in vocabulary.guesses("zingerie")] == ["zinguerie"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=10))
def test_what_is_stored_is_read_back(texts: list[str]) -> None:
    vocabulary = known(*texts)
    again = Vocabulary.from_bytes(vocabulary.to_bytes())
    assert again.counts == vocabulary.counts
    assert again.surfaces == vocabulary.surfaces
    assert {f: s for f, s in again.stems.items() if s} == {
        f: s for f, s in vocabulary.stems.items() if s
    }
