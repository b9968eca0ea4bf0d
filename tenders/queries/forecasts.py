"""The forecasts anybody may read: one page of the list, one forecast with its history."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import Buyer
from mailing.models import Consent
from reference import cpv
from reference.models import Commune
from reference.territory import get_territory, overlapping_communes
from tenders import words
from tenders.forecast_enums import Horizon, NoticeState
from tenders.models import Notice, NoticeVersion, Subscription

_REFERENCE = re.compile(r"\d{4}-[A-Z]+-\d+", re.IGNORECASE)
Quarter = tuple[int, int]
_LAUNCH = ("current__planned_year", "current__planned_quarter")
_ORDERS = {
    "latest": tuple(f"-{field}" for field in _LAUNCH),
    "soonest": _LAUNCH,
    "recent": ("-current__published_at",),
}
ORDERINGS = tuple(_ORDERS)


@dataclass(frozen=True)
class ForecastQuery:
    """What is asked of the list; an empty tuple or "" = not asked. Quarters are (year, 1 to 4).

    Without `state`, what is still a forecast: neither launched nor withdrawn.
    """

    q: str = ""
    cpv: tuple[str, ...] = ()
    commune: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    budget_year: tuple[int, ...] = ()
    horizon: tuple[str, ...] = ()
    quarter: tuple[Quarter, ...] = ()
    state: tuple[str, ...] = ()
    ordering: str = "latest"
    page: int = 1
    per_page: int = 25


@dataclass(frozen=True)
class ForecastPage:
    """One page: exact totals; `quarters` counts what would be found without that filter."""

    query: ForecastQuery
    total: int
    buyers: int
    notices: tuple[Notice, ...]
    quarters: dict[Quarter, int]
    place_names: dict[str, str]
    #: The place read in the words, as its name.
    place: str = ""


def list_forecasts(query: ForecastQuery) -> ForecastPage:
    """Answer a search of the forecasts in a constant number of queries."""
    asked, place = _understood(query.q)
    found = Notice.objects.public().filter(asked, _filters(query))
    here = found.filter(_quarters(query.quarter))
    sums = here.aggregate(total=Count("pk"), buyers=Count("buyer", distinct=True))
    first = (query.page - 1) * query.per_page
    ordered = here.order_by(*_ORDERS[query.ordering], "-pk")
    notices = tuple(ordered[first : first + query.per_page])
    shown = [notice.current for notice in notices if notice.current]
    codes = {code for version in shown for code in version.content["communes"]}
    return ForecastPage(
        query=query,
        total=sums["total"],
        buyers=sums["buyers"],
        notices=notices,
        quarters=_count_quarters(found),
        place_names=place_names(codes),
        place=place.name if place else "",
    )


def get_forecast(reference: str) -> Notice | None:
    """Return a public forecast with its versions; None when there is none."""
    found = Notice.objects.public().prefetch_related("versions")
    return found.filter(reference=reference).first()


def publishing_buyers() -> "QuerySet[Buyer]":
    """Buyers who have a forecast to show, by name."""
    return Buyer.objects.filter(notices__state=NoticeState.PUBLISHED).distinct().order_by("name")


def budget_years() -> list[int]:
    """The budgets of the forecasts to show, the nearest first."""
    shown = Notice.objects.filter(state=NoticeState.PUBLISHED).order_by("current__budget_year")
    return list(shown.values_list("current__budget_year", flat=True).distinct())


def subscription_of(consent: Consent) -> Subscription | None:
    """Return what was asked with a consent; None when it is for something else."""
    return Subscription.objects.filter(consent=consent).first()


def places_named_in(version: NoticeVersion) -> set[str]:
    """The codes of the communes a version names, in what it says and in what it changes."""
    moved = [change for change in version.changes if change["field"] == "communes"]
    before = {code for change in moved for code in change["before"] or ()}
    return before | set(version.content["communes"])


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of communes by their codes."""
    return dict(Commune.objects.filter(code__in=set(codes)).values_list("code", "name"))


def _understood(text: str) -> tuple[Q, Commune | None]:
    """What is typed: a reference, a CPV code, or the words of a trade and a place."""
    if _REFERENCE.fullmatch(text):
        return Q(reference=text.upper()), None
    if text.isdigit() and len(text) > 1:
        try:
            return _codes("cpv", [cpv.prefix_of(text)], whole=False), None
        except cpv.InvalidCpv:
            pass  # another number: it may stand in the words
    asked, place = words.understood(text)
    condition = words.stems_filter("current__stems", asked)
    return condition & _places([place.code] if place else []), place


def _filters(query: ForecastQuery) -> Q:
    years = [Horizon(value).years for value in query.horizon]
    asked = {
        "state__in": query.state or (NoticeState.PUBLISHED,),
        "buyer__siret__in": query.buyer,
        "current__category__in": query.category,
        "current__budget_year__in": query.budget_year,
        "current__horizon__in": years,
    }
    condition = Q(**{lookup: values for lookup, values in asked.items() if values})
    return condition & _codes("cpv", query.cpv, whole=False) & _places(query.commune)


def _places(communes: Iterable[str]) -> Q:
    """Forecasts of these communes, or of what contains them or is inside."""
    codes = {near for code in communes for near in overlapping_communes(code)}
    everywhere = {"*"} if codes & get_territory().commune_codes else set()
    return _codes("commune", codes | everywhere, whole=True)


def _codes(kind: str, values: Iterable[str], *, whole: bool) -> Q:
    end = " " if whole else ""
    condition = Q()
    for value in sorted(values):
        condition |= Q(current__codes__contains=f" {kind}:{value}{end}")
    return condition


def _quarters(quarters: Iterable[Quarter]) -> Q:
    condition = Q()
    for year, quarter in quarters:
        condition |= Q(current__planned_year=year, current__planned_quarter=quarter)
    return condition


def _count_quarters(found: "QuerySet[Notice]") -> dict[Quarter, int]:
    rows = found.order_by(*_LAUNCH).values_list(*_LAUNCH).annotate(count=Count("pk"))
    return {(year, quarter): count for year, quarter, count in rows}
