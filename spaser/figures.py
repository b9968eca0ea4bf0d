"""The figures of one buyer and year, frozen: every page and file prints these and computes none.

Counts are integers, amounts integer cents without tax, rates exact fractions until printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from spaser.enums import Answer, Basis, Policy, Reason, Scope, Verdict

SCHEMA = "spaser-figures/1"
_DECIMALS = 10


@dataclass(frozen=True)
class SpaserQuery:
    """What is asked: a buyer's SIRET, or a SIREN for all its SIRETs, a year, and the method.

    `as_of` is the day of the report: what was notified later is not in it.
    """

    buyer: str
    year: int
    as_of: date
    scope: Scope = Scope.LEGAL
    policy: Policy = Policy.ALL
    strict: bool = False
    #: True to add the concessions, by default apart.
    concessions: bool = False


@dataclass(frozen=True)
class Figure:
    """An indicator's answers: numbers of contracts, or cents. A rate over nothing is None."""

    basis: Basis
    yes: int = 0
    no: int = 0
    nd: int = 0

    @property
    def total(self) -> int:
        return self.yes + self.no + self.nd

    @property
    def floor(self) -> Fraction | None:
        """The share that says yes: the headline, compared with targets."""
        return _share(self.yes, self.total)

    @property
    def declared(self) -> Fraction | None:
        """The share among those that say yes or no."""
        return _share(self.yes, self.yes + self.no)

    @property
    def ceiling(self) -> Fraction | None:
        """The share if all that is not declared were yes."""
        return _share(self.yes + self.nd, self.total)

    @property
    def coverage(self) -> Fraction | None:
        """The share that says yes or no: how much is known."""
        return _share(self.yes + self.no, self.total)

    def of(self, answer: Answer) -> int:
        return {Answer.YES: self.yes, Answer.NO: self.no, Answer.ND: self.nd}[answer]

    def verdict(self, target: Fraction) -> Verdict | None:
        """Judge on exact fractions; None when there is nothing to judge."""
        if self.floor is None or self.ceiling is None:
            return None
        if self.floor >= target:
            return Verdict.REACHED
        return Verdict.NOT_REACHED if self.ceiling < target else Verdict.OPEN

    def as_json(self) -> dict[str, Any]:
        written = str_euros if self.basis == Basis.VALUE else int
        return {
            **{name: written(getattr(self, name)) for name in ("yes", "no", "nd", "total")},
            "floor": _percent(self.floor),
            "declared": _percent(self.declared),
            "ceiling": _percent(self.ceiling),
            "coverage": _percent(self.coverage),
        }


@dataclass(frozen=True)
class Goal:
    """A target in force at the end of the year, as a fraction of one, and who set it."""

    share: Fraction
    source: str


class Exclusion(NamedTuple):
    """A contract left out of some figures, given by their codes."""

    uid: str
    objet: str
    figures: tuple[str, ...]
    reason: Reason

    def as_json(self) -> dict[str, Any]:
        return {
            "uid": self.uid,
            "objet": self.objet,
            "figures": list(self.figures),
            "reason": self.reason.value,
        }


@dataclass(frozen=True)
class SpaserFigures:
    """All that a report says; keys of `figures` and `goals` are codes of indicators."""

    query: SpaserQuery
    buyer_name: str
    #: Cents below which contracts are left out; None = no threshold applied.
    threshold: int | None
    figures: Mapping[str, Figure]
    goals: Mapping[str, Goal] = field(default_factory=dict)
    #: By identifier.
    excluded: tuple[Exclusion, ...] = ()
    #: Rule -> number of contracts of the report it concerns, by rule.
    anomalies: Mapping[str, int] = field(default_factory=dict)

    def verdict(self, code: str) -> Verdict | None:
        """The verdict of an indicator; None without a target or without contracts."""
        goal = self.goals.get(code)
        return self.figures[code].verdict(goal.share) if goal else None

    def as_json(self) -> dict[str, Any]:
        """The document of docs/api.md, `spaser-figures/1`."""
        query = self.query
        method: dict[str, Any] = {
            "scope": query.scope.value,
            "policy": query.policy.value,
            "strict": query.strict,
            "threshold": None if self.threshold is None else str_euros(self.threshold),
        }
        if query.concessions:
            method["concessions"] = True
        return {
            "schema": SCHEMA,
            "buyer": query.buyer,
            "year": query.year,
            "as_of": query.as_of.isoformat(),
            "method": method,
            "figures": {code: figure.as_json() for code, figure in self.figures.items()},
            "excluded": [exclusion.as_json() for exclusion in self.excluded],
            "anomalies": dict(self.anomalies),
        }


def str_euros(cents: int) -> str:
    """Write cents as euros with two decimals and a point: "1275000.00"."""
    return f"{cents // 100}.{cents % 100:02d}"


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _percent(share: Fraction | None) -> str | None:
    """Write a share in percent with ten decimals, half to even: "55.5555555556"."""
    if share is None:
        return None
    units = round(share * 100 * 10**_DECIMALS)  # round() of a fraction is half to even
    return f"{units // 10**_DECIMALS}.{units % 10**_DECIMALS:0{_DECIMALS}d}"
