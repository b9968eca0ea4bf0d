"""The embedded engine: segments in the Django database, a small live segment a change in memory.

Every search first asks the database what is new (two tiny reads), so that a change committed by
any process is seen by the next search of every other.
"""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from django.db import DatabaseError, IntegrityError, connection, transaction

from jobs.changes import changed_keys, forget_changes, last_change
from jobs.pacing import Pace
from search.documents import Document, DocumentType
from search.engines.base import LIVE_CHANGES, EnginePage, EngineQuery, Hit, SearchUnavailable
from search.engines.embedded import evaluation
from search.engines.embedded.builder import SegmentBuilder
from search.engines.embedded.segment import Array, Segment
from search.models import Segment as StoredSegment
from search.models import SegmentBlob


class SegmentGone(LookupError):
    """A segment was replaced while it was read: take a new snapshot."""


@dataclass(frozen=True)
class Part:
    """A segment as it is read now: `alive` None = all its documents."""

    segment: Segment
    alive: Array | None = None

    def without(self, keys: list[bytes]) -> "Part":
        """Return this part, the documents of these keys buried."""
        docs = self.segment.find(keys)
        if not len(docs):
            return self
        alive = np.ones(self.segment.documents, bool) if self.alive is None else self.alive.copy()
        alive[docs] = False
        return Part(self.segment, alive)

    def count(self) -> int:
        return self.segment.documents if self.alive is None else int(self.alive.sum())


@dataclass(frozen=True)
class Snapshot:
    """What one search reads from first to last, whatever is committed meanwhile.

    The last `parts` are live segments; `live` are the keys each of them was made for.
    """

    stored: tuple[int, ...] = ()
    stored_through: int = 0
    through: int = 0
    parts: tuple[Part, ...] = ()
    live: tuple[tuple[str, ...], ...] = ()


class EmbeddedEngine:
    """Implements `search.engines.base.SearchEngine` with numpy and the Django database."""

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}
        self._lock = threading.Lock()

    def search(self, kind: DocumentType, query: EngineQuery) -> EnginePage:
        """Answer `query` on what is committed now."""
        try:
            return self._search(self._snapshot(kind).parts, query)
        except SegmentGone:
            return self._search(self._snapshot(kind).parts, query)

    def _search(self, parts: tuple[Part, ...], query: EngineQuery) -> EnginePage:
        found = [
            (part.segment, evaluation.find(part.segment, query, part.alive)) for part in parts
        ]
        kept = [(segment, each.only(each.but_for(""))) for segment, each in found]
        return EnginePage(
            hits=_hits(kept, query),
            total=sum(len(each.docs) for _, each in kept),
            facets={facet: _facet(found, facet, query.facet_limit) for facet in query.facets},
        )

    def rebuild(
        self,
        kind: DocumentType,
        *,
        documents: Iterable[Document],
        through: int,
        progress: Callable[[int], None],
    ) -> int:
        """Write a new segment beside the old ones and flip to it in one transaction.

        Of two rebuilds at once the one that began last wins, whichever ends first: it holds
        whatever the other does.
        """
        try:
            number = _write(kind, documents, None, progress, through)
        except IntegrityError:  # the other one has deleted ours
            return self.count(kind)
        if _flip(kind.index, number, through):
            _delete_older(kind.index, number)
            forget_changes(kind.index, through=through)
        return self.count(kind)

    def refresh(self, kind: DocumentType) -> None:
        """Make a stored segment of the pending changes when they are too many to follow live."""
        snapshot = self._snapshot(kind)
        through = last_change(kind.index)
        rows = changed_keys(kind.index, after=snapshot.stored_through)
        if len(rows) <= LIVE_CHANGES:
            return
        keys = list(dict.fromkeys(key for _, key in rows))
        base = snapshot.parts[0].segment if snapshot.parts else None
        try:
            number = _write(kind, kind.get(keys), base, lambda _: None, through, covered=keys)
        except IntegrityError:
            return  # a rebuild has ended meanwhile: it holds these changes
        StoredSegment.objects.filter(pk=number).update(is_active=True)

    def count(self, kind: DocumentType) -> int:
        """Return how many documents can be found now."""
        return sum(part.count() for part in self._snapshot(kind).parts)

    def forget(self) -> None:
        """Drop what this process holds in memory; the next search reads the database again."""
        self._snapshots.clear()

    def _snapshot(self, kind: DocumentType) -> Snapshot:
        try:
            with self._lock:
                try:
                    snapshot = self._brought_up_to_date(kind)
                except SegmentGone:  # replaced between its number and its contents
                    snapshot = self._brought_up_to_date(kind)
                self._snapshots[kind.index] = snapshot
                return snapshot
        except DatabaseError as error:
            raise SearchUnavailable from error

    def _brought_up_to_date(self, kind: DocumentType) -> Snapshot:
        snapshot = self._snapshots.get(kind.index, Snapshot())
        stored = _active_segments(kind.index)
        if tuple(stored) != snapshot.stored:
            through = max(stored.values(), default=0)
            snapshot = Snapshot(tuple(stored), through, through, _open(list(stored)))
        if last_change(kind.index) > snapshot.through:
            rows = changed_keys(kind.index, after=snapshot.through, limit=LIVE_CHANGES + 1)
            if len(rows) <= LIVE_CHANGES:
                snapshot = _with_changes(kind, snapshot, rows)
        return snapshot


def _active_segments(index: str) -> dict[int, int]:
    """Return (number, through) of the segments to read, oldest first."""
    # Every search asks this: building the query with the ORM takes ten times as long.
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT id, through FROM search_segment WHERE "index" = %s AND is_active ORDER BY id',
            [index],
        )
        return dict(cursor.fetchall())


def _with_changes(kind: DocumentType, snapshot: Snapshot, rows: list[tuple[int, str]]) -> Snapshot:
    """Return a snapshot with a live segment of these changes; the older rows are buried.

    The newest live segments, as long as they are no larger than what comes, are made again with
    it: there are never more than a few for a search to visit, and few documents are read twice.
    """
    parts, live = list(snapshot.parts), list(snapshot.live)
    keys = tuple(dict.fromkeys(key for _, key in rows))
    while live and len(live[-1]) <= len(keys):
        parts.pop()
        keys = tuple(dict.fromkeys((*live.pop(), *keys)))
    builder = SegmentBuilder(kind, parts[0].segment if parts else None)
    for document in kind.get(keys):
        builder.add(document)
    blobs = {(name, page): data for name, page, data in builder.blobs()}
    segment = Segment(builder.meta(), lambda name, page: blobs[name, page])
    buried = [key.encode() for key in keys]
    return replace(
        snapshot,
        through=rows[-1][0],
        parts=(*(part.without(buried) for part in parts), Part(segment)),
        live=(*live, keys),
    )


def _open(stored: list[int]) -> tuple[Part, ...]:
    """Open stored segments, oldest first; each buries what it covers in those before it."""
    parts: tuple[Part, ...] = ()
    for number in stored:
        meta = json.loads(_blob(number, "meta", 0))
        covered = json.loads(_blob(number, "covered", 0))
        keys = [key.encode() for key in covered]
        parts = (*(part.without(keys) for part in parts), Part(_stored_segment(number, meta)))
    return parts


def _stored_segment(number: int, meta: dict[str, object]) -> Segment:
    return Segment(meta, lambda name, page: _blob(number, name, page))


def _blob(number: int, name: str, page: int) -> bytes:
    rows = SegmentBlob.objects.filter(segment_id=number, name=name, page=page)
    data = rows.values_list("data", flat=True).first()
    if data is None:
        raise SegmentGone(number)
    return bytes(data)


def _write(
    kind: DocumentType,
    documents: Iterable[Document],
    base: Segment | None,
    progress: Callable[[int], None],
    through: int,
    covered: Iterable[str] = (),
) -> int:
    """Write a segment nobody reads yet, one short transaction a blob; return its number.

    Raises IntegrityError when a rebuild that began later has ended meanwhile.
    """
    stored = StoredSegment.objects.create(index=kind.index, through=through)
    builder = SegmentBuilder(kind, base)
    for done, document in enumerate(documents, 1):
        builder.add(document)
        if done % 1_000 == 0:
            progress(done)
    pace = Pace()
    for name, page, data in builder.blobs():
        with pace.transaction():
            SegmentBlob.objects.create(segment=stored, name=name, page=page, data=data)
    listed = json.dumps(list(covered)).encode()
    SegmentBlob.objects.create(segment=stored, name="covered", data=listed)
    count = builder.meta()["documents"]
    StoredSegment.objects.filter(pk=stored.pk).update(documents=count)
    progress(count)
    return stored.pk


def _flip(index: str, number: int, through: int) -> bool:
    """Have the segment `number` read in place of older ones; False when a newer one is there."""
    older = StoredSegment.objects.filter(index=index, pk__lt=number, is_active=True)
    with transaction.atomic():
        if older.filter(through__gt=through).exists():
            return False
        flipped = StoredSegment.objects.filter(pk=number).update(is_active=True)
        if flipped:
            older.update(is_active=False)
    return bool(flipped)


def _delete_older(index: str, number: int) -> None:
    """Delete what nobody reads any more, what a kill left included, a blob at a time."""
    older = StoredSegment.objects.filter(index=index, pk__lt=number)
    pace = Pace()
    for pk in list(SegmentBlob.objects.filter(segment__in=older).values_list("pk", flat=True)):
        with pace.transaction():
            SegmentBlob.objects.filter(pk=pk).delete()
    older.delete()


def _hits(kept: list[tuple[Segment, evaluation.Found]], query: EngineQuery) -> tuple[Hit, ...]:
    wanted = query.offset + query.limit
    ranked = sorted(
        pair
        for segment, found in kept
        for pair in evaluation.best(segment, query, found, wanted=wanted)
    )
    return tuple(hit for _, hit in ranked[query.offset : wanted])


def _facet(
    found: list[tuple[Segment, evaluation.Found]], facet: str, limit: int
) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for segment, each in found:
        for value, count in evaluation.count_facet(segment, each, facet).items():
            counts[value] = counts.get(value, 0) + count
    ordered = sorted(sorted(counts.items()), key=itemgetter(1), reverse=True)
    return tuple(ordered[:limit])
