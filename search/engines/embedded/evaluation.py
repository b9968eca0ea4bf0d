"""Answers a query on one segment: match, filter, count, order.

Candidates shrink step by step (words, keys, place, filters); the filters of facets come last, so
that each facet can be counted without its own.
"""

import math
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from search.engines.base import EngineQuery, Hit, Range, Terms, Word
from search.engines.embedded.segment import Array, Postings, Segment

#: Orders are one unsigned number a document: what counts first in the high bits, the tie in the
#: low 32. They are unique, so pages and cursors never overlap.
_LOW = np.uint64(32)
_FAR = 0xFFFFFFFF
#: Under one document in so many, lists are merged by sorting, not in a table of all documents.
_FEW = 32


@dataclass(frozen=True)
class Found:
    """What a segment found: documents, scores, distances, and which facet filters they pass."""

    docs: Array
    scores: Array
    km: Array | None
    passes: dict[str, Array]

    def only(self, kept: Array | slice) -> "Found":
        return Found(
            self.docs[kept],
            self.scores[kept],
            None if self.km is None else self.km[kept],
            {name: mask[kept] for name, mask in self.passes.items()},
        )

    def but_for(self, facet: str) -> Array | slice:
        """Select what passes every facet's filter but that one's."""
        others = [mask for name, mask in self.passes.items() if name != facet]
        return reduce(np.logical_and, others) if others else slice(None)


def find(segment: Segment, query: EngineQuery, alive: Array | None) -> Found:
    """Return the documents of a segment that answer a query; `alive` None = all of them."""
    docs, scores = match_words(segment, query.words)
    found = Found(docs.astype(np.intp), scores, None, {})  # what numpy takes an index to, once
    if alive is not None:
        found = found.only(alive[found.docs])
    if query.keys is not None:
        keys = segment.find([key.encode() for key in query.keys])
        found = found.only(np.isin(found.docs, keys, assume_unique=True))
    for condition in query.filters:
        if isinstance(condition, Range):
            found = found.only(_in_range(segment, condition, found.docs))
        elif not condition.facet:
            found = found.only(_has_terms(segment, condition, found.docs))
    return _pass_facets(segment, query, _near(segment, query, found))


def match_words(segment: Segment, words: tuple[Word, ...]) -> tuple[Array, Array]:
    """Return the documents that have every required word, and the sum of what each is worth."""
    known = segment.postings(term.text for word in words for term in word.terms)
    required = sorted(
        (_lists(word, known) for word in words if word.required),
        key=lambda lists: sum(len(docs) for docs, _ in lists),
    )
    optional = [_lists(word, known) for word in words if not word.required]
    if required:
        docs, scores = _union(required[0], segment.documents)
    elif optional:
        docs, scores = _union([found for lists in optional for found in lists], segment.documents)
        scores = np.zeros_like(scores)
    else:
        return np.arange(segment.documents, dtype="u4"), np.zeros(segment.documents, "f4")
    for lists in required[1:]:
        worth = _worth_in(lists, docs)
        has = worth > 0
        docs, scores = docs[has], scores[has] + worth[has]
    for lists in optional:
        scores = scores + _worth_in(lists, docs)
    return docs, scores


def _lists(word: Word, known: dict[str, Postings]) -> list[Postings]:
    """Return the documents of each term of a word, and what it is worth in each."""
    found = [(*known[term.text], term.weight) for term in word.terms if term.text in known]
    return [(docs, impacts * np.float32(weight)) for docs, impacts, weight in found]


def _union(lists: list[Postings], documents: int) -> Postings:
    """Return the documents of some terms, and for each what its best term is worth."""
    if len(lists) == 1:
        return lists[0]
    if sum(len(docs) for docs, _ in lists) < documents // _FEW:
        return _merged(lists)
    best = np.zeros(documents, "f4")
    for docs, worth in lists:
        best[docs] = np.maximum(best[docs], worth)
    # Ten times as fast as nonzero() of the numbers themselves.
    docs = (best > 0).nonzero()[0].astype("u4")
    return docs, best[docs]


def _merged(lists: list[Postings]) -> Postings:
    """Return the same as _union(), for so few documents that sorting them costs less."""
    if not lists:
        return np.empty(0, "u4"), np.empty(0, "f4")
    docs = np.concatenate([docs for docs, _ in lists])
    order = docs.argsort(kind="stable")
    docs, worth = docs[order], np.concatenate([worth for _, worth in lists])[order]
    firsts = np.concatenate(([True], docs[1:] != docs[:-1])).nonzero()[0]
    return docs[firsts], np.maximum.reduceat(worth, firsts)


def _worth_in(lists: list[Postings], docs: Array) -> Array:
    """Return what a word is worth in each of `docs` (sorted), 0 where it is not."""
    best = np.zeros(len(docs), "f4")
    for there, worth in lists if len(docs) else ():
        if len(there) < len(docs):  # the shorter is looked up in the longer
            at = docs.searchsorted(there)
            here = docs.take(at, mode="clip") == there
            at, worth = at[here], worth[here]
            best[at] = np.maximum(best[at], worth)
        else:
            at = there.searchsorted(docs)
            here = there.take(at, mode="clip") == docs
            np.maximum(best, np.where(here, worth.take(at, mode="clip"), 0), out=best)
    return best


def _in_range(segment: Segment, condition: Range, docs: Array) -> Array:
    values = segment.number(condition.field)[docs]
    kept = ~np.isnan(values)
    if condition.minimum is not None:
        kept &= values >= condition.minimum
    if condition.maximum is not None:
        kept &= values <= condition.maximum
    return kept


def _has_terms(segment: Segment, condition: Terms, docs: Array) -> Array:
    keyword = segment.keyword(condition.field)
    table = keyword.codes(condition.values, prefix=condition.prefix)
    return keyword.has(docs, table, segment.documents)


def _near(segment: Segment, query: EngineQuery, found: Found) -> Found:
    if query.near is None:
        return found
    km = segment.distances(found.docs, query.near.latitude, query.near.longitude)
    found = replace(found, km=km)
    if query.near.radius_km is None:
        return found
    return found.only(km <= query.near.radius_km)  # NaN is never within


def _pass_facets(segment: Segment, query: EngineQuery, found: Found) -> Found:
    passes: dict[str, Array] = {}
    for condition in query.filters:
        if isinstance(condition, Terms) and condition.facet:
            mask = _has_terms(segment, condition, found.docs)
            passes[condition.facet] = passes.get(condition.facet, True) & mask
    return replace(found, passes=passes)


def count_facet(segment: Segment, found: Found, facet: str) -> dict[str, int]:
    """Return how many documents have each value of a facet, its own filter left out."""
    keyword = segment.keyword(facet)
    counts = keyword.count(found.docs[found.but_for(facet)], segment.documents)
    codes = counts.nonzero()[0]
    values = [keyword.values[code] for code in codes.tolist()]
    return dict(zip(values, counts[codes].tolist(), strict=True))


def order_keys(segment: Segment, query: EngineQuery, found: Found) -> Array:
    """Return the order of each document found, the first the smallest."""
    ties = segment.ties[found.docs]
    if query.ordering == "distance" and found.km is not None:
        return (_metres(found.km) << _LOW) | ties
    if found.km is not None:
        return (_tiers(found.scores) << np.uint64(58)) | (_metres(found.km) << _LOW) | ties
    bits = found.scores.astype("f4").view("u4").astype("u8")
    return ((np.uint64(_FAR) - bits) << _LOW) | ties


def _metres(km: Array) -> Array:
    """Return whole metres in 26 bits; what has no place comes last."""
    metres = np.nan_to_num(km * 1_000, nan=2.0**26 - 1).clip(0, 2**26 - 1)
    return np.asarray(metres, "u8")


def _tiers(scores: Array) -> Array:
    """Return the class of a score, 0 the best: within a class, the nearest comes first."""
    with np.errstate(divide="ignore"):
        halves = np.floor(2 * np.log2(scores.astype("f8")))
    return np.asarray(40 - np.nan_to_num(halves, neginf=0).clip(0, 40), "u8")


def best(
    segment: Segment, query: EngineQuery, found: Found, *, wanted: int
) -> list[tuple[int, Hit]]:
    """Return the `wanted` first (order, hit) after the query's cursor."""
    keys = order_keys(segment, query, found)
    at = np.arange(len(keys))
    if query.after:
        at = at[keys > np.uint64(int(query.after, 16))]
    if len(at) > wanted:
        at = at[keys[at].argpartition(wanted)[:wanted]]
    at = at[keys[at].argsort()]
    orders, names = keys[at].tolist(), segment.keys[found.docs[at]].tolist()
    away = [math.nan] * len(at) if found.km is None else found.km[at].tolist()
    rows = zip(orders, names, found.scores[at].tolist(), away, strict=True)
    return [(order, _hit(order, *row)) for order, *row in rows]


def _hit(order: int, key: bytes, score: float, km: float) -> Hit:
    distance = None if math.isnan(km) else round(km, 3)
    return Hit(key.decode(), score, distance, cursor=f"{order:016x}")
