"""Reads the figures of a report: one computation, in a constant number of queries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from django.db.models import Count, QuerySet, Subquery, Sum

from accounts.models import Buyer
from spaser import cohort
from spaser.considerations import ENVIRONMENTAL, SOCIAL, Dimension, flags_meaning, judge
from spaser.enums import Answer, Basis, Reason
from spaser.figures import Exclusion, Figure, Goal, SpaserFigures, SpaserQuery
from spaser.indicators import INDICATORS, Indicator
from spaser.models import Target
from tenders.models import ContractAnomaly

Reported: TypeAlias = "QuerySet[cohort.ReportedContract]"
#: (reason, social flags, environmental flags, contracts, cents) of contracts that share them.
Group = tuple[str, int, int, int, int]

CONTRADICTORY = "CONTRADICTORY"
CALLOFF_DIFFERS = "CALLOFF_DIFFERS"


class UnknownBuyer(LookupError):
    """No buyer has this SIRET, or a SIRET of this SIREN."""


def read_figures(query: SpaserQuery) -> SpaserFigures:
    """Compute a report; UnknownBuyer when the buyer is not known."""
    name = buyer_name(query.buyer)
    threshold = cohort.threshold_of(query)
    contracts = cohort.reported(query, threshold)
    groups = _groups(contracts)
    return SpaserFigures(
        query=query,
        buyer_name=name,
        threshold=threshold,
        figures={code: _figure(found, groups, query) for code, found in INDICATORS.items()},
        goals=_goals(query.year),
        excluded=tuple(_excluded(contracts, query)),
        anomalies=_anomalies(contracts, groups, query),
    )


def buyer_name(buyer: str) -> str:
    """Return the name of a SIRET's buyer; of a SIREN, that of its first proven establishment."""
    found = Buyer.objects.filter(siret__startswith=buyer).order_by("-is_verified", "siret").first()
    if found is None:
        raise UnknownBuyer(buyer)
    return found.name


def contracts_behind(query: SpaserQuery, code: str, answer: Answer) -> Reported:
    """Return the contracts that make one number of a figure."""
    indicator = INDICATORS[code]
    meaning = flags_meaning(answer, indicator.dimension, strict=query.strict)
    contracts = cohort.reported(query, cohort.threshold_of(query))
    return contracts.filter(
        reason__in=_reasons_in(indicator, query),
        **{f"{indicator.dimension.field}__in": meaning},
    )


def contracts_left_out(query: SpaserQuery, reason: Reason | None = None) -> Reported:
    """Return the contracts out of some figure, each with its `reason`."""
    contracts = cohort.reported(query, cohort.threshold_of(query))
    return contracts.filter(reason=reason) if reason else contracts.exclude(reason=cohort.KEPT)


def _reasons_in(indicator: Indicator, query: SpaserQuery) -> list[str]:
    """The reasons of contracts that an indicator adds up all the same."""
    return cohort.counted_reasons(query) if indicator.basis == Basis.COUNT else [cohort.KEPT]


def _groups(contracts: Reported) -> list[Group]:
    rows = contracts.order_by().values_list("reason", "social", "environmental")
    return [
        (reason, social, environmental, number, int(cents or 0))  # PostgreSQL sums to a Decimal
        for reason, social, environmental, number, cents in rows.annotate(
            contracts=Count("pk"), cents=Sum("amount")
        )
    ]


def _figure(indicator: Indicator, groups: Iterable[Group], query: SpaserQuery) -> Figure:
    kept = _reasons_in(indicator, query)
    answers: Counter[Answer] = Counter()
    for reason, social, environmental, number, cents in groups:
        if reason in kept:
            declared = {"social": social, "environmental": environmental}
            flags = declared[indicator.dimension.field]
            answer = judge(flags, indicator.dimension, strict=query.strict)
            answers[answer] += number if indicator.basis == Basis.COUNT else cents
    return Figure(indicator.basis, answers[Answer.YES], answers[Answer.NO], answers[Answer.ND])


def _goals(year: int) -> dict[str, Goal]:
    return {
        target.indicator: Goal(target.share, target.source)
        for target in Target.objects.for_year(year)
    }


def _excluded(contracts: Reported, query: SpaserQuery) -> list[Exclusion]:
    """The contracts out of some figure, in the order of their identifiers on any database."""
    out = contracts.exclude(reason=cohort.KEPT).order_by().select_related("buyer")
    found = [
        Exclusion(
            contract.uid,
            contract.objet,
            cohort.left_figures(Reason(contract.reason), query),
            Reason(contract.reason),
        )
        for contract in out.only("buyer__siret", "number", "discriminator", "objet")
    ]
    return sorted(found, key=lambda exclusion: exclusion.uid)


def _anomalies(
    contracts: Reported, groups: Iterable[Group], query: SpaserQuery
) -> Mapping[str, int]:
    """How many contracts each rule concerns: the rules of the import, and two read here."""
    rules = ContractAnomaly.objects.filter(contract__in=contracts.order_by().values("pk"))
    found = dict(rules.values_list("rule").annotate(Count("contract", distinct=True)))
    found |= {
        CONTRADICTORY: sum(
            number
            for _, social, environmental, number, _ in groups
            if SOCIAL.contradicts_itself(social) or ENVIRONMENTAL.contradicts_itself(environmental)
        ),
        CALLOFF_DIFFERS: _differing_call_offs(contracts, query),
    }
    return {rule: found[rule] for rule in sorted(found) if found[rule]}


def _differing_call_offs(contracts: Reported, query: SpaserQuery) -> int:
    """Call-offs whose answers are not their framework's: considerations are never inherited."""
    framework = cohort.frameworks().order_by("discriminator")
    rows = (
        contracts.filter(cohort.call_offs(), is_duplicate=False)
        .order_by()
        .annotate(
            its_social=Subquery(framework.values("social")[:1]),
            its_environmental=Subquery(framework.values("environmental")[:1]),
        )
        .exclude(its_social=None)
        .values_list("social", "its_social", "environmental", "its_environmental")
        .annotate(Count("pk"))
    )
    return sum(
        number
        for social, its_social, environmental, its_environmental, number in rows
        if _differ(social, its_social, SOCIAL, query)
        or _differ(environmental, its_environmental, ENVIRONMENTAL, query)
    )


def _differ(one: int, other: int, dimension: Dimension, query: SpaserQuery) -> bool:
    strict = query.strict
    return judge(one, dimension, strict=strict) != judge(other, dimension, strict=strict)
