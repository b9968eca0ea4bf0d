"""The words of forecasts, understood as the search of companies understands them.

A text becomes terms (`search.analysis`: stems, groups of synonyms), an expression becomes, for
each of its telling words, the terms that satisfy it.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q

from reference import cpv, lexicon
from reference.memory import remembered
from reference.models import Commune, CpvCode
from search.analysis import analyse, synonyms, terms, words
from search.documents import Analysis
from search.understanding import understand
from search.vocabulary import Vocabulary

#: For each telling word of an expression, the terms of which one must stand in a text.
Expression = tuple[frozenset[str], ...]


@remembered
def _vocabulary() -> Vocabulary:
    """The words of the CPV and of the trades: they give their accents back to words without."""
    vocabulary = Vocabulary()
    for label in CpvCode.objects.values_list("label_fr", flat=True):
        vocabulary.add_text(label)
    for member in (member for group in lexicon.synonym_groups() for member in group):
        vocabulary.add_text(member)
    return vocabulary


def understood(text: str) -> tuple[Expression, Commune | None]:
    """Understand a few words (« taille d’arbres à Aubagne »), and the place they name.

    The expression is () when the words say nothing of a trade.
    """
    meant = understand(text, _vocabulary(), exact=True)
    found = [
        frozenset(term.text for term in word.terms if term.text.startswith(("t:", "s:")))
        for word in meant.words
        if word.required
    ]
    place = meant.place.commune if meant.place else None
    return tuple(word for word in found if word), place


@lru_cache(maxsize=4_096)  # subscribers ask for the same trades
def expression(text: str) -> Expression:
    """Understand a few words, their place left out."""
    return understood(text)[0]


def says(text_terms: frozenset[str], asked: Expression) -> bool:
    """Tell whether a text, given by its terms, says each word of an expression."""
    return all(word & text_terms for word in asked)


def terms_of(text: str) -> frozenset[str]:
    """Return the terms of a text: the stems of its words, and the groups they belong to."""
    return frozenset(terms(text, Analysis.TEXT)) | {f"t:{stem}" for stem in _accented(text)}


def stems_line(text: str) -> str:
    """Return the stems of a text in their order, a space around each, to be stored.

    Groups of synonyms are left out: their numbers change with the vocabulary.
    """
    stems = [stem for word in words(text) if (stem := analyse(word).stem)]
    return f" {' '.join([*stems, *sorted(_accented(text) - set(stems))])} "


def _accented(text: str) -> set[str]:
    """The stems that words typed without their accents stand for."""
    known = _vocabulary()
    return {stem for word in words(text) for stem in known.stems_of(word)}


def anchor(asked: Expression) -> frozenset[str]:
    """Return the stems of the rarest word of an expression: it is looked for by that one."""
    stems = [frozenset(term for term in word if term.startswith("t:")) for word in asked]
    often = _frequencies()
    return min(stems, key=lambda word: max(often[term] for term in word))


@remembered
def _frequencies() -> Counter[str]:
    """How many times each term stands in the labels of the CPV."""
    labels = CpvCode.objects.values_list("label_fr", flat=True)
    return Counter(term for label in labels for term in terms(label, Analysis.TEXT))


def anchors_of(text_terms: frozenset[str]) -> frozenset[str]:
    """Return every stem by which an expression that this text says may be looked for."""
    groups = {term for term in text_terms if term.startswith("s:")}
    members = {f"t:{stem}" for group in groups for member in _members(group) for stem in member}
    return (text_terms - groups) | members


@remembered
def _members(group: str) -> tuple[tuple[str, ...], ...]:
    """The stems of each member of a group of synonyms."""
    return tuple({m for found in synonyms().values() for m, term in found if term == group})


def stems_filter(field: str, asked: Expression) -> Q:
    """Return the condition that a column of `stems_line` says an expression."""
    condition = Q()
    for word in asked:
        condition &= Q.create(
            [(f"{field}__contains", f" {phrase} ") for phrase in sorted(_phrases(word))],
            connector=Q.OR,
        )
    return condition


def _phrases(word: Iterable[str]) -> set[str]:
    found = set()
    for term in word:
        kind, _, stem = term.partition(":")
        found |= {stem} if kind == "t" else {" ".join(member) for member in _members(term)}
    return found


def trade_text(title: str, description: str, codes: Iterable[str]) -> str:
    """Return all that a forecast says of its trade, the labels of its CPV codes included."""
    return "\n".join([title, description, *(cpv.label(code) for code in codes)])
