"""From text to terms: one analysis for what is indexed, what is asked and what is highlighted.

A term is a class letter, a colon and a word:

- `n:` an exact folded word of a name (dots and apostrophes dropped: S.D.I.S. = sdis);
- `b:` two neighbouring words of a name, joined (total energies = totalenergies);
- `x:` a whole name, joined, without its legal form;
- `t:` a French stem, folded (l'électricité = electricit);
- `s:` a group of synonyms, wherever one of its members stands.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import Stemmer

from reference import lexicon
from reference.words import fold
from search.documents import Analysis

# Dotted acronyms hold together; otherwise letters and digits, with inner apostrophes.
_WORD = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]\b\.?|[^\W_]+(?:'[^\W_]+)*")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|lorsqu|puisqu|jusqu|quoiqu|presqu)'")
_TYPED_ALIKE = str.maketrans({"’": "'", "`": "'", "´": "'", "œ": "oe", "æ": "ae"})
_DROPPED = str.maketrans("", "", ".'")
_stemmer = Stemmer.Stemmer("french", 0)

#: Words that say what a company is in law: they may be missing from either side.
LEGAL_FORMS = frozenset(
    (
        "sarl", "sas", "sasu", "eurl", "sa", "sci", "snc", "scop", "scic", "selarl", "eirl",
        "ei", "gie", "sem", "spl", "ets", "etablissements", "etablissement", "ste", "societe",
        "cie",
    )
)  # fmt: skip


class Analysed(NamedTuple):
    """A word: its exact form in names, its folded form in texts, its stem ("" = says nothing)."""

    name: str
    form: str
    stem: str


def words(text: str) -> list[str]:
    """Cut `text` into lower-case words; elisions and dotted acronyms stay whole."""
    return _WORD.findall(text.lower().translate(_TYPED_ALIKE))


def positions(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, word) of `text`, so that a page can mark it."""
    # Ligatures become two letters: they are looked for in a text of the same length.
    alike = text.lower().translate({ord("’"): "'", ord("`"): "'", ord("´"): "'"})
    for match in _WORD.finditer(alike) if len(alike) == len(text) else ():
        yield match.start(), match.end(), match.group().translate(_TYPED_ALIKE)


@lru_cache(maxsize=200_000)
def analyse(word: str) -> Analysed:
    """Analyse one word as `words()` cuts them."""
    name = fold(word).translate(_DROPPED)
    bare = _ELISION.sub("", word)
    form = fold(bare).translate(_DROPPED)
    says_nothing = form in lexicon.stop_words() or (len(form) == 1 and not form.isdigit())
    stem = "" if says_nothing else fold(_stemmer.stemWord(bare.translate(_DROPPED)))
    return Analysed(name, form, stem)


@cache
def synonyms() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return, by first stem, the (stems, term) of every member of a group of synonyms."""
    groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for number, members in enumerate(lexicon.synonym_groups()):
        for member in members:
            # Names of the register have no accents, and French stems depend on them.
            for written in {member, fold(member)}:
                stems = tuple(stem for word in words(written) if (stem := analyse(word).stem))
                if stems:
                    groups.setdefault(stems[0], []).append((stems, f"s:{number}"))
    return {first: tuple(sorted(set(found))) for first, found in groups.items()}


def has_synonym(stems: Iterable[str]) -> bool:
    """Tell whether one of these stems is by itself a member of a group of synonyms."""
    return any((stem,) == member for stem in stems for member, _ in synonyms().get(stem, ()))


def synonym_spans(stems: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (first, end, term) of every member of a group of synonyms in a row of stems."""
    known = synonyms()
    for start, stem in enumerate(stems):
        for member, term in known.get(stem, ()):
            end = start + len(member)
            if tuple(stems[start:end]) == member:
                yield start, end, term


def terms(text: str, analysis: Analysis) -> list[str]:
    """Return the terms of `text`, repeated as often as they stand there."""
    analysed = [analyse(word) for word in words(text)]
    stems = [word.stem for word in analysed if word.stem]
    found = [f"t:{stem}" for stem in stems]
    found += [term for _, _, term in synonym_spans(stems)]
    if analysis is Analysis.NAME:
        found += name_terms([word.name for word in analysed])
    return found


def name_terms(names: list[str]) -> Iterable[str]:
    """Return the exact, joined and whole terms of a name given by its words."""
    found = [f"n:{name}" for name in names]
    found += [f"b:{first}{second}" for first, second in itertools.pairwise(names)]
    if whole := whole_name(names):
        found.append(whole)
    return found


def whole_name(names: list[str]) -> str:
    """Return the term of a name as a whole, its legal form left out ("" for no name)."""
    telling = [name for name in names if name not in LEGAL_FORMS] or names
    return f"x:{''.join(telling)}" if telling else ""
