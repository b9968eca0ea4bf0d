"""The directory's pages: search, one company, how results are ranked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reference import cpv, naf
from reference.identifiers import is_siren
from reference.models import Commune, Department, LegalCategory, StaffBracket
from search.engines.base import SearchUnavailable
from suppliers import listing
from suppliers.bubbles import bubble_map
from suppliers.enums import Diffusion, Size
from suppliers.forms import SupplierSearchForm
from suppliers.models import Company, Label
from suppliers.queries import FACETS, SupplierPage, get_supplier, search_suppliers


@require_safe
def supplier_list(request: HttpRequest) -> HttpResponse:
    """Search the directory; a wrong parameter is an error page that says which and why."""
    form = SupplierSearchForm(request.GET)
    if not form.is_valid():
        return _misread(request, form.errors_list)
    try:
        page = search_suppliers(replace(form.query, facets=FACETS))
        context = _list_context(request, page)
    except SearchUnavailable:
        return _unavailable(request)
    return render(request, "suppliers/list.html", context)


def _misread(request: HttpRequest, errors: list[tuple[str, str]]) -> HttpResponse:
    """Name everything that could not be read, beside its field, and the way without it."""
    context = {
        "h1": _("Cette recherche n’a pas pu être lue"),
        "params": request.GET,
        "radii": listing.RADII,
        "mistakes": listing.mistakes(errors, request.GET),
        "wrong": dict(errors),
    }
    template = "suppliers/list_error.html"
    return render(request, template, context, status=HTTPStatus.BAD_REQUEST)


def _unavailable(request: HttpRequest) -> HttpResponse:
    """The engine cannot answer: say so, and never answer with another."""
    context = {
        "h1": _("La recherche est momentanément arrêtée"),
        "lead": _(
            "Le moteur de recherche ne répond pas. Rien n’est perdu\u00a0: réessayez dans une "
            "minute, la même adresse donnera vos résultats."
        ),
    }
    response = render(request, "error.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = "60"
    return response


def _list_context(request: HttpRequest, page: SupplierPage) -> dict[str, Any]:
    query, params, groups = page.query, request.GET, listing.groups(page)
    counts = {value.value: value.count for value in page.facets.get("commune", ())}
    numbers = listing.pages(page)
    last = numbers[-1] if numbers else 1
    return {
        "h1": _("Trouver des fournisseurs locaux"),
        "params": params,
        "radii": listing.RADII,
        "other_radius": listing.other_radius(params),
        "page": page,
        "page_number": query.page,
        "pages": numbers,
        "last_page": last,
        "previous_page": min(query.page - 1, last or 1),
        "next_page": query.page + 1 if query.page < (last or 1) else None,
        "first": (query.page - 1) * query.per_page + 1,
        "same_query": listing.address(params),
        "clear": listing.cleared(params),
        "chips": listing.chips(page, params),
        "groups": groups,
        "carried": listing.carried(params, groups),
        "ways_out": [] if page.total else listing.ways_out(page, params),
        "map": bubble_map(counts, near=query.near, radius_km=query.radius_km),
        "map_url": listing.address_with(params, "commune"),
        "staff": dict(StaffBracket.objects.values_list("code", "label")),
    }


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """How results are ordered, in plain words."""
    context = {"h1": _("Comment sont classés les résultats")}
    return render(request, "suppliers/ranking.html", context)


@require_safe
def supplier_of_siret(request: HttpRequest, siret: str) -> HttpResponse:
    """Send a SIRET to the page of its company."""
    return redirect("suppliers:detail", siren=siret[:9], permanent=True)


@require_safe
def supplier_detail(request: HttpRequest, siren: str) -> HttpResponse:
    """Show one company: what SIRENE says of it, apart from what it says of itself."""
    company = get_supplier(siren)
    if company is None:
        return _unknown(request, siren)
    context: dict[str, Any] = {
        "h1": company.name or _("Entreprise au nom non diffusé"),
        "company": company,
        "masked": company.diffusion == Diffusion.PARTIAL,
        "seat": next(iter(company.establishments.all()), None),
        "activity": _activity(company),
    }
    if not context["masked"]:
        context |= _sheet(company)
    return render(request, "suppliers/detail.html", context)


def _unknown(request: HttpRequest, siren: str) -> HttpResponse:
    context = {
        "h1": _("Cette entreprise n’est pas dans l’annuaire"),
        "siren": siren,
        "is_siren": is_siren(siren),
        "radii": listing.RADII,
    }
    return render(request, "suppliers/not_found.html", context, status=HTTPStatus.NOT_FOUND)


def _cpv_labels(codes: list[str]) -> list[tuple[str, str]]:
    language = get_language() or "fr"
    return [(code, cpv.label(code, language)) for code in codes]


def _activity(company: Company) -> list[tuple[str, str]]:
    """The activity declared and its section, as (code, label)."""
    codes = [company.naf, *naf.ancestors(company.naf)[-1:]] if company.naf else []
    return [(code, naf.label(code)) for code in codes]


def _sheet(company: Company) -> dict[str, Any]:
    """All that partial diffusion would hide."""
    places = list(company.establishments.all())
    profile = getattr(company, "profile", None)
    return {
        "facts": _facts(company),
        "proofs": list(_proofs(company.labels.all(), timezone.localdate())),
        "open_places": [place for place in places if place.is_active],
        "closed_places": [place for place in places if not place.is_active],
        "profile": profile,
        "cpv": _cpv_labels(profile.cpv_codes) if profile else [],
        "intervention": _place_names(profile.intervention_area) if profile else [],
    }


def _facts(company: Company) -> list[tuple[str, str]]:
    """What SIRENE declares, in words; what it does not declare is said so."""
    unknown = _("non déclaré")
    staff = StaffBracket.objects.filter(code=company.staff_bracket).exclude(code="NN").first()
    legal = LegalCategory.objects.filter(code=company.legal_category).first()
    size = unknown if company.size == Size.UNKNOWN else str(company.get_size_display())
    year = f" ({company.staff_year})" if staff and company.staff_year else ""
    return [
        (_("Taille"), size),
        (_("Effectif"), f"{staff.label}{year}" if staff else unknown),
        (_("Forme juridique"), legal.label if legal else unknown),
        (_("Économie sociale et solidaire"), _yes_no(company.is_ess)),
        (_("Société à mission"), _yes_no(company.is_mission)),
    ]


def _yes_no(value: bool | None) -> str:
    return {True: _("oui"), False: _("non"), None: _("non déclaré")}[value]


def _proofs(labels: Any, today: date) -> Iterator[tuple[Label, str, str]]:
    """Each label with its state today: as a colour's name, and in words."""
    for label in labels:
        if label.is_valid_on(today):
            yield label, "yes", _("en cours")
        elif label.valid_from and label.valid_from > today:
            yield label, "doubt", _("à venir")
        else:
            yield label, "no", _("échu")


def _place_names(codes: list[str]) -> list[str]:
    """Names of communes and departments, in alphabetical order."""
    communes = Commune.objects.filter(code__in=codes).values_list("name", flat=True)
    departments = Department.objects.filter(code__in=codes).values_list("name", flat=True)
    return sorted([*communes, *departments])
