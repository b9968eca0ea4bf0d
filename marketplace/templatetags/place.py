"""Filters that write numbers, identifiers and names as a French reader expects them."""

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reference.identifiers import display
from suppliers.wording import day, of

register = template.Library()
register.filter("of", of)
register.filter("day", day, expects_localtime=True)


@register.filter
def number(value: int) -> str:
    """Write an integer with its thousands apart: « 187 686 »."""
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def identifier(value: str) -> str:
    """Write a SIREN or a SIRET by groups of digits that a line end never parts."""
    return display(value)


@register.filter
def km(value: float) -> str:
    """Write a distance: « 1,2 km », « moins de 100 m »."""
    if value < 0.1:
        return _("moins de 100\u00a0m")
    return _("%(distance)s\u00a0km") % {"distance": number_format(value, decimal_pos=1)}
