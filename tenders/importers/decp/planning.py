"""Compares the records with the stored contracts: what would be written, and how it counts.

Reads only: the dry run and the real run follow from the same plan.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from tenders.importers.decp.findings import Findings
from tenders.importers.decp.pairing import Settlement, Standing
from tenders.importers.decp.rows import Body, Change
from tenders.importers.decp.staging import Bucket, Staging
from tenders.importers.decp.stored import read_standings

_BATCH = 200  # buckets compared together


@dataclass
class Counts:
    """Contract records: `kept` were not rejected, and are created, updated or unchanged."""

    kept: int = 0
    created: int = 0
    updated: int = 0

    @property
    def unchanged(self) -> int:
        return self.kept - self.created - self.updated


class Planner:
    """Plans bucket after bucket, while `counts` and `findings` grow."""

    def __init__(self, staging: Staging, findings: Findings) -> None:
        self._staging, self._findings = staging, findings
        self._buyer, self._used = "", dict[str, int]()
        self.counts = Counts()

    def changes(self, advance: Callable[[int], None]) -> Iterator[Change]:
        """Yield what differs from the stored contracts; `advance` is told the records compared."""
        buckets = self._staging.buckets()
        while batch := list(islice(buckets, _BATCH)):
            stored = read_standings(pk for bucket in batch for pk in bucket.stored)
            for bucket in batch:
                yield from self._plan(bucket, [stored[pk] for pk in bucket.stored])
            advance(self.counts.kept)

    def _plan(self, bucket: Bucket, standings: list[Standing]) -> Iterator[Change]:
        if bucket.buyer != self._buyer:
            self._buyer, self._used = bucket.buyer, {}
        touched = Settlement(standings, self._used).settle(bucket.entries)
        self.counts.kept += len(bucket.entries)
        place = self._staging.place(bucket.entries[0])
        for standing in touched:
            if standing.notes:
                name = f"{bucket.buyer} {standing.number}"
                self._findings.note(place, name, standing.notes)
            if standing.changes:
                self.counts.created += standing.pk is None
                self.counts.updated += standing.pk is not None
                yield _change(bucket.buyer, standing)


def _change(buyer: str, standing: Standing) -> Change:
    body, before = standing.body, standing.before
    holders = None if before and before.holders == body.holders else _lists(body.holders)
    names = dict(standing.names)
    awarded = [holder.identifier for holder in body.holders if holder.company_id]
    return Change(
        buyer=buyer,
        buyer_name=standing.buyer_name,
        number=standing.number,
        discriminator=standing.discriminator,
        pk=standing.pk,
        row=None if before and before.row == body.row else _values(body.row),
        holders=holders,
        modifications=_unless_same(before and before.modifications, body.modifications),
        anomalies=_anomalies(before, standing),
        sources=standing.added_sources,
        awards=[] if holders is None else [[siret, names.get(siret, "")] for siret in awarded],
        resembles=[other.number, other.discriminator] if (other := standing.resembles) else None,
    )


def _anomalies(before: Body | None, standing: Standing) -> list[list[str]] | None:
    if before and before.anomalies == standing.body.anomalies:
        return None
    return _lists([*standing.body.anomalies, *standing.notes])


def _unless_same(before: Any, rows: Any) -> list[list[Any]] | None:
    return None if before == rows else _lists(rows)


def _lists(rows: Any) -> list[list[Any]]:
    return [_values(row) for row in rows]


def _values(row: Any) -> list[Any]:
    """Return the columns of a row as the database takes them, JSON ones as text."""
    return [_WRITTEN[type(value)](value) if type(value) in _WRITTEN else value for value in row]


_json = json.JSONEncoder(ensure_ascii=False).encode
_WRITTEN: dict[type, Callable[[Any], str]] = {
    date: date.isoformat,
    Decimal: str,
    list: _json,
    dict: _json,
}
