"""Sorts the records by buyer and number on disk, beside the contracts that are stored already.

A bucket holds all that may be one contract: same buyer, same number but for the two digits of a
modification that version 1 puts last.
"""

import pickle
import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from tenders.importers.decp import DecpError
from tenders.importers.decp.findings import Place
from tenders.importers.decp.rows import Record
from tenders.models import Contract

_SUFFIXED = re.compile(r"\d{4}.{1,10}\d{2}", re.ASCII)
_CHUNK = 1_000
#: More records of one number of one buyer than this are no contracts, and would not fit in memory.
_LARGEST = 20_000


class Entry(NamedTuple):
    """A record and where it stands.

    `file` is the rank of the file the operator named, whose members, if it is an archive, are one
    file; `source` that of what was read (`Staging.place`).
    """

    file: int
    source: int
    rank: int
    record: Record


class Bucket(NamedTuple):
    """The records of one bucket in file order, and the ids of the stored contracts."""

    buyer: str
    entries: list[Entry]
    stored: list[int]


def stem(number: str) -> str:
    """Return a number without the last two digits, if version 1 may have put them there."""
    return number[:-2] if _SUFFIXED.fullmatch(number) else number


class Staging:
    """The records of the files, in an SQLite file of their own."""

    def __init__(self, path: Path, files: list[str]) -> None:
        self._files = files
        self._con = sqlite3.connect(path, isolation_level=None)
        self._con.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -20000;"
            "PRAGMA temp_store = FILE;"
            "CREATE TABLE record (buyer, bucket, file INTEGER, source INTEGER, rank INTEGER,"
            " data BLOB);"
            "CREATE TABLE known (buyer, bucket, contract INTEGER);"
            "BEGIN;"
        )

    def close(self) -> None:
        self._con.close()

    def add(self, entries: Iterable[Entry]) -> None:
        """Keep records as they come."""
        rows = (
            (each.record.buyer, stem(each.record.number), *each[:3], pickle.dumps(each.record, 5))
            for each in entries
        )
        while some := list(islice(rows, _CHUNK)):
            self._con.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", some)

    def buckets(self) -> Iterator[Bucket]:
        """Yield every bucket of the files, by buyer and number."""
        self._add_known()
        rows = self._con.execute(
            "SELECT buyer, bucket, file, source, rank, data,"
            " (SELECT group_concat(contract) FROM known WHERE known.buyer = record.buyer"
            " AND known.bucket = record.bucket)"
            " FROM record ORDER BY buyer, bucket, file, source, rank"
        )
        for (buyer, bucket), group in groupby(rows, key=lambda row: row[:2]):
            some = list(islice(group, _LARGEST + 1))
            if len(some) > _LARGEST:
                raise DecpError(_too_many(buyer, bucket))
            known = some[0][6]
            yield Bucket(
                buyer,
                [Entry(row[2], row[3], row[4], pickle.loads(row[5])) for row in some],  # noqa: S301 - pickled above
                [int(pk) for pk in known.split(",")] if known else [],
            )

    def place(self, entry: Entry) -> Place:
        """Return where a record stands, for the operator."""
        return Place(self._files[entry.source], entry.rank)

    def _add_known(self) -> None:
        stored = Contract.objects.order_by("pk").values_list("buyer__siret", "number", "pk")
        # A stored number may have lost its last two digits already: it is then a stem itself.
        rows = (
            (buyer, bucket, pk)
            for buyer, number, pk in stored.iterator(chunk_size=_CHUNK)
            for bucket in {number, stem(number)}
        )
        while some := list(islice(rows, _CHUNK)):
            self._con.executemany("INSERT INTO known VALUES (?, ?, ?)", some)
        self._con.execute("CREATE INDEX known_bucket ON known (buyer, bucket)")


def _too_many(buyer: str, number: str) -> str:
    message = _(
        "L’acheteur %(buyer)s donne le numéro «\u00a0%(number)s\u00a0» à plus de %(count)d "
        "contrats\u00a0: le fichier est faux. Rien n’a été importé."
    )
    return message % {"buyer": buyer, "number": number, "count": _LARGEST}
