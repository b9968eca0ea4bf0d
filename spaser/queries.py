"""Reads the figures of a report: one computation, in a constant number of queries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from django.db.models import Count, QuerySet, Sum

from accounts.models import Buyer
from spaser import cohort
from spaser.considerations import ENVIRONMENTAL, SOCIAL, Dimension, flags_meaning, judge
from spaser.enums import Answer, Basis, Reason
from spaser.figures import Exclusion, Figure, Goal, SpaserFigures, SpaserQuery
from spaser.indicators import INDICATORS, Indicator
from spaser.models import Target
from tenders.models import Contract, ContractAnomaly

Reported: TypeAlias = "QuerySet[cohort.ReportedContract]"

CONTRADICTORY = "CONTRADICTORY"
CALLOFF_DIFFERS = "CALLOFF_DIFFERS"


class Group(NamedTuple):
    """Contracts that a report cannot tell apart; cents is None when no amount is usable."""

    reason: str
    social: int
    environmental: int
    framework: int | None
    number: int
    cents: int | None

    def declared(self, dimension: Dimension) -> int:
        return self.social if dimension is SOCIAL else self.environmental


def read_figures(query: SpaserQuery) -> SpaserFigures:
    """Compute a report; UnknownBuyer when the buyer is not known."""
    buyers = cohort.buyers_of(query)
    threshold = cohort.threshold_of(query)
    contracts = cohort.reported(query, buyers)
    judged = cohort.judged(contracts, query, threshold)
    groups = _groups(judged)
    return SpaserFigures(
        query=query,
        buyer_name=next(iter(buyers.values())).name,
        threshold=threshold,
        figures={code: _figure(found, groups, query) for code, found in INDICATORS.items()},
        goals=_goals(query.year),
        excluded=tuple(_excluded(judged, buyers, query)),
        anomalies=_anomalies(contracts, groups, query.strict),
    )


def contracts_of(query: SpaserQuery) -> Reported:
    """Return the contracts of a report, each with its `reason`."""
    contracts = cohort.reported(query, cohort.buyers_of(query))
    return cohort.judged(contracts, query, cohort.threshold_of(query))


def contracts_behind(query: SpaserQuery, code: str, answer: Answer) -> Reported:
    """Return the contracts that make one number of a figure."""
    indicator = INDICATORS[code]
    meaning = flags_meaning(answer, indicator.dimension, strict=query.strict)
    return contracts_of(query).filter(
        reason__in=_reasons_in(indicator, query), **{f"{indicator.dimension.field}__in": meaning}
    )


def contracts_left_out(query: SpaserQuery, reason: Reason | None = None) -> Reported:
    """Return the contracts out of some figure, or out for one reason."""
    contracts = contracts_of(query)
    return contracts.filter(reason=reason) if reason else contracts.exclude(reason=cohort.KEPT)


def _reasons_in(indicator: Indicator, query: SpaserQuery) -> list[str]:
    """The reasons of contracts that an indicator adds up all the same."""
    return cohort.counted_reasons(query) if indicator.basis == Basis.COUNT else [cohort.KEPT]


def _groups(contracts: Reported) -> list[Group]:
    rows = contracts.values_list("reason", "social", "environmental", "framework")
    return [Group(*row) for row in rows.annotate(number_of=Count("pk"), cents=Sum("amount"))]


def _figure(indicator: Indicator, groups: Iterable[Group], query: SpaserQuery) -> Figure:
    kept, dimension = _reasons_in(indicator, query), indicator.dimension
    answers: Counter[Answer] = Counter()
    for group in groups:
        if group.reason in kept:
            answer = judge(group.declared(dimension), dimension, strict=query.strict)
            # PostgreSQL sums to a Decimal.
            cents = int(group.cents or 0)
            answers[answer] += group.number if indicator.basis == Basis.COUNT else cents
    return Figure(indicator.basis, answers[Answer.YES], answers[Answer.NO], answers[Answer.ND])


def _goals(year: int) -> dict[str, Goal]:
    return {
        target.indicator: Goal(target.share, target.source)
        for target in Target.objects.for_year(year)
    }


def _excluded(
    contracts: Reported, buyers: Mapping[int, Buyer], query: SpaserQuery
) -> list[Exclusion]:
    """The contracts out of some figure, in the order of their identifiers on any database."""
    left = {reason.value: (cohort.left_figures(reason, query), reason) for reason in Reason}
    rows = contracts.exclude(reason=cohort.KEPT)
    return sorted(
        Exclusion(_uid(buyers[key].siret, number, again), objet, *left[why])
        for key, number, again, objet, why in rows.values_list(
            "buyer_id", "number", "discriminator", "objet", "reason"
        )
    )


def _uid(siret: str, number: str, again: int) -> str:
    """The `uid` of a contract, from its columns alone."""
    return f"{siret}{number}~{again}" if again else f"{siret}{number}"


def _anomalies(
    contracts: QuerySet[Contract], groups: Iterable[Group], strict: bool
) -> dict[str, int]:
    """How many contracts each rule concerns: the rules of the import, and two read here."""
    rules = ContractAnomaly.objects.filter(contract__in=contracts.values("pk"))
    found = dict(rules.values_list("rule").annotate(Count("contract", distinct=True)))
    found |= {
        CONTRADICTORY: sum(group.number for group in groups if _contradicts_itself(group)),
        CALLOFF_DIFFERS: sum(group.number for group in groups if _differs(group, strict)),
    }
    return {rule: found[rule] for rule in sorted(found) if found[rule]}


def _contradicts_itself(group: Group) -> bool:
    return any(one.contradicts_itself(group.declared(one)) for one in (SOCIAL, ENVIRONMENTAL))


def _differs(group: Group, strict: bool) -> bool:
    """True for call-offs whose answers are not their framework's: nothing is inherited."""
    if group.framework is None:
        return False
    its = dict(zip((SOCIAL, ENVIRONMENTAL), cohort.declared_by(group.framework), strict=True))
    return any(
        judge(group.declared(one), one, strict=strict) != judge(flags, one, strict=strict)
        for one, flags in its.items()
    )
