"""The words of invented names: surnames, first names, marks, and how a register writes them."""

import random
import re
from collections.abc import Callable
from itertools import count
from typing import Any

from marketplace.demo.volumes import Weighted, read
from reference.words import fold

_LISTED_SURNAMES = 0.4
_SHORT_SURNAME = 0.25
_SHORT_MARK = 0.6
#: A double letter where nobody writes one: after a consonant, before one, or two same vowels.
_HEAVY = re.compile(r"(?<=[^aeiouyé])([^aeiouyé])\1|([^aeiouyé])\2(?=[^aeiouyé])|([aeiou])\3")
_VOWEL = "aeiouéàâAEIOUÉÀÂYhH"

WordMaker = Callable[[random.Random], str]


def capitals(text: str) -> str:
    """Write as the register does: capitals without accents, a plain apostrophe."""
    return fold(text).upper()


def of_place(name: str) -> str:
    """Return a name after « de »: « du Rove », « d’Aubagne », « des Pennes », « d’Élagage »."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d’{name}" if name[0] in _VOWEL else f"de {name}"


def at_place(name: str) -> str:
    """Return the name of a commune after « à »: « au Rove », « aux Pennes », « à Aubagne »."""
    if name.startswith("Le "):
        return f"au {name[3:]}"
    return f"aux {name[4:]}" if name.startswith("Les ") else f"à {name}"


def phrases(text: str) -> list[str]:
    """Return the phrases of a table, separated by | and line ends."""
    return [phrase for line in text.strip().splitlines() for phrase in line.split("|")]


class Words:
    """Every vocabulary of `data/words.toml`, ready to draw from."""

    def __init__(self) -> None:
        self.table = read("words.toml")
        rank = count(8)  # a Zipf law without its steep head
        self._listed: Weighted[str] = Weighted(
            (name.replace("_", " "), 1 / next(rank)) for name in self.table["surnames"].split()
        )
        self._traditions: Weighted[WordMaker] = Weighted(
            (_maker(parts, _SHORT_SURNAME), parts["share"]) for parts in self.table["traditions"]
        )
        self._first_names: list[str] = self.table["first_names"]["all"].split()
        self._mark = _maker(self.table["brands"], _SHORT_MARK)

    def surname(self, rng: random.Random) -> str:
        if rng.random() < _LISTED_SURNAMES:
            return self._listed.pick(rng)
        make = self._traditions.pick(rng)
        return make(rng)

    def first_name(self, rng: random.Random) -> str:
        return rng.choice(self._first_names)

    def mark(self, rng: random.Random) -> str:
        return self._mark(rng)


def _maker(parts: dict[str, Any], short: float) -> WordMaker:
    """Return a function that joins a beginning and an ending; `short` = share without middle."""
    starts, middles, ends = (str(parts[key]).split() for key in ("starts", "middles", "ends"))

    def make(rng: random.Random) -> str:
        middle = "" if rng.random() < short else rng.choice(middles)
        word = rng.choice(starts) + middle + rng.choice(ends)
        return _HEAVY.sub(lambda found: str(found[found.lastindex or 0]), word)

    return make
