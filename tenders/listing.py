"""What the list of forecasts shows around its results: chips, mistakes, quarters, ways out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Buyer
from reference.cpv import prefix_of
from reference.territory import find_commune, nearest_communes
from search.listing import Chip, Mistake, address, without, written
from search.parameters import nearest
from suppliers.wording import short_name
from tenders import wording
from tenders.forecast_enums import Category, Horizon, NoticeState
from tenders.forms.searching import PARAMETERS
from tenders.models import NoticeVersion
from tenders.queries.forecasts import ForecastPage, ForecastQuery, Quarter

#: Parameters in the order of their chips.
_FILTERS = ("cpv", "commune", "buyer", "category", "budget_year", "horizon", "quarter", "state")
_FIELDS = {
    "q": gettext_lazy("Mot, métier ou code CPV"),
    "commune": gettext_lazy("Où"),
    "category": gettext_lazy("Catégorie"),
    "budget_year": gettext_lazy("Année budgétaire"),
    "buyer": gettext_lazy("Acheteur"),
}


@dataclass(frozen=True)
class Bar:
    """A quarter: its mark, its words, how many forecasts, the address that keeps it alone."""

    mark: str
    words: str
    count: int
    #: From 0 to 100, the highest bar being 100.
    height: int
    href: str
    chosen: bool

    @property
    def y(self) -> int:
        """Where the bar begins, from the top."""
        return 100 - self.height


def chips(page: ForecastPage, params: QueryDict) -> list[Chip]:
    """Return the filters in force, each with the address that removes it."""
    buyers = dict(Buyer.objects.filter(siret__in=page.query.buyer).values_list("siret", "name"))
    return [
        Chip(_words(name, value, buyers), written(without(params, name, value)))
        for name in _FILTERS
        for value in dict.fromkeys(params.getlist(name))
        if value.strip()
    ]


def _words(name: str, value: str, buyers: dict[str, str]) -> str:
    """The words of one filter in force; `value` stands as the address writes it."""
    parse, _many = PARAMETERS[name]
    read = parse(value.strip())
    closed: dict[str, Any] = {"category": Category, "horizon": Horizon, "state": NoticeState}
    if name in closed:
        return capfirst(str(closed[name](read).label))
    if name == "cpv":
        return wording.cpv_code(read)
    if name == "commune":
        commune = find_commune(read)
        return short_name(commune.name) if commune else value
    if name == "buyer":
        return buyers.get(read, value)
    if name == "quarter":
        return wording.quarter(*read)
    return _("Budget %(year)d") % {"year": read}


def cleared(params: QueryDict) -> str:
    """Return the query string of the words alone, without any filter."""
    return address(params, **dict.fromkeys((*_FILTERS, "ordering")))


def carried(params: QueryDict) -> list[tuple[str, str]]:
    """Return what the form must send again though no field shows it, as (name, value)."""
    return [
        (name, value)
        for name in ("cpv", "horizon", "quarter", "state", "ordering", "per_page")
        for value in dict.fromkeys(params.getlist(name))
        if value.strip()
    ]


def mistakes(errors: Iterable[tuple[str, str]], params: QueryDict) -> list[Mistake]:
    """Return what could not be read, each with what to try and the address that drops it."""
    return [
        Mistake(
            name=name,
            message=message,
            field=str(_FIELDS.get(name, "")),
            instead=tuple(_instead(name, params)),
            href=written(without(params, name)),
        )
        for name, message in errors
    ]


def _instead(name: str, params: QueryDict) -> Iterator[tuple[str, str]]:
    value = params.get(name, "").strip()
    if name not in PARAMETERS:
        if known := nearest(name, PARAMETERS):
            yield f"{known}={value}", address(params, **{name: None, known: value})
    elif name == "commune" and value:
        for commune in nearest_communes(value):
            yield short_name(commune.name), address(params, commune=commune.name)


def timeline(page: ForecastPage, params: QueryDict) -> list[tuple[int, list[Bar]]]:
    """Return the quarters year by year, from the first that has a forecast to the last."""
    years = [year for year, _quarter in page.quarters]
    highest = max(page.quarters.values(), default=1)
    return [
        (year, [_bar(page, params, (year, number), highest) for number in (1, 2, 3, 4)])
        for year in (range(min(years), max(years) + 1) if years else ())
    ]


def _bar(page: ForecastPage, params: QueryDict, when: Quarter, highest: int) -> Bar:
    count, chosen = page.quarters.get(when, 0), when in page.query.quarter
    value = None if chosen else f"{when[0]}-T{when[1]}"
    return Bar(
        mark=wording.quarter_mark(when[1]),
        words=wording.quarter(*when),
        count=count,
        height=round(100 * count / highest),
        href=address(params, quarter=value),
        chosen=chosen,
    )


def follow(query: ForecastQuery) -> str:
    """Return the address where one subscribes to what is asked of the list."""
    return _subscribe([query.q], query.cpv, query.commune)


def follow_like(version: NoticeVersion) -> str:
    """Return the address where one subscribes to forecasts like this one."""
    content = version.content
    return _subscribe([], [prefix_of(content["cpv"])], content["communes"])


def _subscribe(words: Iterable[str], cpv: Iterable[str], communes: Iterable[str]) -> str:
    wished = {"words": words, "cpv": cpv, "communes": communes}
    asked = {name: ", ".join(values) for name, values in wished.items()}
    given = urlencode({name: text for name, text in asked.items() if text})
    return f"{reverse('tenders:letters')}{'?' if given else ''}{given}"
