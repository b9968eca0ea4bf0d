"""Searching the directory: a SupplierQuery becomes an EngineQuery, its hits become companies."""

from collections.abc import Iterator

from django.db.models import Prefetch, Q, QuerySet

from reference import cpv, naf, territory
from reference.models import Commune
from search.engines.base import EnginePage, EngineQuery, Hit, Near, Range, Terms
from search.indexing import search, vocabulary
from search.understanding import Understanding, marked, understand
from suppliers.documents import INDEX
from suppliers.models import Company, Establishment
from suppliers.queries.facets import facets_of
from suppliers.queries.shapes import SupplierHit, SupplierPage, SupplierQuery, Understood, Why

#: Words that are filters when somebody types them: folded word -> (parameter, value).
LEXICON = {
    **{size: ("size", size) for size in ("tpe", "pme", "eti")},
    **{
        label: ("label", label)
        for label in ("siae", "esus", "esat", "geiq", "rge", "qualiopi", "epv")
    },
    "ess": ("ess", "true"),
}
#: The radius of « près de » when nobody says how far.
AROUND_KM = 15.0


def search_suppliers(query: SupplierQuery) -> SupplierPage:
    """Answer a search of the directory; raise SearchUnavailable when the engine cannot.

    When no company has the words asked, a second try guesses more widely.
    """
    known = vocabulary(INDEX)
    meant = understand(query.q, known, LEXICON, exact=query.exact)
    asked = _engine_query(query, meant)
    found = search(INDEX, asked)
    if not found.total and meant.words and not query.exact:
        wide = understand(query.q, known, LEXICON, wide=True)
        second = search(INDEX, _engine_query(query, wide))
        if second.total:
            meant, found = wide, second
    return _page(query, meant, found)


def get_supplier(siren: str) -> Company | None:
    """Return a company with all its page shows, closed ones too; None when there is none."""
    return _with_all(Company.objects.filter(siren=siren)).first()


def _engine_query(query: SupplierQuery, meant: Understanding) -> EngineQuery:
    keys = frozenset(identifier[:9] for identifier in meant.identifiers) or None
    near = _near(query, meant)
    return EngineQuery(
        words=meant.words,
        filters=tuple(_filters(query, meant)),
        keys=keys,
        near=near,
        facets=query.facets,
        ordering="distance" if query.ordering == "distance" and near else "relevance",
        offset=0 if query.cursor else (query.page - 1) * query.per_page,
        limit=query.per_page,
        after=query.cursor,
    )


def _near(query: SupplierQuery, meant: Understanding) -> Near | None:
    if query.near:
        return Near(*query.near[:2], query.radius_km)
    if meant.place and meant.around:
        commune = meant.place.commune
        if commune.latitude is not None and commune.longitude is not None:
            return Near(commune.latitude, commune.longitude, AROUND_KM)
    return None


def _filters(query: SupplierQuery, meant: Understanding) -> Iterator[Terms | Range]:
    said: dict[str, tuple[str, ...]] = {}
    for name, value in meant.filters:
        said[name] = (*said.get(name, ()), value)
    chosen = {
        "size": (*query.size, *said.get("size", ())),
        "label": (*query.label, *said.get("label", ())),
        "filiere": query.filiere,
        "postcode": query.postcode,
        "ess": _flag(query.ess) or said.get("ess", ()),
        "claimed": _flag(query.claimed),
        "awarded": _flag(query.awarded),
    }
    for name, values in chosen.items():
        if values:
            yield Terms(name, frozenset(values), facet=name)
    yield from _code_filters(query)
    yield from _place_filters(query, meant)
    if query.created_after:
        yield Range("created", minimum=float(query.created_after.toordinal()))


def _code_filters(query: SupplierQuery) -> Iterator[Terms]:
    """Filters by the beginning of a code, at any level of its nomenclature."""
    if query.naf:
        codes = frozenset(found for code in query.naf for found in naf.matching_codes(code))
        yield Terms("naf", codes, facet="naf")
    if query.cpv:
        yield Terms("cpv", frozenset(query.cpv), prefix=True, facet="cpv")
    if query.legal_form:
        yield Terms("legal_form", frozenset(query.legal_form), prefix=True, facet="legal_form")


def _place_filters(query: SupplierQuery, meant: Understanding) -> Iterator[Terms]:
    if query.commune:
        yield Terms("commune", _communes(query.commune), facet="commune")
    if query.epci:
        members = Commune.objects.filter(Q(epci__in=query.epci) | Q(parent__epci__in=query.epci))
        yield Terms("commune", frozenset(members.values_list("code", flat=True)))
    if query.department:
        members = Commune.objects.filter(department__in=query.department)
        yield Terms("commune", frozenset(members.values_list("code", flat=True)))
    if query.intervention:
        departments = Commune.objects.filter(code__in=query.intervention)
        codes = departments.values_list("department_id", flat=True)
        yield Terms("intervention", _communes(query.intervention) | frozenset(codes))
    if meant.place and not meant.around:
        if meant.place.postcode:
            yield Terms("postcode", frozenset({meant.place.postcode}))
        else:
            yield Terms("commune", territory.expand_commune(meant.place.commune.code))


def _communes(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(found for code in codes for found in territory.expand_commune(code))


def _flag(value: bool | None) -> tuple[str, ...]:
    return () if value is None else (str(value).lower(),)


def _page(query: SupplierQuery, meant: Understanding, found: EnginePage) -> SupplierPage:
    rows = _with_all(Company.objects.filter(siren__in=[hit.key for hit in found.hits]))
    companies = {company.siren: company for company in rows}
    near = _near(query, meant)
    hits = tuple(
        _hit(companies[hit.key], hit, query, meant, near)
        for hit in found.hits
        if hit.key in companies  # deleted since: the next search will not find it
    )
    full = len(found.hits) == query.per_page
    last = (query.page * query.per_page) >= found.total and not query.cursor
    return SupplierPage(
        query=query,
        total=found.total,
        hits=hits,
        facets=facets_of(query, found),
        understood=_understood(meant),
        next_cursor=found.hits[-1].cursor if full and not last else "",
    )


def _with_all(companies: "QuerySet[Company]") -> "QuerySet[Company]":
    places = Establishment.objects.select_related("commune").order_by("-is_seat", "siret")
    return companies.select_related("profile").prefetch_related(
        Prefetch("establishments", places), "labels"
    )


def _hit(
    company: Company,
    hit: Hit,
    query: SupplierQuery,
    meant: Understanding,
    near: Near | None,
) -> SupplierHit:
    place = _best_establishment(company, query, meant, near)
    code = company.naf or (place.naf if place else "")
    return SupplierHit(
        company=company,
        establishment=place,
        naf_label=naf.label(code),
        distance_km=hit.distance_km,
        why=tuple(_why(company, code, meant.asked_terms)),
    )


def _best_establishment(
    company: Company, query: SupplierQuery, meant: Understanding, near: Near | None
) -> Establishment | None:
    """The establishment asked for, the nearest, one in a commune asked for, or the seat."""
    places = [place for place in company.establishments.all() if place.is_active]
    asked = _communes(query.commune) if query.commune else frozenset()

    def rank(place: Establishment) -> tuple[bool, float, bool, bool]:
        return (
            place.siret not in meant.identifiers,
            _distance(place, near),
            place.commune_id not in asked and place.postcode not in query.postcode,
            not place.is_seat,
        )

    return min(places, key=rank, default=None)


def _distance(place: Establishment, near: Near | None) -> float:
    if near is None:
        return 0.0
    latitude, longitude = place.latitude, place.longitude
    if (latitude is None or longitude is None) and place.commune:
        latitude, longitude = place.commune.latitude, place.commune.longitude
    if latitude is None or longitude is None:
        return float("inf")
    return territory.distance_km(latitude, longitude, near.latitude, near.longitude)


def _why(company: Company, code: str, asked: frozenset[str]) -> Iterator[Why]:
    """Yield the texts of a company that answer the words asked, the most telling first."""
    profile = getattr(company, "profile", None)
    texts = [
        ("name", company.name),
        *(("name", line) for line in company.other_names.splitlines()),
    ]
    texts += [
        ("name", line)
        for place in company.establishments.all()
        for line in place.trade_names.splitlines()
    ]
    if profile:
        texts += [("offer", profile.offer)]
        texts += [("cpv", f"{number} {cpv.label(number)}") for number in profile.cpv_codes]
    texts += [
        ("naf", f"{found} {naf.label(found)}") for found in (code, *naf.ancestors(code)[:-1])
    ]
    for name, text in dict.fromkeys(texts) if asked else ():
        parts = marked(text, asked)
        if parts:
            yield Why(name, text, parts)


def _understood(meant: Understanding) -> Understood:
    place = None
    if meant.place:
        commune = meant.place.commune
        place = {"code": commune.code, "name": commune.name}
        place |= {"postcode": meant.place.postcode} if meant.place.postcode else {}
        place |= {"radius_km": f"{AROUND_KM:g}"} if meant.around else {}
    return Understood(
        words=meant.display,
        corrected=meant.corrected,
        place=place,
        identifiers=meant.identifiers,
        filters=dict(meant.filters),
    )
