"""What the search page shows around its results: filters, chips, ways out of an empty answer.

Every link is the address of a state: what is asked stands in the address and nowhere else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from reference import cpv, naf
from reference.models import Commune, Department, Epci, Filiere, LegalCategory
from reference.territory import nearest_communes
from search import listing
from search.listing import Chip, Mistake
from search.parameters import nearest
from suppliers import wording
from suppliers.enums import LABEL_CHOICES, Size
from suppliers.forms import PARAMETERS, WINDOW
from suppliers.queries import FacetValue, SupplierPage, SupplierQuery, search_suppliers

RADII = (2, 5, 10, 15, 20, 30, 50)
_NOTHING = SupplierQuery()
#: Parameters in the order of their chips.
_FILTERS = (
    "near", "commune", "postcode", "epci", "department", "intervention", "naf", "cpv", "filiere",
    "size", "label", "ess", "legal_form", "claimed", "awarded", "created_after",
)  # fmt: skip
_FIELDS = {
    "q": gettext_lazy("Besoin, métier, nom ou SIRET"),
    "near": gettext_lazy("Autour de"),
    "radius_km": gettext_lazy("Rayon"),
}
_YES_ONLY = {
    "ess": gettext_lazy("Économie sociale et solidaire"),
    "claimed": gettext_lazy("Page complétée par l’entreprise"),
    "awarded": gettext_lazy("Titulaire d’un marché public connu"),
}
#: Title, facets it holds, values shown before « voir les autres », values in all.
_GROUPS = (
    (gettext_lazy("Taille"), ("size",), 5, 5),
    (gettext_lazy("Économie sociale et labels"), ("ess", "label"), 6, 20),
    (gettext_lazy("Activité"), ("naf",), 6, 30),
    (gettext_lazy("Commune"), ("commune",), 6, 60),
    (gettext_lazy("Filière"), ("filiere",), 6, 6),
    (gettext_lazy("Forme juridique"), ("legal_form",), 4, 20),
    (gettext_lazy("Sur La Place"), ("claimed", "awarded"), 2, 2),
)


@dataclass(frozen=True)
class Choice:
    """A box to tick."""

    name: str
    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Group:
    """Boxes under one title; `more` are folded."""

    title: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True)
class WayOut:
    """A broader search that does find something."""

    label: str
    href: str
    total: int


def address(params: QueryDict, **changes: str | None) -> str:
    """Return the query string of `params` with some set (a text) or dropped (None)."""
    return _written(listing.changed(params, **changes))


def address_with(params: QueryDict, name: str) -> str:
    """Return the query string of `params` to which a value of `name` has only to be added."""
    rest = address(params, **{name: None})
    return f"{rest}{'' if rest == '?' else '&'}{name}="


def without(params: QueryDict, name: str, value: str | None = None) -> str:
    """Return the query string of `params` without one value of a filter, or without it all."""
    gone = {"radius_km": None, "ordering": None} if name == "near" else {}
    return _written(listing.without(listing.changed(params, **gone), name, value))


def _written(params: QueryDict) -> str:
    if not params.get("near", "").strip():
        params.pop("radius_km", None)  # the form sends it beside an empty place
    return listing.written(params)


def cleared(params: QueryDict) -> str:
    """Return the query string of the words alone, without any filter."""
    return address(params, **dict.fromkeys((*_FILTERS, "radius_km", "ordering")))


def other_radius(params: QueryDict) -> str:
    """Return the radius asked when the list of the form has not got it."""
    radius = params.get("radius_km", "").strip()
    return "" if radius in map(str, RADII) else radius


def mistakes(errors: Iterable[tuple[str, str]], params: QueryDict) -> list[Mistake]:
    """Return what could not be read, each with what to try and the address that drops it."""
    return [
        Mistake(
            name=name,
            message=message,
            field=str(_FIELDS.get(name, "")),
            instead=tuple(_instead(name, params)),
            href=without(params, name),
        )
        for name, message in errors
    ]


def _instead(name: str, params: QueryDict) -> Iterator[tuple[str, str]]:
    value = params.get(name, "").strip()
    if name not in PARAMETERS:
        known = nearest(name, PARAMETERS)
        if known:
            yield f"{known}={value}", address(params, **{name: None, known: value})
    elif name == "near" and value and "," not in value:
        for commune in nearest_communes(value):
            yield wording.short_name(commune.name), address(params, near=commune.name)


def chips(page: SupplierPage, params: QueryDict) -> list[Chip]:
    """Return the filters in force, each with the address that removes it."""
    return [
        Chip(_words(page, name, value), without(params, name, value))
        for name in _FILTERS
        for value in dict.fromkeys(params.getlist(name))
        if value.strip()
    ]


def _words(page: SupplierPage, name: str, value: str) -> str:
    """The words of one filter in force; `value` stands as the address writes it."""
    query = page.query
    if name == "near" and query.near:
        return wording.around(query.near[2], query.radius_km)
    if name in _YES_ONLY:
        words = str(_YES_ONLY[name])
        return words if value == "true" else _("%(filter)s\u00a0: non") % {"filter": words}
    if name == "created_after" and query.created_after:
        return _("Créée depuis le %(day)s") % {"day": wording.day(query.created_after)}
    return _code_words(name, value)


def _code_words(name: str, value: str) -> str:
    if name == "size":
        return str(dict(Size.choices).get(value.lower(), value))
    if name == "label":
        return str(LABEL_CHOICES.get(value.lower(), value))
    if name == "naf":
        code = naf.normalise_naf(value)
        return f"{code} {naf.label(code)}"
    if name == "cpv":
        code = cpv.prefix_of(value).ljust(8, "0")
        return _("CPV %(code)s") % {"code": f"{code} {cpv.label(code, get_language() or 'fr')}"}
    if name == "postcode":
        return _("Code postal %(code)s") % {"code": value}
    if name == "intervention":
        return _("Intervient à %(place)s") % {"place": _named("commune", value)}
    return _named(name, value)


def _named(name: str, value: str) -> str:
    """The name, in the vocabularies, of what an address calls by its code."""
    tables: dict[str, tuple[Any, str]] = {
        "commune": (Commune, "name"),
        "department": (Department, "name"),
        "epci": (Epci, "name"),
        "filiere": (Filiere, "label"),
        "legal_form": (LegalCategory, "label"),
    }
    model, field = tables[name]
    found = model.objects.filter(pk__iexact=value).values_list(field, flat=True).first()
    return wording.short_name(found or value)


def groups(page: SupplierPage) -> list[Group]:
    """Return the filters with their counts; a title without any box is left out."""
    return [group for spec in _GROUPS if (group := _group(page, *spec)).choices]


def _group(
    page: SupplierPage, title: object, facets: Iterable[str], shown: int, most: int
) -> Group:
    found = [choice for facet in facets for choice in _choices(facet, page.facets.get(facet, ()))]
    chosen = [choice for choice in found if choice.chosen]
    others = [choice for choice in found if not choice.chosen]
    shown = max(shown, len(chosen))
    in_order = found if len(found) <= shown else chosen + others
    return Group(str(title), tuple(in_order[:shown]), tuple(in_order[shown:most]))


def _choices(facet: str, values: Iterable[FacetValue]) -> Iterator[Choice]:
    if facet == "size":
        values = sorted(values, key=lambda found: Size.values.index(found.value))
    for found in values:
        if facet not in _YES_ONLY:
            code = f"{found.value} " if facet == "naf" else ""
            label = code + wording.short_name(found.label)
            yield Choice(facet, found.value, label, found.count, found.chosen)
        elif found.value == "true":
            yield Choice(facet, "true", str(_YES_ONLY[facet]), found.count, found.chosen)


def carried(params: QueryDict, shown: Iterable[Group]) -> list[tuple[str, str]]:
    """Return what the form must send again though no field shows it, as (name, value)."""
    boxes = {(c.name, c.value) for group in shown for c in (*group.choices, *group.more)}
    return [
        (name, value)
        for name in (*_FILTERS, "ordering", "per_page")
        if name != "near"
        for value in dict.fromkeys(params.getlist(name))
        if value.strip() and (name, value) not in boxes
    ]


def pages(page: SupplierPage) -> list[int | None]:
    """Return the numbers of the pages worth a link around this one; None stands for a gap."""
    last = min(-(-page.total // page.query.per_page), WINDOW // page.query.per_page)
    return listing.page_numbers(last, page.query.page)


def ways_out(page: SupplierPage, params: QueryDict) -> list[WayOut]:
    """Return broader searches that find something, when this one finds nothing."""
    for broader in (_without_one, _without_more):
        tried = [
            WayOut(label, href, search_suppliers(query).total)
            for label, href, query in broader(page, params)
        ]
        if found := sorted((way for way in tried if way.total), key=lambda way: way.total):
            return found[:5]
    return []


_Broader = Iterator[tuple[str, str, SupplierQuery]]


def _without_one(page: SupplierPage, params: QueryDict) -> _Broader:
    """The same search with one thing less."""
    query = replace(page.query, facets=(), page=1, per_page=1)
    if query.near and query.radius_km:
        radius = next((km for km in RADII if km >= 2 * query.radius_km), 100)
        label = wording.around(query.near[2], radius)
        yield label, address(params, radius_km=str(radius)), replace(query, radius_km=radius)
    for name in _FILTERS:
        if getattr(query, name):
            values = dict.fromkeys(value for value in params.getlist(name) if value.strip())
            said = ", ".join(_words(page, name, value) for value in values)
            label = _("Sans «\u00a0%(filter)s\u00a0»") % {"filter": said}
            names = ("near", "radius_km") if name == "near" else (name,)
            fresh = {dropped: getattr(_NOTHING, dropped) for dropped in names}
            yield label, address(params, **dict.fromkeys(names)), replace(query, **fresh)
    for word in page.understood.words if len(page.understood.words) > 1 else ():
        yield _only(word), address(params, q=word), replace(query, q=word)


def _without_more(page: SupplierPage, params: QueryDict) -> _Broader:
    """The words without any filter, together then one by one; the filters without any word."""
    query = replace(page.query, facets=(), page=1, per_page=1)
    bare = replace(_NOTHING, q=query.q, exact=query.exact, per_page=1)
    yield _("Sans aucun filtre"), cleared(params), bare
    for word in page.understood.words:
        yield _only(word), "?" + urlencode({"q": word}), replace(bare, q=word)
    if query.q:
        yield _("Les mêmes filtres, sans les mots"), address(params, q=None), replace(query, q="")


def _only(word: str) -> str:
    return _("Seulement «\u00a0%(word)s\u00a0»") % {"word": word}
