"""Which contracts a report looks at, and why some are out of its figures."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, TypeAlias, TypedDict, cast

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.models import Buyer
from spaser.enums import Policy, Reason, Scope
from spaser.figures import SpaserQuery
from spaser.indicators import IN_VALUE, INDICATORS
from spaser.models import Threshold
from tenders.enums import ContractKind
from tenders.models import Contract

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

#: A contract in every figure has no reason.
KEPT = ""
#: Two columns of flags in one number, social first: a subquery gives back a single one.
_ENVIRONMENTAL_FLAGS = 32


class UnknownBuyer(LookupError):
    """No buyer has this SIRET, or a SIRET of this SIREN."""


class Judged(TypedDict):
    """What `judged` adds to a contract."""

    reason: str
    framework: int | None


ReportedContract: TypeAlias = "WithAnnotations[Contract, Judged]"


def buyers_of(query: SpaserQuery) -> dict[int, Buyer]:
    """Return the query's buyer, or those of a SIREN, by their keys; the proven ones first."""
    found = Buyer.objects.filter(siret__startswith=query.buyer).order_by("-is_verified", "siret")
    buyers = {buyer.pk: buyer for buyer in found.only("siret", "name")}
    if not buyers:
        raise UnknownBuyer(query.buyer)
    return buyers


def threshold_of(query: SpaserQuery) -> int | None:
    """Return the cents below which the query leaves contracts out; None = it leaves none out."""
    return Threshold.objects.for_year(query.year) if query.scope == Scope.LEGAL else None


def reported(query: SpaserQuery, buyers: Collection[int]) -> QuerySet[Contract]:
    """Contracts of the report: those of the year, and those that no year can claim."""
    # The buyers are said three times: databases then find each part by the index.
    return Contract.objects.order_by().filter(
        Q(buyer__in=buyers, notified_on__range=_year(query))
        | Q(buyer__in=buyers, notified_on=None)
        | Q(buyer__in=buyers, notified_on__gt=query.as_of)
    )


def judged(
    contracts: QuerySet[Contract], query: SpaserQuery, threshold: int | None
) -> "QuerySet[ReportedContract]":
    """Give each contract its `reason` to be out of figures ("" = in all), and its `framework`.

    `framework` is None unless it is a call-off of a known one: what that one declares, see
    `declared_by`.
    """
    found = contracts.annotate(framework=_framework()).annotate(reason=_reason(query, threshold))
    return cast("QuerySet[ReportedContract]", found)


def left_figures(reason: Reason, query: SpaserQuery) -> tuple[str, ...]:
    """Return the codes of the figures that a reason takes a contract out of."""
    in_value_alone = reason == Reason.UNUSABLE_AMOUNT or (
        reason == Reason.CALL_OFF and query.policy == Policy.ALL
    )
    return IN_VALUE if in_value_alone else tuple(INDICATORS)


def counted_reasons(query: SpaserQuery) -> list[str]:
    """Return the reasons of contracts that count in number: none, or out of value alone."""
    return [KEPT, *(reason for reason in Reason if left_figures(reason, query) == IN_VALUE)]


def declared_by(framework: int) -> tuple[int, int]:
    """Return the social and environmental flags in the `framework` of a call-off."""
    return divmod(framework, _ENVIRONMENTAL_FLAGS)


def _year(query: SpaserQuery) -> tuple[date, date]:
    return date(query.year, 1, 1), min(date(query.year, 12, 31), query.as_of)


def _framework() -> Case:
    """The flags of the framework a call-off names: same buyer, whatever its year or amount."""
    same_number = Contract.objects.filter(
        buyer=OuterRef("buyer"),
        number=OuterRef("framework_number"),
        is_framework=True,
        is_duplicate=False,
    ).order_by("discriminator")
    flags = same_number.values(both=F("social") * _ENVIRONMENTAL_FLAGS + F("environmental"))
    # Some frameworks name themselves: they are nobody's call-off.
    is_call_off = ~Q(framework_number="") & ~Q(framework_number=F("number"))
    return Case(When(is_call_off, then=Subquery(flags[:1])))


def _reason(query: SpaserQuery, threshold: int | None) -> Case:
    return Case(
        *(When(rule, then=Value(reason.value)) for reason, rule in _rules(query, threshold)),
        default=Value(KEPT),
        output_field=CharField(),
    )


def _rules(query: SpaserQuery, threshold: int | None) -> Iterable[tuple[Reason, Q]]:
    """The reasons, in the order they are told."""
    yield Reason.DUPLICATE, Q(is_duplicate=True)
    yield Reason.NO_YEAR, Q(notified_on=None) | Q(notified_on__gt=query.as_of)
    if not query.concessions:
        yield Reason.CONCESSION, Q(kind=ContractKind.CONCESSION)
    if threshold is not None:
        yield Reason.BELOW_THRESHOLD, Q(amount__lt=threshold)
    yield Reason.CALL_OFF, Q(framework__isnull=False)
    yield Reason.UNUSABLE_AMOUNT, Q(amount=None)
