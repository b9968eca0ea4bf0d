"""How places, distances and days are said in a sentence."""

import re
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from reference.words import fold


def of(name: str) -> str:
    """Put « de » before a name, with its elision: « d’Aubagne », « de Cassis », « du Rove »."""
    if name.startswith("Le "):
        return pgettext("de + nom, qui commence par Le", "du %(name)s") % {"name": name[3:]}
    if fold(name)[:1] in set("aeiouyh"):
        return pgettext("de + nom, devant une voyelle", "d’%(name)s") % {"name": name}
    return pgettext("de + nom, devant une consonne", "de %(name)s") % {"name": name}


def short_name(name: str) -> str:
    """« Marseille 8e Arrondissement » gives « Marseille 8e »."""
    return re.sub(r" (\d+er?) Arrondissement$", r" \1", name)


def around(place: str, radius_km: float | None) -> str:
    """« à moins de 15 km d’Aubagne »; without a radius « distance depuis Aubagne »."""
    name = short_name(place)
    if radius_km is None:
        return _("Distance depuis %(place)s") % {"place": name}
    return _("À moins de %(radius)s\u00a0km %(of_place)s") % {
        "radius": number_format(f"{radius_km:g}"),
        "of_place": of(name),
    }


def day(value: date) -> str:
    """« 14 mars 2027 », « 1er mars 2027 »; as the language of the page writes it."""
    written = date_format(value, "DATE_FORMAT")
    return re.sub(r"^1 ", "1er ", written) if get_language() == "fr" else written
