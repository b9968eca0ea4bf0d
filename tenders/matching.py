"""Finds the subscriptions a version answers, and says why for each.

A subscription asks of the trade (CPV codes or words: one of them is enough), of the place and of
the horizon; it is answered when each of these it asks of is. The search begins from what the
version says, through `SubscriptionCriterion`: its cost grows with who is found, not with who
subscribed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from mailing.models import Consent
from reference import territory
from tenders import words
from tenders.forecast_enums import CriterionKind, Horizon
from tenders.models import Match, NoticeVersion, Subscription, SubscriptionCriterion

_TRADE = (CriterionKind.CPV, CriterionKind.WORDS)
#: Why somebody is told of a change though the forecast left what they follow.
TOLD = "told"
Why = dict[str, str]


@dataclass(frozen=True)
class Batch:
    """Subscriptions answered, with why each is; all those up to `through` have been read."""

    found: tuple[tuple[Subscription, list[Why]], ...]
    through: int


@dataclass(frozen=True)
class Keys:
    """What a version says, as criteria write it; "" is in each: who asks nothing is answered."""

    terms: frozenset[str]
    cpv: frozenset[str]
    anchors: frozenset[str]
    communes: frozenset[str]
    horizons: frozenset[str]

    @classmethod
    def of(cls, version: NoticeVersion) -> "Keys":
        content = version.content
        codes = [content["cpv"], *content["cpv_additional"]]
        terms = words.terms_of(words.trade_text(content["title"], content["description"], codes))
        horizons = {horizon.value for horizon in Horizon if horizon.years == version.horizon}
        return cls(
            terms=terms,
            cpv=frozenset({"", *(code[:n] for code in codes for n in range(2, 9))}),
            anchors=words.anchors_of(terms),
            communes=frozenset({"", *_places(content["communes"])}),
            horizons=frozenset({"", *horizons}),
        )

    def answers(self, criterion: SubscriptionCriterion) -> bool:
        """Tell whether a criterion is satisfied."""
        if criterion.kind == CriterionKind.WORDS:
            return words.says(self.terms, words.expression(criterion.text))
        known = {
            CriterionKind.CPV: self.cpv,
            CriterionKind.COMMUNE: self.communes,
            CriterionKind.HORIZON: self.horizons,
        }
        return criterion.value in known[CriterionKind(criterion.kind)]


def criteria_of(subscription: Subscription) -> Iterator[SubscriptionCriterion]:
    """Yield the rows by which a subscription is found."""

    def row(kind: CriterionKind, value: str = "", text: str = "") -> SubscriptionCriterion:
        return SubscriptionCriterion(subscription=subscription, kind=kind, value=value, text=text)

    for line in dict.fromkeys(subscription.words.splitlines()):
        for term in sorted(words.anchor(words.expression(line))):
            yield row(CriterionKind.WORDS, term, line)
    yield from (row(CriterionKind.CPV, prefix) for prefix in subscription.cpv)
    if not (subscription.words or subscription.cpv):
        yield row(CriterionKind.CPV)
    for kind, values in (
        (CriterionKind.COMMUNE, subscription.communes),
        (CriterionKind.HORIZON, subscription.horizons),
    ):
        yield from (row(kind, value) for value in values or [""])


def matching_subscriptions(
    version: NoticeVersion, *, after: int = 0, limit: int = 500
) -> Iterator[Batch]:
    """Yield the active subscriptions `version` answers, those after an id, batch by batch."""
    keys = Keys.of(version)
    while ids := list(_candidates(keys, after)[:limit]):
        asked = Subscription.objects.select_related("consent").prefetch_related("criteria")
        found = [
            (subscription, why)
            for subscription in asked.filter(pk__in=ids).order_by("pk")
            if (why := _why(subscription, keys)) is not None
        ]
        after = ids[-1]
        yield Batch(tuple(found), through=after)


def told_before(version: NoticeVersion, *, limit: int = 500) -> Iterator[Batch]:
    """Yield who was told of an earlier version and has no match for this one, batch by batch.

    They must learn that what they were told no longer holds. Each batch is to be announced
    before the next is asked for.
    """
    told = Subscription.objects.select_related("consent").filter(
        Exists(Match.objects.filter(subscription=OuterRef("pk"), version__notice=version.notice)),
        ~Exists(Match.objects.filter(subscription=OuterRef("pk"), version=version)),
        Exists(Consent.objects.active().filter(pk=OuterRef("consent"))),
    )
    while found := list(told.order_by("pk")[:limit]):
        yield Batch(tuple((row, [{"kind": TOLD, "value": ""}]) for row in found), through=0)


def _candidates(keys: Keys, after: int) -> "QuerySet[SubscriptionCriterion, int]":
    """The ids of those whose trade may be the version's, and whose place and horizon are."""
    rows = SubscriptionCriterion.objects
    same = rows.filter(subscription=OuterRef("subscription"))
    return (
        rows.filter(
            Q(kind=CriterionKind.CPV, value__in=keys.cpv)
            | Q(kind=CriterionKind.WORDS, value__in=keys.anchors),
            Exists(same.filter(kind=CriterionKind.COMMUNE, value__in=keys.communes)),
            Exists(same.filter(kind=CriterionKind.HORIZON, value__in=keys.horizons)),
            Exists(Consent.objects.active().filter(pk=OuterRef("subscription__consent"))),
            subscription__gt=after,
        )
        .order_by("subscription")
        .values_list("subscription", flat=True)
        .distinct()
    )


def _why(subscription: Subscription, keys: Keys) -> list[Why] | None:
    """The criteria satisfied, those that ask nothing left out; None when the trade is not."""
    satisfied = [row for row in subscription.criteria.all() if keys.answers(row)]
    if not any(row.kind in _TRADE for row in satisfied):
        return None
    said = {(row.kind, row.text or row.value): None for row in satisfied if row.value}
    order = CriterionKind.values
    return [
        {"kind": kind, "value": value}
        for kind, value in sorted(said, key=lambda pair: (order.index(pair[0]), pair[1]))
    ]


def _places(communes: Iterable[str]) -> Iterator[str]:
    """Every code of a commune a forecast concerns; one without commune concerns them all."""
    for code in communes or territory.get_territory().commune_codes:
        yield from territory.overlapping_communes(code)
