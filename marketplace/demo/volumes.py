"""How many companies of each activity, legal form and size a demo territory has."""

import random
import tomllib
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, TypeVar

from suppliers.enums import Category

DATA = Path(__file__).resolve().parent / "data"
#: The sizes of the command. 187 686 is the number of companies the metropolis counts.
SIZES = {"small": 20_000, "territory": 187_686}
#: Every date is counted from this day, so that a seed gives the same rows whenever it is run.
REFERENCE_DAY = date(2026, 10, 1)
TEN_OR_MORE = 0.0304  # 3 % have 10 to 499 people, very few have more
NOT_DECLARED = 0.12
SOLE_TRADER, PROPERTY_COMPANY = "1000", "6540"

T = TypeVar("T")


class Weighted(Generic[T]):
    """Items drawn in proportion to their weights."""

    def __init__(self, weights: Mapping[T, float] | Iterable[tuple[T, float]]) -> None:
        self._weights = dict(weights)
        self._items = list(self._weights)
        self._steps = list(accumulate(self._weights.values()))

    def pick(self, rng: random.Random) -> T:
        return self._items[bisect(self._steps, rng.random() * self._steps[-1])]

    def share(self, *items: T) -> float:
        """Return the share of `items` in the whole, from 0 to 1."""
        return sum(self._weights.get(item, 0) for item in items) / self._steps[-1]


@dataclass(frozen=True, eq=False)
class Form:
    """A family of activities that take the same legal forms and reach the same sizes."""

    name: str
    legal: Weighted[str]
    #: How often a company of this form has ten people, against the others.
    staff: float

    @property
    def employers(self) -> float:
        """The share that may employ: neither a sole trader nor a property company."""
        return 1 - self.legal.share(SOLE_TRADER, PROPERTY_COMPANY)


@dataclass(frozen=True, eq=False)
class Sector:
    """One sub-class of the NAF: the form it takes, and its share of the companies (0 to 1)."""

    naf: str
    form: Form
    weight: float


def read(name: str) -> dict[str, Any]:
    """Return a table of `data/`."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def sectors(codes: Iterable[str]) -> list[Sector]:
    """Return every sub-class of `codes`; those without a weight of their own share the tail."""
    table = read("sectors.toml")
    forms = {
        name: Form(name, Weighted(raw["legal"]), raw["staff"])
        for name, raw in table["forms"].items()
    }
    defaults = {
        division: forms[name]
        for name, raw in table["forms"].items()
        for division in raw["default"].split()
    }
    listed = {
        code: (forms[name], weight)
        for name, raw in table["forms"].items()
        for code, weight in _pairs(raw["weights"])
    }
    others = sorted(set(codes) - listed.keys())
    tail = {code: (defaults[code[:2]], table["tail"] / len(others)) for code in others}
    whole = sum(weight for _, weight in (listed | tail).values())
    return [Sector(code, form, weight / whole) for code, (form, weight) in (listed | tail).items()]


def _pairs(text: str) -> Iterable[tuple[str, float]]:
    words = text.split()
    return zip(words[::2], map(float, words[1::2]), strict=True)


def mean(sectors: list[Sector], of: Callable[[Sector], float]) -> float:
    """Return the mean of `of` over all companies, for instance a share."""
    return sum(sector.weight * of(sector) for sector in sectors)


def apportion(sectors: list[Sector], total: int) -> list[Sector]:
    """Return `total` sectors, each as often as its weight says (largest remainders)."""
    exact = [sector.weight * total for sector in sectors]
    counts = [int(number) for number in exact]
    by_remainder = sorted(range(len(exact)), key=lambda rank: counts[rank] - exact[rank])
    for rank in by_remainder[: total - sum(counts)]:
        counts[rank] += 1
    return [s for s, count in zip(sectors, counts, strict=True) for _ in range(count)]


_UNDER_TEN = Weighted({"00": 60, "01": 23, "02": 11, "03": 6})
_FROM_TEN = Weighted(
    {"11": 560, "12": 270, "21": 80, "22": 40, "31": 10, "32": 28, "41": 8, "42": 3, "51": 1}
)
_CATEGORIES = {
    "small": Weighted({Category.PME: 100}),
    "medium": Weighted({Category.PME: 94, Category.ETI: 5, Category.GE: 1}),
    "large": Weighted({Category.ETI: 75, Category.GE: 25}),
}


class Staff:
    """Draws staff brackets so that 3 % of all companies reach ten people, whatever the forms."""

    def __init__(self, sectors: list[Sector]) -> None:
        self._scale = TEN_OR_MORE / mean(sectors, lambda s: s.form.staff * s.form.employers)

    def pick(self, rng: random.Random, form: Form, legal: str) -> tuple[str, str]:
        """Return INSEE's staff bracket and category of one company; "" = not declared."""
        employs = legal not in (SOLE_TRADER, PROPERTY_COMPANY)
        if employs and rng.random() < self._scale * form.staff:
            bracket = _FROM_TEN.pick(rng)
            return bracket, _CATEGORIES["large" if bracket >= "32" else "medium"].pick(rng)
        if rng.random() < NOT_DECLARED / (1 - TEN_OR_MORE):
            return rng.choice(["NN", ""]), rng.choice([Category.PME, ""])
        return _UNDER_TEN.pick(rng), _CATEGORIES["small"].pick(rng)
