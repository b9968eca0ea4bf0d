"""Invents the names of companies after their trade, their legal form and their place."""

import random
from collections.abc import Callable
from string import ascii_uppercase

from marketplace.demo.volumes import Weighted
from marketplace.demo.words import Words, capitals, of_place, phrases

_AS_WRITTEN = 0.08
_DOTTED = 0.35
_OWN_PLACE = 0.5
_SMALL_WORDS = frozenset({"DE", "DU", "DES", "LA", "LE", "LES", "ET", "D", "L"})


class _Fields(dict[str, str]):
    """The fields of a pattern, invented when it asks for them."""

    def __init__(self, makers: dict[str, Callable[[], str]]) -> None:
        super().__init__()
        self._makers = makers

    def __missing__(self, key: str) -> str:
        return self._makers[key]()


class Names:
    """Draws names; the same generator and the same calls give the same names."""

    def __init__(self, rng: random.Random, words: Words, places: list[str]) -> None:
        self._rng, self._words, self._places = rng, words, places
        self._nouns = phrases(words.table["nouns"]["all"])
        self._by_legal: dict[str, Weighted[str]] = {}
        for family, raw in words.table["patterns"].items():
            patterns = Weighted(map(_pattern, raw["names"].strip().splitlines()))
            self._by_legal |= dict.fromkeys([*raw["legal"], family], patterns)

    def company(self, legal: str, trade: list[str], place: str) -> str:
        """Return a denomination, in capitals as nearly all are in the register."""
        patterns = self._by_legal.get(legal, self._by_legal["company"])
        name = self._fill(patterns.pick(self._rng), trade, place)
        return name if self._rng.random() < _AS_WRITTEN else capitals(name)

    def sign(self, trade: list[str], place: str) -> str:
        """Return the name over a shop, accents kept."""
        name = self._fill(self._by_legal["sign"].pick(self._rng), trade, place)
        return name if self._rng.random() < 0.6 else capitals(name)

    def person(self) -> str:
        """Return the name of a sole trader as the register orders it: surname, first name."""
        words, rng = self._words, self._rng
        return capitals(f"{words.surname(rng)} {words.first_name(rng)}")

    def _fill(self, pattern: str, trade: list[str], place: str) -> str:
        rng, words = self._rng, self._words
        first, second = rng.sample(trade, 2)
        makers: dict[str, Callable[[], str]] = {
            "t": lambda: first,
            "u": lambda: second,
            "o": lambda: of_place(first),
            "s": lambda: words.surname(rng),
            "z": lambda: words.surname(rng),
            "f": lambda: words.first_name(rng),
            "g": lambda: words.first_name(rng),
            "e": lambda: of_place(words.first_name(rng)),
            "p": lambda: place if rng.random() < _OWN_PLACE else rng.choice(self._places),
            "b": lambda: words.mark(rng),
            "i": self._initials,
            "n": lambda: rng.choice(self._nouns),
        }
        return pattern.format_map(_Fields(makers))

    def _initials(self) -> str:
        letters = self._rng.choices(ascii_uppercase, k=self._rng.choice([2, 3, 3, 3, 4]))
        dotted = self._rng.random() < _DOTTED
        return "".join(f"{letter}." for letter in letters) if dotted else "".join(letters)


def acronym(name: str) -> str:
    """Return the initials of a name of three words or more, else ""."""
    words = [w for w in capitals(name).replace("'", " ").split() if w not in _SMALL_WORDS]
    return "".join(word[0] for word in words) if 2 < len(words) < 6 else ""


def _pattern(line: str) -> tuple[str, float]:
    weight, _, pattern = line.partition(" ")
    return pattern, float(weight)
