"""Who holds a contract, first and after each modification."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from reference.identifiers import is_siret, strip_separators
from tenders.importers.decp import vocabulary
from tenders.importers.decp.findings import Rule
from tenders.importers.decp.rows import HolderRow, ModificationRow
from tenders.importers.decp.texts import clean, words
from tenders.importers.decp.values import Values

_FIELDS = frozenset({"id", "typeIdentifiant", "denominationSociale"})
_LONGEST_NAME = 250
_SIRET = "SIRET"
#: The two lists of holders there are, and what wraps each item.
_LISTS = (("titulaires", "titulaire"), ("concessionnaires", "concessionnaire"))

valid_siret = lru_cache(maxsize=50_000)(is_siret)
Raw = Mapping[str, Any]
Holders = tuple[HolderRow, ...]
Names = tuple[tuple[str, str], ...]


def read_holders(values: Values, raw: Raw) -> tuple[Holders, Names]:
    """Return the holders of a contract, each once, and the names given to valid SIRETs."""
    field, found = _listed(values, raw)
    if raw.get("titulaire_id") is not None and not any(isinstance(i, dict) for i in found):
        field = _LISTS[0][0]
        found = [{name: raw.get(f"titulaire_{name}") for name in _FIELDS}]
    holders: dict[tuple[str, str], HolderRow] = {}
    names: dict[str, str] = {}
    for item in found:
        if not isinstance(item, dict):
            values.note(Rule.BAD_HOLDERS, field, item)
            continue
        holder = _holder(values, field, item)
        if holder is None:
            continue
        holders.setdefault((holder.id_type, holder.identifier), holder)
        if holder.company_id:
            name = clean(words(item.get("denominationSociale")))[:_LONGEST_NAME]
            names.setdefault(holder.identifier, "" if name == "test" else name)
    if not holders:
        values.note(Rule.MISSING, field)
    return tuple(holders.values()), tuple(names.items())


def _listed(values: Values, raw: Raw) -> tuple[str, list[Any]]:
    for field, wrapper in _LISTS:
        value = raw.get(field)
        if value is not None and (found := values.items(field, value, wrapper)):
            return field, found
    return _LISTS[0][0], []


def _holder(values: Values, field: str, item: Raw) -> HolderRow | None:
    values.personal(name for name in item if name not in _FIELDS)
    written = words(item.get("id"))
    if not written:
        values.note(Rule.MISSING, f"{field}.id")
        return None
    kind = values.choice(
        f"{field}.typeIdentifiant", item.get("typeIdentifiant"), vocabulary.IDENTIFIERS, 10
    )
    digits = strip_separators(written)
    valid = valid_siret(digits)
    if kind == _SIRET and not valid:
        values.note(Rule.HOLDER_CHECK, f"{field}.id", written)
    if not kind:
        values.note(Rule.MISSING, f"{field}.typeIdentifiant")
        kind = _SIRET if valid else ""
    if kind == _SIRET and digits.isdecimal():
        return HolderRow(kind, digits[:40], digits[:9] if valid else None)
    return HolderRow(kind, written[:40], None)


def read_modifications(
    values: Values, raw: Raw, notified_on: date | None
) -> tuple[ModificationRow, ...]:
    """Return the modifications in the order of the file."""
    value = raw.get("modifications")
    if not value:
        return ()
    found = []
    for item in values.items("modifications", value, "modification"):
        if isinstance(item, dict):
            found.append(_modification(values, item, notified_on))
        else:
            values.note(Rule.BAD_SHAPE, "modifications", item)
    return tuple(found)


def _modification(values: Values, item: Raw, notified_on: date | None) -> ModificationRow:
    on = "dateNotificationModification"
    if item.get(on) is None:
        on = "dateSignatureModification"
    day = values.date(f"modifications.{on}", item.get(on))
    if day and notified_on and day < notified_on:
        values.note(Rule.EARLY_MODIFICATION, f"modifications.{on}", day)
    field = "valeurGlobale" if item.get("montant") is None else "montant"
    published = "datePublicationDonneesModification"
    return ModificationRow(
        number=values.integer("modifications.id", item.get("id"), least=0),
        notified_on=day,
        published_on=values.date(f"modifications.{published}", item.get(published)),
        objet=values.text("modifications.objetModification", item.get("objetModification")),
        duration_months=values.integer("modifications.dureeMois", item.get("dureeMois")),
        amount=values.amount(f"modifications.{field}", item.get(field))[0],
        holders=_new_holders(values, item),
    )


def _new_holders(values: Values, item: Raw) -> list[dict[str, str]] | None:
    """Return the whole new list of holders; None when there is none, or one cannot be read."""
    field, found = _listed(values, item)
    readable = [holder for holder in found if isinstance(holder, dict)]
    holders = [_holder(values, f"modifications.{field}", holder) for holder in readable]
    whole = [{"type": row.id_type, "id": row.identifier} for row in holders if row]
    if len(whole) < len(found):
        values.note(Rule.BAD_HOLDERS, f"modifications.{field}", found[0])
        return None
    return whole or None
