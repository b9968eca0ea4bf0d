"""One contract of a file, of whatever version, to one record: pure functions, tested alone.

The version is told record by record, since real files mix them.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from reference.identifiers import strip_separators
from tenders.enums import FRAMEWORK, ContractKind
from tenders.importers.decp import vocabulary
from tenders.importers.decp.findings import Anomaly, Rule
from tenders.importers.decp.nested import opened
from tenders.importers.decp.parties import read_holders, read_modifications, valid_siret
from tenders.importers.decp.remainder import read_others
from tenders.importers.decp.rows import Body, ContractRow, Record
from tenders.importers.decp.texts import clean, words
from tenders.importers.decp.values import Values

_SIRET = re.compile(r"[0-9]{14}")
_OFFICIAL_ID, _LONGEST_ID = 16, 64
_LONGEST_NAME, _LONGEST_SOURCE = 200, 100
#: Written since version 2 only; flat copies of version 1 hold "test" under these names.
_SINCE_V2 = frozenset(
    {
        "considerationsSociales",
        "considerationsEnvironnementales",
        "techniques",
        "technique",
        "modalitesExecution",
        "modaliteExecution",
        "typesPrix",
        "marcheInnovant",
        "offresRecues",
        "attributionAvance",
        "sousTraitanceDeclaree",
    }
)
_DECLARED = bool, int, list, dict
#: Names of organisations and places, not of people.
_HARMLESS = frozenset({"acheteur.nom", "acheteur_nom", "lieuExecution.nom"})

Raw = Mapping[str, Any]
Columns = dict[str, Any]

_SOCIAL = (
    "considerationsSociales",
    "considerationSociale",
    vocabulary.SOCIAL,
    vocabulary.social_flags,
)
_ENVIRONMENTAL = (
    "considerationsEnvironnementales",
    "considerationEnvironnementale",
    vocabulary.ENVIRONMENTAL,
    vocabulary.environmental_flags,
)


class Rejected(NamedTuple):
    """A record that cannot be kept, and why; `contract` is what is known of its key."""

    contract: str
    anomaly: Anomaly


def parse(
    raw: Any, listing: str, *, today: date, source: str = "", twice: tuple[str, ...] = ()
) -> Record | Rejected:
    """Return the contract of `raw`, any JSON value.

    `listing` names the list it stands in ("marche", "contrat-concession", "" in a flat file);
    `source` is imposed by the operator; `twice` are the keys the file wrote twice.
    """
    if not isinstance(raw, dict):
        return _rejected(Rule.NOT_AN_OBJECT, "", "", raw)
    party = _buyer(raw)
    buyer = strip_separators(words(party.get("id")))
    number = _key_text(raw.get("id"))
    objet = _key_text(raw.get("objet"))
    if not number:
        return _rejected(Rule.NO_ID, buyer, "id", raw.get("id", ""))
    if not objet:
        return _rejected(Rule.NO_OBJET, f"{buyer} {number}", "objet", raw.get("objet", ""))
    if not _SIRET.fullmatch(buyer) or not buyer.strip("0"):
        return _rejected(Rule.BAD_BUYER, number, "acheteur.id", party.get("id", ""))
    values = Values(today)
    _note_keys(values, raw, buyer, number, twice)
    concession = _is_concession(raw, listing)
    holders, names = read_holders(values, raw)
    row = _row(values, raw, concession=concession)
    modifications = read_modifications(values, raw, row.notified_on)
    return Record(
        buyer,
        clean(words(party.get("nom")))[:_LONGEST_NAME],
        number[:_LONGEST_ID],
        not listing and _is_v1(raw),
        (source or words(raw.get("source")) or "decp")[:_LONGEST_SOURCE],
        Body(row, holders, modifications, tuple(values.anomalies)),
        names,
    )


def _rejected(rule: Rule, contract: str, field: str, value: object) -> Rejected:
    shown = "[...]" if isinstance(value, list | dict) else clean(str(value)[:400])[:200]
    return Rejected(contract.strip(), Anomaly(rule.value, field, shown))


def _key_text(value: object) -> str:
    """Return what names a contract as it is written: even "NC" tells it from nothing."""
    return clean(value) if isinstance(value, str) else words(value)


def _buyer(raw: Raw) -> Raw:
    for name in ("acheteur", "autoriteConcedante"):
        party = opened(raw.get(name))
        if isinstance(party, dict):
            return party
    siret = raw.get("acheteur_id") or raw.get("acheteur.id")
    return {"id": siret, "nom": raw.get("acheteur_nom")}


def _is_concession(raw: Raw, listing: str) -> bool:
    if listing:
        return "concession" in vocabulary.fold(listing)
    declared = raw.get("_type"), raw.get("nature")
    if any(isinstance(text, str) and _names_concession(text) for text in declared):
        return True
    return isinstance(opened(raw.get("autoriteConcedante")), dict)


@lru_cache(maxsize=1_000)
def _names_concession(text: str) -> bool:
    folded = vocabulary.fold(text)
    return "concession" in folded or folded.startswith("delegation de service public")


def _is_v1(raw: Raw) -> bool:
    return not any(isinstance(opened(raw[name]), _DECLARED) for name in _SINCE_V2 & raw.keys())


def _note_keys(values: Values, raw: Raw, buyer: str, number: str, twice: tuple[str, ...]) -> None:
    for key in twice:
        values.note(Rule.DUPLICATE_KEY, clean(key)[:60])
    if not valid_siret(buyer):
        values.note(Rule.BUYER_CHECK, "acheteur.id", buyer)
    if len(number) > _OFFICIAL_ID:
        values.note(Rule.LONG_ID, "id", number)
    values.personal(name for name in raw if name not in _HARMLESS)


def _row(values: Values, raw: Raw, *, concession: bool) -> ContractRow:
    field = "datePublicationDonnees"
    return ContractRow(
        **_subject(values, raw, concession=concession),
        **_competition(values, raw),
        **_performance(values, raw),
        **_price(values, raw, concession=concession),
        **_notification(values, raw, concession=concession),
        **_considerations(values, raw, "social", *_SOCIAL),
        **_considerations(values, raw, "environmental", *_ENVIRONMENTAL),
        published_on=values.date(field, raw.get(field)),
        others=read_others(values, raw),
    )


def _subject(values: Values, raw: Raw, *, concession: bool) -> Columns:
    natures = vocabulary.CONCESSIONS if concession else vocabulary.NATURES
    procedures = vocabulary.CONCESSION_PROCEDURES if concession else vocabulary.PROCEDURES
    nature = values.choice("nature", raw.get("nature"), natures, 60)
    techniques = values.choices(
        "techniques", _first(raw, "techniques", "technique"), "technique", vocabulary.TECHNIQUES
    )
    return {
        "kind": (ContractKind.CONCESSION if concession else ContractKind.MARCHE).value,
        "nature": nature,
        "objet": values.text("objet", raw["objet"]) or _key_text(raw["objet"]),
        "cpv": values.cpv("codeCPV", raw.get("codeCPV")),
        "procedure": values.choice("procedure", raw.get("procedure"), procedures),
        "techniques": techniques,
        "is_framework": nature == FRAMEWORK or FRAMEWORK in techniques,
        "framework_number": values.text("idAccordCadre", raw.get("idAccordCadre"), _LONGEST_ID),
    }


def _competition(values: Values, raw: Raw) -> Columns:
    grouping = "typeGroupementOperateurs"
    return {
        "is_innovative": values.boolean("marcheInnovant", raw.get("marcheInnovant")),
        "ccag": values.choice("ccag", raw.get("ccag"), vocabulary.CCAG, 60),
        "offers_received": values.integer("offresRecues", raw.get("offresRecues")),
        "grouping": values.choice(grouping, raw.get(grouping), vocabulary.GROUPINGS, 30),
    }


def _performance(values: Values, raw: Raw) -> Columns:
    modalites = _first(raw, "modalitesExecution", "modaliteExecution")
    subcontracting = "sousTraitanceDeclaree"
    place = opened(raw.get("lieuExecution"))
    if not isinstance(place, dict):
        names = ("code", "typeCode")
        place = {name: raw.get(f"lieuExecution.{name}") for name in names}
    kind = place.get("typeCode")
    return {
        "modalites_execution": values.choices(
            "modalitesExecution", modalites, "modaliteExecution", vocabulary.MODALITES
        ),
        "has_subcontracting": values.boolean(subcontracting, raw.get(subcontracting)),
        "place_code": values.text("lieuExecution.code", place.get("code"), 20),
        "place_type": values.choice("lieuExecution.typeCode", kind, vocabulary.PLACES, 30),
        "duration_months": values.integer("dureeMois", raw.get("dureeMois")),
    }


def _price(values: Values, raw: Raw, *, concession: bool) -> Columns:
    written = _valued(values, raw, ("valeurGlobale", "montant"), concession=concession)
    amount, amount_text = values.amount(*written)
    has_advance = values.boolean("attributionAvance", raw.get("attributionAvance"))
    advance_rate = values.rate("tauxAvance", raw.get("tauxAvance"))
    forme, types = _forms(values, raw)
    return {
        "amount": amount,
        "amount_text": amount_text,
        "has_advance": has_advance,
        # Of an advance that is granted, 0 means that its rate is not known.
        "advance_rate": None if has_advance and not advance_rate else advance_rate,
        "forme_prix": forme,
        "types_prix": types,
    }


def _notification(values: Values, raw: Raw, *, concession: bool) -> Columns:
    names = ("dateSignature", "dateNotification")
    field, written = _valued(values, raw, names, concession=concession)
    return {
        "notified_on": values.date(field, written),
        "notified_text": words(written)[:40],
    }


def _valued(
    values: Values, raw: Raw, names: tuple[str, str], *, concession: bool
) -> tuple[str, Any]:
    """Return what a concession writes under the first name, a marché under the second one."""
    field = names[0] if concession else names[1]
    written = _first(raw, *names) if concession else raw.get(field)
    if written in (None, ""):
        values.note(Rule.MISSING, field)
    return field, written


def _considerations(
    values: Values,
    raw: Raw,
    column: str,
    field: str,
    wrapper: str,
    known: vocabulary.ClosedList,
    flags: Callable[[list[str]], int],
) -> Columns:
    written = values.choices(field, raw.get(field), wrapper, known)
    declared = flags(written)
    if vocabulary.is_contradictory(declared):
        values.note(Rule.CONTRADICTORY, field, ", ".join(written))
    return {column: declared, f"{column}_values": written}


def _first(raw: Raw, *names: str) -> Any:
    return next((raw[name] for name in names if raw.get(name) is not None), None)


def _forms(values: Values, raw: Raw) -> tuple[str, list[str]]:
    """Return the form of the price and its types; version 1 wrote a type under `formePrix`."""
    written = _first(raw, "typesPrix", "typePrix", "TypePrix")
    types = values.choices("typesPrix", written, "typePrix", vocabulary.TYPES_PRIX)
    former = _former_form(raw.get("formePrix"))
    if former:
        return "", types if former in types else [*types, former]
    return values.choice("formePrix", raw.get("formePrix"), vocabulary.FORMES_PRIX, 40), types


def _former_form(value: object) -> str | None:
    return _folded_form(value) if isinstance(value, str) else None


@lru_cache(maxsize=100)
def _folded_form(text: str) -> str | None:
    return vocabulary.FORMER_FORMES.get(vocabulary.fold(text[:40]))
