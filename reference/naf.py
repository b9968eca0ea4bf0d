"""The French nomenclature of activities: sections, divisions, groups, classes, sub-classes.

Codes are kept with their dot (« 43.91B ») and beside their nomenclature: from 2027 SIRENE
speaks NAF 2025, where the same code may name another activity.
"""

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from reference.enums import NafLevel, Nomenclature
from reference.memory import remembered
from reference.models import FiliereNaf, NafCode

_SECTION = re.compile(r"[A-Z]")
_BELOW = re.compile(r"([0-9]{2})(?:\.?([0-9]{1,2}|[0-9]{2}[A-Z]))?")


class InvalidNaf(ValueError):
    """Not a NAF code; its text is a French sentence."""


class _Position(NamedTuple):
    label: str
    level: int
    parent: str | None


@remembered
def _positions(nomenclature: str) -> dict[str, _Position]:
    rows = NafCode.objects.filter(nomenclature=nomenclature).order_by("code")
    return {
        code: _Position(label, level, parent)
        for code, label, level, parent in rows.values_list(
            "code", "label", "level", "parent__code"
        )
    }


def normalise_naf(text: str) -> str:
    """Return a code of any level as the house writes it: "4391b" gives "43.91B", "f" "F".

    Only the shape is judged: the code may belong to no nomenclature (see `matching_codes`).
    """
    code = text.strip().upper()
    if _SECTION.fullmatch(code):
        return code
    matched = _BELOW.fullmatch(code)
    if not matched:
        raise InvalidNaf(
            _(
                "«\u00a0%(text)s\u00a0» n’est pas un code NAF\u00a0: écrivez par exemple "
                "43.91B, 43.91, "
                "43 ou la lettre d’une section."
            )
            % {"text": text}
        )
    return ".".join(filter(None, matched.groups()))


def label(code: str, nomenclature: str = Nomenclature.NAF_REV2) -> str:
    """The label of a normalised code; empty when the nomenclature has no such code."""
    position = _positions(nomenclature).get(code)
    return position.label if position else ""


def ancestors(code: str, nomenclature: str = Nomenclature.NAF_REV2) -> tuple[str, ...]:
    """The codes above, nearest first: "43.91B" gives ("43.91", "43.9", "43", "F")."""
    positions = _positions(nomenclature)
    above: list[str] = []
    position = positions.get(code)
    while position is not None and position.parent is not None:
        above.append(position.parent)
        position = positions[position.parent]
    return tuple(above)


def matching_codes(prefix: str, nomenclature: str = Nomenclature.NAF_REV2) -> tuple[str, ...]:
    """The sub-classes under a normalised code of any level, sorted; () = unknown code."""
    lineages = _lineages(nomenclature)
    return tuple(code for code, lineage in lineages.items() if prefix in lineage)


@remembered
def _lineages(nomenclature: str) -> dict[str, frozenset[str]]:
    """Sub-class -> itself and all that is above it."""
    return {
        code: frozenset({code, *ancestors(code, nomenclature)})
        for code, position in _positions(nomenclature).items()
        if position.level == NafLevel.SOUS_CLASSE
    }


def nearest(text: str, nomenclature: str = Nomenclature.NAF_REV2) -> str:
    """The known code nearest to `text`: above it if there is one, else the nearest division."""
    typed = re.sub(r"[^0-9A-Z]", "", text.upper())
    code = f"{typed[:2]}.{typed[2:]}" if typed[2:] else typed
    positions = _positions(nomenclature)
    for length in range(len(code), 0, -1):
        if code[:length] in positions:
            return code[:length]
    division = int(re.sub(r"[^0-9]", "", code)[:2] or 0)
    divisions = (code for code, p in positions.items() if p.level == NafLevel.DIVISION)
    return min(divisions, key=lambda known: abs(int(known) - division))


def filieres_by_code(nomenclature: str = Nomenclature.NAF_REV2) -> dict[str, tuple[str, ...]]:
    """Sub-class -> codes of its *filières*, for those that have one.

    Read from the database each time: a person may edit the *filières*.
    """
    found: dict[str, set[str]] = {}
    chosen = FiliereNaf.objects.filter(nomenclature=nomenclature)
    for filiere, prefix in chosen.values_list("filiere_id", "prefix"):
        for code in matching_codes(prefix, nomenclature):
            found.setdefault(code, set()).add(filiere)
    return {code: tuple(sorted(filieres)) for code, filieres in found.items()}
