"""What templates need to show a company."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

from reference import naf
from suppliers.enums import LABEL_CHOICES, Size
from suppliers.models import Establishment
from suppliers.queries import SupplierHit, Understood, Why
from suppliers.wording import day, of, short_name

register = template.Library()
register.filter("short_place", short_name)
register.filter("of", of)
register.filter("day", day, expects_localtime=True)


@register.filter
def said_by(hit: SupplierHit, field: str) -> Why | None:
    """The first text of `field` in which the words asked were found."""
    return next((why for why in hit.why if why.field == field), None)


@register.filter
def in_short(hit: SupplierHit, staff: Mapping[str, str]) -> list[str]:
    """Where, how big, since when; `staff` gives the words of the staff brackets."""
    company, place = hit.company, hit.establishment
    commune = short_name(place.commune.name) if place and place.commune else ""
    if not company.name:
        return [commune]
    people = staff.get(company.staff_bracket, "") if company.staff_bracket != "NN" else ""
    size = str(company.get_size_display()) if company.size != Size.UNKNOWN else ""
    if people:  # « TPE, 3 à 5 salariés » and not « TPE, moins de 10, 3 à 5 salariés »
        size = ", ".join(filter(None, (size.split(",")[0], people.lower())))
    since = company.created_on and _("depuis %(year)s") % {"year": company.created_on.year}
    return [part for part in (commune, size, since) if part]


@register.filter
def filter_words(understood: Understood) -> list[str]:
    """The words of the filters read in the search box (« TPE », « ESS »)."""
    words = {**dict(Size.choices), **LABEL_CHOICES, "true": _("économie sociale et solidaire")}
    return [str(words.get(value, value)) for value in understood.filters.values()]


@register.filter
def typed(understood: Understood) -> str:
    """The words as they were typed, before correction."""
    return " ".join(understood.corrected)


@register.filter
def activity_of(place: Establishment) -> str:
    return f"{place.naf} {naf.label(place.naf)}".strip()
