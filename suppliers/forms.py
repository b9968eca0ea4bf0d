"""The one reading of a supplier search: page and API parameters become a SupplierQuery.

Every error is told, all at once, with the nearest valid name or value.
"""

import math
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rapidfuzz import process

from reference import cpv, naf, territory
from reference.models import Department, Epci, Filiere, LegalCategory, PostalCode
from suppliers.enums import LABEL_CHOICES, Size
from suppliers.queries import FACETS, SupplierQuery

#: What `page` x `per_page` may reach; further on, `cursor` goes to the end.
WINDOW = 10_000
_MOST_LETTERS = 300
_MOST_VALUES = 100


class BadValue(ValueError):
    """A value that cannot be read; its words are for the user."""


class SupplierSearchForm:
    """Reads a QueryDict: `query` when `is_valid()`, else `errors_list` of (parameter, message)."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.errors_list: list[tuple[str, str]] = []
        self.query = SupplierQuery()
        self._values: dict[str, Any] = {}
        self._read()

    def is_valid(self) -> bool:
        return not self.errors_list

    def errors_by_name(self) -> dict[str, list[str]]:
        """Return the errors as REST framework likes them: {parameter: [message]}."""
        found: dict[str, list[str]] = {}
        for name, message in self.errors_list:
            found.setdefault(name, []).append(message)
        return found

    def _read(self) -> None:
        for name in self.data:
            given = [text.replace("\0", "").strip() for text in self.data.getlist(name)]
            given = [text for text in given if text]
            if name not in PARAMETERS:
                self._refuse(name, _unknown_name(name))
            elif given:
                self._read_one(name, given)
        self._check_together()
        if self.is_valid():
            self._values.pop("format", None)
            self.query = SupplierQuery(**self._values)

    def _read_one(self, name: str, given: list[str]) -> None:
        parse, many = PARAMETERS[name]
        try:
            if not many and len(set(given)) > 1:
                raise BadValue(
                    _("«\u00a0%(name)s\u00a0» ne se donne qu’une fois.") % {"name": name}
                )
            if len(given) > _MOST_VALUES:
                raise BadValue(
                    _(
                        "«\u00a0%(name)s\u00a0» a plus de %(most)d valeurs\u00a0: gardez les plus "
                        "utiles."
                    )
                    % {"name": name, "most": _MOST_VALUES}
                )
            parsed = [parse(text) for text in given]
        except BadValue as error:
            self._refuse(name, str(error))
        else:
            self._values[name] = tuple(dict.fromkeys(parsed)) if many else parsed[0]

    def _check_together(self) -> None:
        values = self._values
        if "radius_km" in values and "near" not in self.data:
            self._refuse(
                "radius_km", _("Un rayon demande un lieu\u00a0: ajoutez «\u00a0near\u00a0».")
            )
        elif "radius_km" in values and not self.data.get("near", "").strip():
            values.pop("radius_km")  # the page's form sends its radius with an empty place
        page, per_page = values.get("page", 1), values.get("per_page", 25)
        if page * per_page > WINDOW:
            self._refuse(
                "page",
                _(
                    "Les pages s’arrêtent à %(window)d résultats\u00a0: continuez avec "
                    "«\u00a0cursor\u00a0»."
                )
                % {"window": WINDOW},
            )
        if isinstance(values.get("facets"), tuple):
            values["facets"] = tuple(facet for group in values["facets"] for facet in group)

    def _refuse(self, name: str, message: str) -> None:
        self.errors_list.append((name, message))


def nearest(text: str, known: Iterable[str]) -> str:
    """Return the known value nearest to `text` ("" when none looks like it)."""
    found = process.extractOne(text.lower(), list(known), score_cutoff=50)
    return found[0] if found else ""


def _unknown_name(name: str) -> str:
    known = nearest(name, PARAMETERS)
    message = _("Le paramètre «\u00a0%(name)s\u00a0» n’existe pas.") % {"name": name[:60]}
    return f"{message} {_did_you_mean(known)}".strip()


def _did_you_mean(known: str) -> str:
    return (
        _("Vouliez-vous dire «\u00a0%(known)s\u00a0»\u202f?") % {"known": known} if known else ""
    )


def _not_a_value(text: str, known: str = "") -> BadValue:
    message = _("«\u00a0%(text)s\u00a0» n’est pas une valeur connue.") % {"text": text[:60]}
    return BadValue(f"{message} {_did_you_mean(known)}".strip())


def _text(text: str) -> str:
    if len(text) > _MOST_LETTERS:
        raise BadValue(
            _("La recherche dépasse %(most)d caractères\u00a0: gardez les mots utiles.")
            % {"most": _MOST_LETTERS}
        )
    return text


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(_("«\u00a0%(text)s\u00a0» n’est pas un nombre.") % {"text": text[:60]})
    return number


def _whole(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 10:
            number = int(text)
            if number >= lowest and (highest is None or number <= highest):
                return number
        most = _(" et %(highest)d au plus") % {"highest": highest} if highest else ""
        raise BadValue(
            _(
                "«\u00a0%(text)s\u00a0»\u00a0: écrivez un nombre entier, %(lowest)d au "
                "moins%(most)s."
            )
            % {"text": text[:60], "lowest": lowest, "most": most}
        )

    return parse


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
        raise _not_a_value(text, names[0] if names else "")
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


def _commune(text: str) -> str:
    commune = territory.find_commune(text)
    if commune is None:
        found = [near.code for near in territory.nearest_communes(text, limit=1)]
        raise _not_a_value(text, found[0] if found else "")
    return str(commune.code)


def _in_table(model: Any, field: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        known = text.upper()
        if not model.objects.filter(**{field: known}).exists():
            values = model.objects.values_list(field, flat=True).distinct()
            raise _not_a_value(text, nearest(text, values))
        return known

    return parse


def _filiere(text: str) -> str:
    known = list(Filiere.objects.values_list("code", flat=True))
    return _choice(known)(text)


def _legal_form(text: str) -> str:
    """Read a legal category, at any of INSEE's levels (1, 2 or 4 digits)."""
    if not LegalCategory.objects.filter(code__startswith=text).exists():
        raise _not_a_value(
            text, nearest(text, LegalCategory.objects.values_list("code", flat=True))
        )
    return text


def _naf(text: str) -> str:
    try:
        code = naf.normalise_naf(text)
    except naf.InvalidNaf as error:
        raise BadValue(str(error)) from error
    if not naf.label(code):
        raise _not_a_value(text, naf.nearest(text))
    return code


def _cpv(text: str) -> str:
    try:
        prefix = cpv.prefix_of(text)
    except cpv.InvalidCpv as error:
        raise BadValue(str(error)) from error
    if not cpv.matching_codes(prefix):
        raise _not_a_value(text, cpv.nearest(text))
    return prefix


def _choice(known: Iterable[str]) -> Callable[[str], str]:
    values = tuple(known)

    def parse(text: str) -> str:
        if text.lower() not in values:
            raise _not_a_value(text, nearest(text, values))
        return text.lower()

    return parse


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise _not_a_value(text, nearest(text, ("true", "false")) or "true")
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
    return tuple(_choice(FACETS)(name.strip()) for name in text.split(",") if name.strip())


_department = _in_table(Department, "code")
#: Parameter -> (how one value is read, whether several may be given).
PARAMETERS: dict[str, tuple[Callable[[str], Any], bool]] = {
    "q": (_text, False),
    "exact": (_boolean, False),
    "near": (_near, False),
    "radius_km": (_radius, False),
    "commune": (_commune, True),
    "postcode": (_in_table(PostalCode, "code"), True),
    "epci": (_in_table(Epci, "siren"), True),
    "department": (_department, True),
    "naf": (_naf, True),
    "cpv": (_cpv, True),
    "filiere": (_filiere, True),
    "size": (_choice(Size.values), True),
    "legal_form": (_legal_form, True),
    "label": (_choice(LABEL_CHOICES), True),
    "ess": (_boolean, False),
    "intervention": (_commune, True),
    "claimed": (_boolean, False),
    "awarded": (_boolean, False),
    "created_after": (_day, False),
    "ordering": (_choice(("relevance", "distance")), False),
    "page": (_whole(1), False),
    "per_page": (_whole(1, 100), False),
    "cursor": (_cursor, False),
    "facets": (_facets, True),
    "format": (_choice(("json",)), False),
}
