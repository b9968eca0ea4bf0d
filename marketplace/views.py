"""The pages of the house itself: the front door, where the data comes from, legal pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs.models import ImportRun
from reference.models import ReferenceLoad
from reference.territory import get_territory
from search.engines.base import SearchUnavailable
from suppliers import coast
from suppliers.bubbles import bubble_map
from suppliers.listing import RADII
from suppliers.queries import SupplierPage, SupplierQuery, search_suppliers

_LATEST_RUNS = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Three doors and a search box; the page stands even when the search does not."""
    page = _whole_directory()
    counts = {found.value: found.count for found in page.facets["commune"]} if page else {}
    context = {
        "h1": _("Qui, près d’ici, sait faire ce qu’il vous faut\u202f?"),
        "total": page.total if page else None,
        "territory": get_territory(),
        "map": bubble_map(counts, width=360, height=310),
        "radii": RADII,
        "examples": [
            _("maçonnerie"), _("nettoyage de locaux"), _("espaces verts"), _("traiteur"),
        ],
    }  # fmt: skip
    return render(request, "home.html", context)


def _whole_directory() -> SupplierPage | None:
    try:
        return search_suppliers(SupplierQuery(per_page=1, facets=("commune",)))
    except SearchUnavailable:
        return None


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """The sources and versions of everything shown, for whoever checks."""
    context = {
        "h1": _("Les données, leurs sources et leurs dates"),
        "lead": _("Tout ce que montre ce site vient des sources ci-dessous, et d’elles seules."),
        "runs": ImportRun.objects.all()[:_LATEST_RUNS],
        "loads": [(_words(load.file), load) for load in ReferenceLoad.objects.order_by("file")],
        "coast": coast.source(),
    }
    return render(request, "data.html", context)


def _words(file: str) -> str:
    """What a vocabulary file holds, for somebody who has never seen its name."""
    return {
        "acronymes.csv": _("Sigles des achats publics"),
        "anciennes_communes.csv.gz": _("Anciens codes de communes"),
        "arrondissements_centres.csv": _("Centres des arrondissements municipaux"),
        "categories_juridiques.csv": _("Catégories juridiques"),
        "codes_postaux.csv.gz": _("Codes postaux"),
        "communes.csv.gz": _("Communes, populations et coordonnées"),
        "cpv_2008.csv.gz": _("Vocabulaire commun des marchés publics (CPV 2008)"),
        "departements.csv": _("Départements"),
        "epci.csv": _("Intercommunalités"),
        "filieres.csv": _("Filières du territoire, par activité"),
        "mots_vides.txt": _("Mots que la recherche laisse de côté"),
        "naf_rev2.csv.gz": _("Nomenclature d’activités française (NAF rév. 2)"),
        "naf_sections.csv": _("Sections de la NAF"),
        "nuts_france.csv": _("Régions européennes (NUTS)"),
        "regions.csv": _("Régions"),
        "synonymes_fr.csv": _("Mots équivalents des métiers"),
        "tranches_effectifs.csv": _("Tranches d’effectif"),
    }.get(file, file)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html", {"h1": _("Accessibilité\u00a0: non évaluée")})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html", {"h1": _("Données personnelles")})


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "legal.html", {"h1": _("Mentions légales")})
