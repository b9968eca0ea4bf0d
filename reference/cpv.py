"""The Common Procurement Vocabulary 2008: eight digits that name what is bought.

A code may be written with its check digit (« 45261000-4 »): it is accepted and dropped.
"""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from reference.memory import remembered
from reference.models import CpvCode

_CODE = re.compile(r"(\d{8})(?:\s*-?\s*\d)?")
_PREFIX = re.compile(r"\d{2,8}")


class InvalidCpv(ValueError):
    """Not a CPV code; its text is a French sentence."""


class _Entry(NamedTuple):
    label_fr: str
    label_en: str
    parent: str | None


@remembered
def _entries() -> dict[str, _Entry]:
    rows = CpvCode.objects.order_by("code")
    return {
        code: _Entry(label_fr, label_en, parent)
        for code, label_fr, label_en, parent in rows.values_list(
            "code", "label_fr", "label_en", "parent_id"
        )
    }


def parse_cpv(text: str) -> str:
    """Return the eight digits of a code, known or not; InvalidCpv when it is not one."""
    matched = _CODE.fullmatch(text.strip())
    if not matched or not matched[0].isascii():
        raise InvalidCpv(
            _(
                "«\u00a0%(text)s\u00a0» n’est pas un code CPV\u00a0: il faut huit chiffres, "
                "avec ou sans la clé, par exemple 45261000-4."
            )
            % {"text": text}
        )
    return matched[1]


def prefix_of(text: str) -> str:
    """Return what a code or the beginning of one covers: "45261000-4" gives "45261".

    Trailing zeros say nothing, but two digits at least are kept ("30000000" gives "30").
    """
    digits = text.strip()
    if not (_PREFIX.fullmatch(digits) and digits.isascii()):
        digits = parse_cpv(text)
    return digits[:2] + digits[2:].rstrip("0")


def label(code: str, language: str = "fr") -> str:
    """The label of an eight digit code in "fr" or "en"; empty when the code is unknown."""
    entry = _entries().get(code)
    if entry is None:
        return ""
    return entry.label_en if language.startswith("en") else entry.label_fr


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above, nearest first: "45261000" gives ("45260000", "45200000", "45000000")."""
    above: list[str] = []
    entry = _entries().get(code)
    while entry is not None and entry.parent is not None:
        above.append(entry.parent)
        entry = _entries()[entry.parent]
    return tuple(above)


def matching_codes(prefix: str) -> tuple[str, ...]:
    """Every known code that begins with `prefix` (see `prefix_of`), sorted; () = unknown."""
    return tuple(code for code in _entries() if code.startswith(prefix))


def nearest(text: str) -> str:
    """The known code nearest to the digits of `text`: above it if there is one, else beside."""
    digits = re.sub(r"[^0-9]", "", text)[:8] or "0"
    entries = _entries()
    for length in range(len(digits), 1, -1):
        above = digits[:length].ljust(8, "0")
        if above in entries:
            return above
    return min(entries, key=lambda code: abs(int(code) - int(digits.ljust(8, "0"))))
