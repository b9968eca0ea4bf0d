"""SIREN and SIRET: reading what people type or files carry, and checking it.

Check digits come from python-stdnum, La Poste's own rule included (its establishments other
than the head office have digits that add up to a multiple of 5).
"""

import re

from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_rule
from stdnum.fr import siret as siret_rule

_SEPARATORS = re.compile(r"[\s.\-]")  # \s knows no-break and narrow spaces
_DIGITS = re.compile(r"[0-9]+")


class InvalidIdentifier(ValueError):
    """Not a SIREN or a SIRET; its text is a French sentence for the person who typed it."""


class Siren(str):
    """Nine digits, checked: a legal unit."""

    __slots__ = ()


class Siret(str):
    """Fourteen digits, checked: an establishment."""

    __slots__ = ()

    @property
    def siren(self) -> Siren:
        return Siren(self[:9])


def strip_separators(text: str) -> str:
    """Return `text` without spaces (no-break ones too), dots and hyphens."""
    return _SEPARATORS.sub("", text)


def is_siren(digits: str) -> bool:
    """True for nine digits, not all zeros, with a right check digit."""
    return _is_number(digits, 9) and siren_rule.is_valid(digits)


def is_siret(digits: str) -> bool:
    """True for fourteen digits, not all zeros, with right check digits."""
    return _is_number(digits, 14) and digits[:9] != "0" * 9 and siret_rule.is_valid(digits)


def normalise_siren(text: str) -> Siren:
    """Return the SIREN written in `text`; InvalidIdentifier says what is wrong with it."""
    digits = strip_separators(text)
    _refuse_other_than(digits, 9, "SIREN", text)
    if not is_siren(digits):
        raise InvalidIdentifier(_wrong_check_digit("SIREN", text))
    return Siren(digits)


def normalise_siret(text: str) -> Siret:
    """Return the SIRET written in `text`; InvalidIdentifier says what is wrong with it."""
    digits = strip_separators(text)
    _refuse_other_than(digits, 14, "SIRET", text)
    if not is_siret(digits):
        raise InvalidIdentifier(_wrong_check_digit("SIRET", text))
    return Siret(digits)


def parse_identifier(text: str) -> Siren | Siret | None:
    """Return the checked SIREN or SIRET that `text` is, else None: it is then other words."""
    digits = strip_separators(text)
    if is_siret(digits):
        return Siret(digits)
    return Siren(digits) if is_siren(digits) else None


def display(digits: str) -> str:
    """Return « 732 829 320 00074 » for a SIRET, « 732 829 320 » for a SIREN, no-break spaces."""
    groups = (digits[:3], digits[3:6], digits[6:9], digits[9:])
    return "\u00a0".join(group for group in groups if group)


def _is_number(digits: str, length: int) -> bool:
    return len(digits) == length and bool(_DIGITS.fullmatch(digits)) and bool(digits.strip("0"))


def _refuse_other_than(digits: str, length: int, name: str, text: str) -> None:
    if not _DIGITS.fullmatch(digits) or len(digits) != length:
        raise InvalidIdentifier(
            _(
                "«\u00a0%(text)s\u00a0» n’est pas un numéro %(name)s\u00a0: il faut "
                "%(length)d chiffres, "
                "les espaces et les points sont admis."
            )
            % {"text": text, "name": name, "length": length}
        )
    if not digits.strip("0"):
        raise InvalidIdentifier(
            _(
                "«\u00a0%(text)s\u00a0» ne désigne personne\u00a0: un numéro %(name)s n’a "
                "pas que des zéros."
            )
            % {"text": text, "name": name}
        )


def _wrong_check_digit(name: str, text: str) -> str:
    return _(
        "«\u00a0%(text)s\u00a0» n’est pas un numéro %(name)s valable\u00a0: sa clé de "
        "contrôle est fausse. "
        "Vérifiez chaque chiffre."
    ) % {"text": text, "name": name}
