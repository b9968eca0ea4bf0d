"""The one reading of a supplier search: page and API parameters become a SupplierQuery.

Every error is told, all at once, with the nearest valid name or value.
"""

import math
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from reference import naf, territory
from reference.models import Department, Epci, Filiere, LegalCategory, PostalCode
from search.parameters import (
    BadValue,
    ParameterForm,
    Parameters,
    choice,
    commune_code,
    cpv_prefix,
    in_table,
    nearest,
    not_a_value,
    whole,
    words_of,
)
from suppliers.enums import LABEL_CHOICES, Size
from suppliers.queries import FACETS, SupplierQuery

#: What `page` x `per_page` may reach; further on, `cursor` goes to the end.
WINDOW = 10_000


class SupplierSearchForm(ParameterForm):
    """Reads a QueryDict: `query` when `is_valid()`, else `errors_list` of (parameter, message)."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, PARAMETERS)
        self.query = SupplierQuery()
        if self.is_valid():
            self.values.pop("format", None)
            self.query = SupplierQuery(**self.values)

    def check_together(self) -> None:
        values = self.values
        if "radius_km" in values and "near" not in self.data:
            self.refuse(
                "radius_km", _("Un rayon demande un lieu\u00a0: ajoutez «\u00a0near\u00a0».")
            )
        elif "radius_km" in values and not self.data.get("near", "").strip():
            values.pop("radius_km")  # the page's form sends its radius with an empty place
        page, per_page = values.get("page", 1), values.get("per_page", 25)
        if page * per_page > WINDOW:
            self.refuse(
                "page",
                _(
                    "Les pages s’arrêtent à %(window)d résultats\u00a0: continuez avec "
                    "«\u00a0cursor\u00a0»."
                )
                % {"window": WINDOW},
            )
        if isinstance(values.get("facets"), tuple):
            values["facets"] = tuple(facet for group in values["facets"] for facet in group)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(_("«\u00a0%(text)s\u00a0» n’est pas un nombre.") % {"text": text[:60]})
    return number


def _radius(text: str) -> float:
    radius = _number(text)
    if not 0 < radius <= 200:
        raise BadValue(_("Le rayon se donne en kilomètres, plus de 0 et 200 au plus."))
    return radius


def _near(text: str) -> tuple[float, float, str]:
    if "," in text:
        return _point(text)
    commune = territory.find_commune(text)
    if commune is None:
        names = [near.name for near in territory.nearest_communes(text, limit=1)]
        raise not_a_value(text, names[0] if names else "")
    if commune.latitude is None or commune.longitude is None:
        raise BadValue(
            _("«\u00a0%(text)s\u00a0» n’a pas de coordonnées connues.") % {"text": text[:60]}
        )
    return commune.latitude, commune.longitude, commune.name


def _point(text: str) -> tuple[float, float, str]:
    parts = text.split(",")
    try:
        latitude, longitude = (float(part) for part in parts)
    except ValueError:
        latitude = longitude = math.nan
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # NaN fails too
        raise BadValue(
            _(
                "«\u00a0%(text)s\u00a0» n’est pas un point\u00a0: écrivez latitude,longitude en "
                "degrés (43.29,5.57)."
            )
            % {"text": text[:60]}
        )
    return latitude, longitude, f"{latitude:.4f},{longitude:.4f}"


def _filiere(text: str) -> str:
    known = list(Filiere.objects.values_list("code", flat=True))
    return choice(known)(text)


def _legal_form(text: str) -> str:
    """Read a legal category, at any of INSEE's levels (1, 2 or 4 digits)."""
    if not LegalCategory.objects.filter(code__startswith=text).exists():
        raise not_a_value(
            text, nearest(text, LegalCategory.objects.values_list("code", flat=True))
        )
    return text


def _naf(text: str) -> str:
    try:
        code = naf.normalise_naf(text)
    except naf.InvalidNaf as error:
        raise BadValue(str(error)) from error
    if not naf.label(code):
        raise not_a_value(text, naf.nearest(text))
    return code


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise not_a_value(text, nearest(text, ("true", "false")) or "true")
    return text == "true"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(
            _(
                "«\u00a0%(text)s\u00a0» n’est pas une date\u00a0: écrivez année-mois-jour "
                "(2024-03-14)."
            )
            % {"text": text[:60]}
        ) from None


def _cursor(text: str) -> str:
    if len(text) != 16 or any(letter not in "0123456789abcdef" for letter in text):
        raise BadValue(
            _(
                "Ce «\u00a0cursor\u00a0» n’est pas de ceux que donne «\u00a0next\u00a0»\u00a0: "
                "repartez sans lui."
            )
        )
    return text


def _facets(text: str) -> tuple[str, ...]:
    return tuple(choice(FACETS)(name.strip()) for name in text.split(",") if name.strip())


_department = in_table(Department, "code")
PARAMETERS: Parameters = {
    "q": (words_of, False),
    "exact": (_boolean, False),
    "near": (_near, False),
    "radius_km": (_radius, False),
    "commune": (commune_code, True),
    "postcode": (in_table(PostalCode, "code"), True),
    "epci": (in_table(Epci, "siren"), True),
    "department": (_department, True),
    "naf": (_naf, True),
    "cpv": (cpv_prefix, True),
    "filiere": (_filiere, True),
    "size": (choice(Size.values), True),
    "legal_form": (_legal_form, True),
    "label": (choice(LABEL_CHOICES), True),
    "ess": (_boolean, False),
    "intervention": (commune_code, True),
    "claimed": (_boolean, False),
    "awarded": (_boolean, False),
    "created_after": (_day, False),
    "ordering": (choice(("relevance", "distance")), False),
    "page": (whole(1), False),
    "per_page": (whole(1, 100), False),
    "cursor": (_cursor, False),
    "facets": (_facets, True),
    "format": (choice(("json",)), False),
}
