"""What a contract is worth on a day, after its modifications; its initial values never change."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from spaser import cohort
from spaser.considerations import judge
from spaser.enums import Answer, Basis
from spaser.figures import Figure, SpaserQuery
from spaser.indicators import IN_VALUE, INDICATORS
from spaser.queries import contracts_of
from tenders.models import Contract, Modification

Said = TypeVar("Said")


@dataclass(frozen=True)
class Terms:
    """What modifications change: cents, months, [{"type", "id"}] (None = as first notified)."""

    amount: int | None
    duration_months: int | None
    holders: list[Any] | None = None


def terms_on(contract: Contract, day: date) -> Terms:
    """Return the terms in force on a day, reading `contract.modifications` as prefetched."""
    terms = Terms(contract.amount, contract.duration_months)
    for when, modification in _in_order(contract):
        if when is None or when <= day:
            terms = _changed(terms, modification)
    return terms


def current_value(contract: Contract, day: date) -> int | None:
    """Return the amount in force on a day, in cents; None while it is not usable."""
    return terms_on(contract, day).amount


def current_figures(query: SpaserQuery) -> Mapping[str, Figure]:
    """Return the figures in value at the amounts in force on the day of the report.

    The contracts are those of the initial figures: a modification brings none in.
    """
    answers: dict[str, Counter[Answer]] = {code: Counter() for code in IN_VALUE}
    contracts = contracts_of(query).filter(reason=cohort.KEPT)
    for contract in contracts.prefetch_related("modifications"):
        cents = current_value(contract, query.as_of) or 0
        for code in IN_VALUE:
            dimension = INDICATORS[code].dimension
            declared = getattr(contract, dimension.field)
            answers[code][judge(declared, dimension, strict=query.strict)] += cents
    return {
        code: Figure(
            Basis.VALUE, *(found[answer] for answer in (Answer.YES, Answer.NO, Answer.ND))
        )
        for code, found in answers.items()
    }


def _in_order(contract: Contract) -> list[tuple[date | None, Modification]]:
    """Modifications by date, then number; without a date, as the one before it in the file."""
    when: date | None = None
    dated = []
    for modification in sorted(contract.modifications.all(), key=lambda found: found.position):
        when = modification.notified_on or modification.published_on or when
        dated.append((when, modification))
    return sorted(dated, key=_rank)


def _rank(dated: tuple[date | None, Modification]) -> tuple[date, bool, int, int]:
    when, modification = dated
    number = modification.number
    return when or date.min, number is None, number or 0, modification.position


def _changed(terms: Terms, modification: Modification) -> Terms:
    """What a modification does not say stays as it was."""
    return Terms(
        amount=_said(modification.amount, terms.amount),
        duration_months=_said(modification.duration_months, terms.duration_months),
        holders=_said(modification.holders, terms.holders),
    )


def _said(value: Said | None, before: Said | None) -> Said | None:
    return before if value is None else value
