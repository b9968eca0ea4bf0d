"""What DECP says besides, kept as it says it: origins, subcontracting, execution..."""

import json
from collections.abc import Mapping
from typing import Any

from tenders.importers.decp.findings import Rule
from tenders.importers.decp.nested import opened, storable
from tenders.importers.decp.values import Values

_ORIGINS = ("origineUE", "origineFrance")
_STARTED, _SUBSIDY = "dateDebutExecution", "montantSubventionPublique"
_LISTS = ("actesSousTraitance", "modificationsActesSousTraitance", "donneesExecution")
_LONGEST = 100_000  # characters of JSON
Raw = Mapping[str, Any]


def read_others(values: Values, raw: Raw) -> dict[str, Any]:
    """Return the other data of a contract, without anybody's contact details."""
    found = _origins(values, raw)
    if started := values.date(_STARTED, raw.get(_STARTED), ahead=True):
        found[_STARTED] = started.isoformat()
    if (subsidy := values.number(_SUBSIDY, raw.get(_SUBSIDY))) is not None:
        found[_SUBSIDY] = subsidy
    for name in _LISTS:
        if kept := _kept(values, name, opened(raw.get(name))):
            found[name] = kept
    return found


def _origins(values: Values, raw: Raw) -> dict[str, Any]:
    europe, france = (values.rate(name, raw.get(name)) for name in _ORIGINS)
    if europe is not None and france is not None and france > europe:
        values.note(Rule.ORIGINS, _ORIGINS[1], france)
    rates = zip(_ORIGINS, (europe, france), strict=True)
    return {name: float(rate) for name, rate in rates if rate is not None}


def _kept(values: Values, name: str, value: Any) -> Any:
    """Return a list or an object as it may be stored; None when it may not."""
    if not value:
        return None
    if not isinstance(value, list | dict):
        values.note(Rule.BAD_SHAPE, name, value)
        return None
    kept = storable(value)
    if len(json.dumps(kept)) > _LONGEST:
        values.note(Rule.LONG_TEXT, name)
        return None
    return kept
