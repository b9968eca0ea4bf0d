"""Loads the committed vocabularies (`reference/data/`) into the database, as often as one likes.

A file whose hash is already loaded is skipped. Rows are written by short batches of plain SQL
that SQLite and PostgreSQL both understand: the ORM takes several times longer for 35 000
communes. Nothing a person edits is ever overwritten or deleted.
"""

import csv
import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from reference.enums import NafLevel
from reference.memory import forget_vocabularies
from reference.models import (
    Commune,
    CpvCode,
    Department,
    Epci,
    Filiere,
    FiliereNaf,
    FormerCommune,
    LegalCategory,
    NafCode,
    NutsRegion,
    PostalCode,
    ReferenceLoad,
    Region,
    StaffBracket,
)
from reference.territory import place_key

DATA = Path(__file__).resolve().parent / "data"
SOURCES = "SOURCES.json"
BATCH = 2_000  # some 20 ms of SQLite's write lock

Rows = list[list[str]]


class DamagedReference(Exception):
    """A vocabulary file is missing or is not the one that was signed; in French."""


@dataclass(frozen=True)
class LoadReport:
    """What a load did: rows by file loaded, and the files that had not changed."""

    loaded: dict[str, int]
    unchanged: tuple[str, ...]


def load_reference(
    *,
    only_changed: bool = True,
    report: Callable[[str], None] | None = None,
    using: str = DEFAULT_DB_ALIAS,
    data: Path = DATA,
) -> LoadReport:
    """Bring the tables up to the files; `report` is told one line for each file loaded.

    Raises DamagedReference before anything is written. A load cut short is taken up again by
    the next one.
    """
    sources = _read_sources(data)
    known = dict(ReferenceLoad.objects.using(using).values_list("file", "sha256"))
    changed = {
        name: (source, _read(data / name, source["sha256"]))
        for name, source in sources.items()
        if not (only_changed and known.get(name) == source["sha256"])
    }
    for name, (source, rows) in changed.items():
        LOADERS[name](rows, using)
        _note(source, using)
        if report is not None:
            report(_("%(file)s\u00a0: %(rows)d lignes") % {"file": name, "rows": len(rows)})
    if changed:
        forget_vocabularies()
    loaded = {name: len(rows) for name, (_source, rows) in changed.items()}
    return LoadReport(loaded, tuple(name for name in sources if name not in changed))


def _read_sources(data: Path) -> dict[str, dict[str, Any]]:
    """The entries of SOURCES.json that go to the database, in the order of loading."""
    try:
        entries = {entry["file"]: entry for entry in json.loads((data / SOURCES).read_text())}
        return {name: entries[name] for name in LOADERS}
    except (OSError, ValueError, KeyError) as error:
        raise DamagedReference(_damaged(SOURCES)) from error


def _read(path: Path, sha256: str) -> Rows:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedReference(_damaged(path.name)) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedReference(_damaged(path.name))
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return list(csv.reader(text.decode().splitlines()))[1:]


def _damaged(name: str) -> str:
    return _(
        "Le fichier reference/data/%(name)s manque ou n’est pas celui qui a été signé. "
        "Reprenez-le du dépôt, ou signez votre version avec "
        "«\u00a0scripts/build_reference.py --typed\u00a0»."
    ) % {"name": name}


def _note(source: dict[str, Any], using: str) -> None:
    ReferenceLoad.objects.using(using).update_or_create(
        file=source["file"],
        defaults={
            **{key: source[key] for key in ("sha256", "version", "licence", "rows")},
            "loaded_at": timezone.now(),
        },
    )


# --- writing rows --------------------------------------------------------------------------
def _upsert(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    using: str,
    key: Sequence[str] = (),
) -> None:
    """Insert rows, or update those whose `key` (by default the first column) is there."""
    connection = connections[using]
    quote = connection.ops.quote_name
    key = key or columns[:1]
    updates = ", ".join(f"{quote(c)} = excluded.{quote(c)}" for c in columns if c not in key)
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608 - names come from the models
        f"VALUES ({', '.join(['%s'] * len(columns))}) "
        f"ON CONFLICT ({', '.join(map(quote, key))}) "
        f"{f'DO UPDATE SET {updates}' if updates else 'DO NOTHING'}"
    )
    for start in range(0, len(rows), BATCH):
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.executemany(statement, rows[start : start + BATCH])


def _number(text: str) -> int | None:
    return int(text) if text else None


def _degrees(text: str) -> float | None:
    return float(text) if text else None


# --- one loader by file --------------------------------------------------------------------
def _regions(rows: Rows, using: str) -> None:
    _upsert(Region, ("code", "name"), rows, using)


def _departments(rows: Rows, using: str) -> None:
    _upsert(Department, ("code", "name", "region_id"), rows, using)


def _epci(rows: Rows, using: str) -> None:
    _upsert(Epci, ("siren", "name", "kind", "population"), rows, using)


def _communes(rows: Rows, using: str) -> None:
    columns = (
        *("code", "name", "folded_name", "department_id", "epci_id", "parent_id"),
        *("siren", "population", "latitude", "longitude"),
    )
    prepared = [
        (
            *(code, name, place_key(name), department, epci or None, parent or None),
            *(siren, _number(population), _degrees(latitude), _degrees(longitude)),
        )
        for code, name, department, epci, parent, siren, population, latitude, longitude in rows
    ]
    _upsert(Commune, columns, prepared, using)
    # A commune that merged away may hold companies: it stays, out of every EPCI.
    communes = Commune.objects.using(using)
    gone = set(communes.values_list("code", flat=True)) - {row[0] for row in rows}
    communes.filter(code__in=gone).update(epci=None)


def _former_communes(rows: Rows, using: str) -> None:
    with transaction.atomic(using=using):
        FormerCommune.objects.using(using).all().delete()
        _upsert(FormerCommune, ("code", "name", "commune_id"), rows, using)


def _postcodes(rows: Rows, using: str) -> None:
    columns = ("code", "commune_id")
    with transaction.atomic(using=using):
        PostalCode.objects.using(using).all().delete()
        _upsert(PostalCode, columns, rows, using, key=columns)


def _naf(rows: Rows, using: str) -> None:
    """Level by level: the rows of one need the keys of those above."""
    positions = NafCode.objects.using(using)
    columns = ("nomenclature", "code", "level", "label", "parent_id")
    for level in NafLevel:
        keys = {(n, code): pk for n, code, pk in positions.values_list(*columns[:2], "pk")}
        prepared = [
            (nomenclature, code, level.value, label, keys.get((nomenclature, parent)))
            for nomenclature, code, row_level, parent, label in rows
            if int(row_level) == level
        ]
        _upsert(NafCode, columns, prepared, using, key=columns[:2])


def _cpv(rows: Rows, using: str) -> None:
    columns = ("code", "level", "parent_id", "label_fr", "label_en")
    prepared = [(code, int(level), parent or None, *rest) for code, level, parent, *rest in rows]
    _upsert(CpvCode, columns, prepared, using)


def _nuts(rows: Rows, using: str) -> None:
    _upsert(NutsRegion, ("code", "label", "level"), rows, using)


def _legal_categories(rows: Rows, using: str) -> None:
    above = {1: None, 2: 1, 4: 2}
    prepared = [
        (code, label, code[: above[len(code)]] if above[len(code)] else None)
        for code, label in rows
    ]
    _upsert(LegalCategory, ("code", "label", "parent_id"), prepared, using)


def _staff_brackets(rows: Rows, using: str) -> None:
    prepared = [(code, label, _number(low), _number(high)) for code, label, low, high in rows]
    _upsert(StaffBracket, ("code", "label", "minimum", "maximum"), prepared, using)


def _filieres(rows: Rows, using: str) -> None:
    """Only what is missing: a person may have changed the labels and the activities."""
    activities = FiliereNaf.objects.using(using)
    edited = set(activities.values_list("filiere_id", flat=True))
    labels = {code: label for code, label, _nomenclature, _prefix in rows}
    Filiere.objects.using(using).bulk_create(
        [Filiere(code=code, label=label) for code, label in labels.items()],
        ignore_conflicts=True,
    )
    activities.bulk_create(
        FiliereNaf(filiere_id=code, nomenclature=nomenclature, prefix=prefix)
        for code, _label, nomenclature, prefix in rows
        if code not in edited
    )


#: In the order the tables refer to each other.
LOADERS: dict[str, Callable[[Rows, str], None]] = {
    "regions.csv": _regions,
    "departements.csv": _departments,
    "epci.csv": _epci,
    "communes.csv.gz": _communes,
    "anciennes_communes.csv.gz": _former_communes,
    "codes_postaux.csv.gz": _postcodes,
    "naf_rev2.csv.gz": _naf,
    "cpv_2008.csv.gz": _cpv,
    "nuts_france.csv": _nuts,
    "categories_juridiques.csv": _legal_categories,
    "tranches_effectifs.csv": _staff_brackets,
    "filieres.csv": _filieres,
}
