"""Nested parts of a record, whatever their shape.

JSON wraps lists one way or another by version, XML another way, and flat copies hold JSON inside
strings: `[{"titulaire": {}}]`, `{"titulaire": [{}]}`, `{"titulaire": {}}`, `[{}]`, `{}`, `"[{}]"`.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from tenders.importers.decp.texts import clean

#: Deeper than any part of DECP; what lies below is left out.
_DEEPEST = 12
_LONGEST_INTEGER = 30
#: Whose name, mail or telephone it is: never stored.
_PERSONAL = re.compile(r"(?i)contact|courriel|mail|telephone|téléphone|prenom|prénom|(^|[._])nom$")


def number(text: str) -> Any:
    """Return an integer or a Decimal of any length; the text itself when it is neither."""
    try:
        if len(text) <= _LONGEST_INTEGER and text.lstrip("-").isdecimal():
            return int(text)
        return Decimal(text)
    except (ValueError, InvalidOperation):
        return text


#: Numbers exact and of any length; NaN and Infinity, which are not JSON, stay words.
NUMBERS: dict[str, Any] = {"parse_float": number, "parse_int": number, "parse_constant": str}
_decoder = json.JSONDecoder(**NUMBERS)


@lru_cache(maxsize=1_000)
def is_personal(key: str) -> bool:
    """Return whether a key of this name holds somebody's contact details."""
    return bool(_PERSONAL.search(key))


def opened(value: Any) -> Any:
    """Return `value`, or what it holds when it is JSON written inside a string."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return _decoder.decode(value.strip())
        except (ValueError, RecursionError):
            return value
    return value


def items(value: Any, wrapper: str) -> list[Any]:
    """Return the items of a list, each taken out of its `wrapper`; [] when there is none."""
    value = opened(value)
    if value is None or value == "":
        return []
    found: list[Any] = []
    for item in value if isinstance(value, list) else [value]:
        inner = item.get(wrapper, item) if isinstance(item, dict) else item
        found += inner if isinstance(inner, list) else [inner]
    return [item for item in found if item not in (None, "")]


def storable(value: Any, depth: int = 0) -> Any:
    """Return `value` as JSON that both databases hold, without anybody's contact details."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Decimal):
        return storable_number(value)
    if depth == _DEEPEST:
        return None
    if isinstance(value, dict):
        return {
            clean(str(key)): storable(inner, depth + 1)
            for key, inner in value.items()
            if not is_personal(str(key))
        }
    if isinstance(value, list):
        return [storable(inner, depth + 1) for inner in value]
    return value


def storable_number(value: Decimal) -> float | str:
    """Return a number as JSON holds it, exact: over 15 digits, as text."""
    exact = value.is_finite() and len(value.as_tuple().digits) <= 15 and abs(value.adjusted()) < 99
    return float(value) if exact else str(value)[:40]
