"""The choices of a filter, with their words and counts."""

from django.utils.translation import gettext as _

from reference import naf
from reference.models import Commune, Filiere, LegalCategory
from search.engines.base import EnginePage
from suppliers.enums import LABEL_CHOICES, Size
from suppliers.queries.shapes import FacetValue, SupplierQuery


def facets_of(query: SupplierQuery, found: EnginePage) -> dict[str, tuple[FacetValue, ...]]:
    """Return the facets an engine counted, in the user's words."""
    return {
        facet: tuple(
            FacetValue(value, label, count, value in _chosen(query, facet))
            for (value, count), label in zip(
                counts, facet_labels(facet, [value for value, _ in counts]), strict=True
            )
        )
        for facet, counts in found.facets.items()
    }


def _chosen(query: SupplierQuery, facet: str) -> tuple[str, ...]:
    value = getattr(query, facet)
    return value if isinstance(value, tuple) else () if value is None else (str(value).lower(),)


def facet_labels(facet: str, values: list[str]) -> list[str]:
    """Return the words of facet values, in their order."""
    words: dict[str, str] = {}
    if facet == "size":
        words = {value: str(label) for value, label in Size.choices}
    elif facet == "label":
        words = {value: str(label) for value, label in LABEL_CHOICES.items()}
    elif facet == "naf":
        words = {value: naf.label(value) for value in values}
    elif facet == "commune":
        words = dict(Commune.objects.filter(code__in=values).values_list("code", "name"))
    elif facet == "legal_form":
        words = dict(LegalCategory.objects.filter(code__in=values).values_list("code", "label"))
    elif facet == "filiere":
        words = dict(Filiere.objects.filter(code__in=values).values_list("code", "label"))
    else:
        words = {"true": _("oui"), "false": _("non")}
    return [words.get(value) or value for value in values]
