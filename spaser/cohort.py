"""Which contracts a report looks at, and why some are out of its figures."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, TypeAlias, TypedDict, cast

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When

from spaser.enums import Policy, Reason, Scope
from spaser.figures import SpaserQuery
from spaser.indicators import IN_VALUE, INDICATORS
from spaser.models import Threshold
from tenders.enums import ContractKind
from tenders.models import Contract

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Judged(TypedDict):
    """What `reported` adds to a contract."""

    reason: str


ReportedContract: TypeAlias = "WithAnnotations[Contract, Judged]"

#: A contract in every figure has no reason.
KEPT = ""


def threshold_of(query: SpaserQuery) -> int | None:
    """Return the cents below which the query leaves contracts out; None = it leaves none out."""
    threshold = Threshold.objects.for_year(query.year) if query.scope == Scope.LEGAL else None
    return threshold.cents if threshold else None


def reported(query: SpaserQuery, threshold: int | None) -> "QuerySet[ReportedContract]":
    """Contracts of the report, each with its `reason` to be out of figures ("" = in all).

    Those of the year, and those of the buyer that no year can claim.
    """
    contracts = Contract.objects.of(query.buyer).filter(_in_year(query) | _in_no_year(query))
    judged = contracts.annotate(reason=_reason(query, threshold))
    return cast("QuerySet[ReportedContract]", judged)


def counted_reasons(query: SpaserQuery) -> list[str]:
    """Return the reasons of contracts that count in number: no reason, or out of value alone."""
    return [
        KEPT,
        *(reason for reason in Reason if len(left_figures(reason, query)) == len(IN_VALUE)),
    ]


def left_figures(reason: Reason, query: SpaserQuery) -> tuple[str, ...]:
    """Return the codes of the figures that a reason takes a contract out of."""
    in_value_alone = reason == Reason.UNUSABLE_AMOUNT or (
        reason == Reason.CALL_OFF and query.policy == Policy.ALL
    )
    return IN_VALUE if in_value_alone else tuple(INDICATORS)


def call_offs() -> Q:
    """Contracts that say which framework they belong to; a framework may name itself."""
    return ~Q(framework_number="") & ~Q(framework_number=F("number"))


def frameworks() -> QuerySet[Contract]:
    """The frameworks of a call-off: same buyer, the number it names, whatever their year."""
    return Contract.objects.filter(
        buyer=OuterRef("buyer"),
        number=OuterRef("framework_number"),
        is_framework=True,
        is_duplicate=False,
    )


def _in_year(query: SpaserQuery) -> Q:
    last = min(date(query.year, 12, 31), query.as_of)
    return Q(notified_on__range=(date(query.year, 1, 1), last))


def _in_no_year(query: SpaserQuery) -> Q:
    return Q(notified_on=None) | Q(notified_on__gt=query.as_of)


def _reason(query: SpaserQuery, threshold: int | None) -> Case:
    return Case(
        *(
            When(condition, then=Value(reason.value))
            for reason, condition in _rules(query, threshold)
        ),
        default=Value(KEPT),
        output_field=CharField(),
    )


def _rules(query: SpaserQuery, threshold: int | None) -> Iterable[tuple[Reason, Q]]:
    """The reasons in the order they are told."""
    yield Reason.DUPLICATE, Q(is_duplicate=True)
    yield Reason.NO_YEAR, _in_no_year(query)
    if not query.concessions:
        yield Reason.CONCESSION, Q(kind=ContractKind.CONCESSION)
    if threshold is not None:
        yield Reason.BELOW_THRESHOLD, Q(amount__lt=threshold)
    yield Reason.CALL_OFF, call_offs() & Q(Exists(frameworks()))
    yield Reason.UNUSABLE_AMOUNT, Q(amount=None)
