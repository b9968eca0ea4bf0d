"""What somebody meant by the words of the search box; understood once, for every engine.

Identifiers, places, words of the trade that are filters ("TPE", "ESS"), typos, missing accents,
joined or split words and synonyms all become plain terms before an engine is asked.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reference.identifiers import parse_identifier
from reference.models import Commune
from reference.territory import communes_with_postcode, find_commune
from reference.words import fold
from search.analysis import (
    LEGAL_FORMS,
    analyse,
    has_synonym,
    positions,
    synonym_spans,
    whole_name,
    words,
)
from search.engines.base import Term, Word
from search.vocabulary import Vocabulary

_SYNONYM_WEIGHT = 0.7
_MOST_WORDS = 16  # what follows in a longer text is left out: nobody types it
_MOST_LETTERS = 60
_RARE = 6  # a form met less often may be a typo of the register itself
_ASIDE = 0.1  # what a word that says little (le, pour, SARL) is worth beside the others
#: What announces a place, folded; True = around it, False = in it.
_MARKERS = {
    "pres de": True,
    "pres d'": True,
    "autour de": True,
    "autour d'": True,
    "proche de": True,
    "proche d'": True,
    "aux environs de": True,
    "aux environs d'": True,
    "a cote de": True,
    "a": False,
    "dans": False,
    "sur": False,
}
_MARKER = re.compile(
    r"(?:^|[\s,])("
    + "|".join(sorted(_MARKERS, key=len, reverse=True))
    + r")(?<=[\w'])(?:\s+|(?<='))"
)


@dataclass(frozen=True)
class Place:
    """A place named in a search: a commune or an arrondissement, or a postcode."""

    commune: Commune
    postcode: str = ""


@dataclass(frozen=True)
class Understanding:
    """A search text, understood.

    `place` and `around` say where (around it, or in it); `filters` are the words of the lexicon
    met; `corrected` maps what was typed to what was read instead.
    """

    words: tuple[Word, ...] = ()
    display: tuple[str, ...] = ()
    corrected: dict[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    place: Place | None = None
    around: bool = False
    filters: tuple[tuple[str, str], ...] = ()
    asked_terms: frozenset[str] = frozenset()


def understand(
    text: str,
    vocabulary: Vocabulary,
    lexicon: Mapping[str, tuple[str, str]] | None = None,
    *,
    exact: bool = False,
    wide: bool = False,
) -> Understanding:
    """Understand a search text.

    `lexicon` maps folded words to (filter, value). `exact` corrects nothing; `wide` guesses for
    rare words too, which may be typos of the register, for a second try when the first found
    nothing.
    """
    identifier = parse_identifier(text)
    if identifier is not None:
        return Understanding(identifiers=(identifier,), display=(text.strip(),))
    rest, place, around = _take_place(text)
    filters, kept = _take_lexicon(rest, lexicon or {})
    asked = kept[:_MOST_WORDS]
    readings = [_Reading.of(word, vocabulary, exact=exact, wide=wide) for word in asked]
    found = _with_groups(readings, _joined(readings, vocabulary, exact=exact))
    return Understanding(
        words=found,
        display=tuple(reading.shown for reading in readings),
        corrected={reading.typed: reading.shown for reading in readings if reading.corrected},
        place=place,
        around=around,
        filters=tuple(filters),
        asked_terms=frozenset(term.text for word in found if word.required for term in word.terms),
    )


@dataclass(frozen=True)
class _Reading:
    """A word typed, and the terms it may stand for."""

    typed: str
    shown: str
    name: str
    stems: tuple[str, ...]
    terms: tuple[Term, ...]
    corrected: bool = False

    @classmethod
    def of(cls, word: str, vocabulary: Vocabulary, *, exact: bool, wide: bool) -> "_Reading":
        name, form, _ = analyse(word)
        stems = tuple(vocabulary.stems_of(word))
        typed = [f"n:{name}", f"b:{name}", *(f"t:{stem}" for stem in stems)]
        often = _RARE if wide else 1
        known = vocabulary.knows(form, often=often) or vocabulary.knows(name, often=often)
        if exact or known or has_synonym(stems) or form in LEGAL_FORMS:
            return cls(word, word, name, stems, tuple(Term(term) for term in typed))
        guesses = vocabulary.guesses(form, wide=wide)
        terms = dict.fromkeys(typed, 1.0)
        for guess, weight in guesses:
            for term in (f"n:{guess}", *(f"t:{stem}" for stem in vocabulary.stems_of(guess))):
                terms[term] = max(terms.get(term, 0.0), weight)
        found = tuple(Term(term, weight) for term, weight in terms.items())
        if not guesses:
            return cls(word, word, name, stems, found)
        best = guesses[0][0]
        meant = tuple(vocabulary.stems_of(best))
        return cls(word, vocabulary.surface(best), name, meant, found, corrected=True)


def _take_place(text: str) -> tuple[str, Place | None, bool]:
    """Return the text without the place it names ("près de Gardanne", "13008")."""
    folded = fold(text)
    for match in _MARKER.finditer(folded) if len(folded) == len(text) else ():
        for end in _ends(folded, match.end()):
            commune = find_commune(text[match.end() : end], postcode_first=True)
            if commune is not None:
                rest = f"{text[: match.start()]} {text[end:]}"
                return rest, Place(commune), _MARKERS[match.group(1)]
    for match in re.finditer(r"(?<!\d)\d{5}(?!\d)", text):
        communes = communes_with_postcode(match.group())
        if communes:
            rest = f"{text[: match.start()]} {text[match.end() :]}"
            return rest, Place(communes[0], postcode=match.group()), False
    return text, None, False


def _ends(folded: str, start: int) -> list[int]:
    """Return where a place that starts here may end: up to six words on, longest first."""
    stop = folded.find(",", start)
    limit = len(folded) if stop < 0 else stop
    ends = [match.end() for match in re.finditer(r"\S+", folded[:limit]) if match.end() > start]
    return ends[:6][::-1]


def _take_lexicon(
    text: str, lexicon: Mapping[str, tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[str]]:
    filters, kept = [], []
    for word in words(text):
        meaning = lexicon.get(fold(word))
        if meaning is None:
            kept.append(word[:_MOST_LETTERS])
        elif meaning not in filters:
            filters.append(meaning)
    return filters, kept


def _joined(readings: list[_Reading], vocabulary: Vocabulary, *, exact: bool) -> list[Word]:
    """Return a word for each reading, required or not, with what its neighbours make of it."""
    telling = [bool(reading.stems) and reading.name not in LEGAL_FORMS for reading in readings]
    some = any(telling)
    found = []
    for number, reading in enumerate(readings):
        terms = list(reading.terms)
        for first in (number - 1, number):
            if 0 <= first < len(readings) - 1:
                joined = readings[first].name + readings[first + 1].name
                if vocabulary.knows(joined) and not exact:
                    terms.append(Term(f"n:{joined}"))
        if telling[number] or not some:
            found.append(Word(tuple(terms)))
        else:
            aside = tuple(Term(term.text, term.weight * _ASIDE) for term in terms)
            found.append(Word(aside, required=False))
    return found


def _with_groups(readings: list[_Reading], found: list[Word]) -> tuple[Word, ...]:
    """Add synonyms to the words they stand for, and what a whole name or a phrase is worth."""
    stems = [
        (number, reading.stems[0]) for number, reading in enumerate(readings) if reading.stems
    ]
    groups: dict[int, list[Term]] = {}
    for start, end, term in synonym_spans([stem for _, stem in stems]):
        for number, _ in stems[start:end]:
            groups.setdefault(number, []).append(Term(term, _SYNONYM_WEIGHT))
    all_words = [
        Word((*word.terms, *groups.get(number, ())), word.required)
        for number, word in enumerate(found)
    ]
    names = [reading.name for reading in readings]
    pairs = [f"b:{first}{second}" for first, second in itertools.pairwise(names)]
    bonus = [*pairs, whole_name(names)] if names else []
    all_words += [Word((Term(term),), required=False) for term in bonus if term]
    return tuple(all_words)


def marked(text: str, asked: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    """Cut `text` into (piece, matched) by the terms asked; () when none stands in it."""
    found = [(start, end, analyse(word)) for start, end, word in positions(text)]
    spans = {
        (start, end)
        for start, end, (name, _, stem) in found
        if f"n:{name}" in asked or (stem and f"t:{stem}" in asked)
    }
    telling = [(start, end, word.stem) for start, end, word in found if word.stem]
    for first, last, term in synonym_spans([stem for _, _, stem in telling]):
        if term in asked:
            spans.update((start, end) for start, end, _ in telling[first:last])
    return _cut(text, sorted(spans))


def _cut(text: str, spans: list[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    parts: list[tuple[str, bool]] = []
    at = 0
    for start, end in spans:
        if start > at:
            parts.append((text[at:start], False))
        parts.append((text[start:end], True))
        at = end
    if spans and at < len(text):
        parts.append((text[at:], False))
    return tuple(parts)
