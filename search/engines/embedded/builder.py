"""Builds a segment: terms with their BM25 impacts worked out in advance, values as codes."""

import json
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from search.analysis import terms
from search.documents import Analysis, Document, DocumentType
from search.engines.embedded.segment import PAGE, Array, Segment, term_hash

_K1, _B = 1.2, 0.75  # Lucene's own
#: An exact name comes before everything else, a phrase of a name before scattered words.
WHOLE_NAME, NAME_PAIR = 10_000.0, 100.0


class SegmentBuilder:
    """Takes documents one by one; `blobs()` then yields what a segment is made of.

    `base`, for a small segment beside a large one, lends its frequencies and average lengths, so
    that the scores of both can be compared.
    """

    def __init__(self, kind: DocumentType, base: Segment | None = None) -> None:
        self._kind = kind
        self._base = base
        self._keys: list[bytes] = []
        self._ties = array("I")
        self._terms: dict[str, int] = {}
        # One entry a term of a text: which term, in which document, of which field.
        self._term, self._doc, self._field = array("I"), array("I"), array("B")
        self._lengths = [array("I") for _ in kind.texts]
        self._keywords: dict[str, _Codes] = {field.name: _Codes() for field in kind.keywords}
        self._numbers: dict[str, list[float]] = {field.name: [] for field in kind.numbers}
        self._points: list[tuple[float, float]] = []
        self._more_points: list[tuple[float, float, float]] = []
        self._numbers_of = lru_cache(maxsize=50_000)(self._term_numbers)

    def add(self, document: Document) -> None:
        """Take in one document."""
        doc = len(self._keys)
        self._keys.append(document.key.encode())
        self._ties.append(document.tie)
        for number, field in enumerate(self._kind.texts):
            self._add_texts(doc, number, field.analysis, document.texts.get(field.name, ()))
        for name, codes in self._keywords.items():
            codes.add(doc, document.keywords.get(name, ()))
        for name, values in self._numbers.items():
            value = document.numbers.get(name)
            values.append(float("nan") if value is None else value)
        self._points.append(document.points[0] if document.points else (float("nan"),) * 2)
        self._more_points += [(doc, *point) for point in document.points[1:]]

    def _add_texts(self, doc: int, number: int, analysis: Analysis, texts: Any) -> None:
        length = 0
        for text in texts:
            found, stems = self._numbers_of(text, analysis)
            self._term.extend(found)
            self._doc.extend([doc] * len(found))
            self._field.extend([number] * len(found))
            length += stems
        self._lengths[number].append(length)

    def _term_numbers(self, text: str, analysis: Analysis) -> tuple[tuple[int, ...], int]:
        """Return the numbers of a text's terms, and its length in telling words."""
        known, found = self._terms, terms(text, analysis)
        numbers = tuple(known.setdefault(term, len(known)) for term in found)
        return numbers, sum(term.startswith("t:") for term in found)

    def meta(self) -> dict[str, Any]:
        """Return what a segment says of itself."""
        averages = [
            float(np.mean(found)) if (found := [x for x in lengths if x]) else 1.0
            for lengths in self._lengths
        ]
        return {
            "documents": len(self._keys),
            "key_size": max((len(key) for key in self._keys), default=1),
            "keywords": {name: codes.values() for name, codes in self._keywords.items()},
            "total": self._base.meta["total"] if self._base else len(self._keys),
            "averages": self._base.meta["averages"] if self._base else averages,
        }

    def blobs(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield (name, page, bytes) of everything the segment is made of."""
        meta = self.meta()
        yield "meta", 0, json.dumps(meta).encode()
        yield "keys", 0, np.array(self._keys, f"S{meta['key_size']}").tobytes()
        yield "tie", 0, np.array(self._ties, "u4").tobytes()
        for name, codes in self._keywords.items():
            yield f"kw.{name}.first", 0, np.array(codes.first, "u4").tobytes()
            yield f"kw.{name}.more", 0, np.array(codes.more, "u4").reshape(-1, 2).T.tobytes()
        for name, values in self._numbers.items():
            yield f"num.{name}", 0, np.array(values, "f8").tobytes()
        yield "point.first", 0, np.array(self._points, "f4").reshape(-1, 2).T.tobytes()
        yield "point.more", 0, np.array(self._more_points, "f8").reshape(-1, 3).T.tobytes()
        yield from self._postings(meta)

    def _postings(self, meta: dict[str, Any]) -> Iterator[tuple[str, int, bytes]]:
        hashes = np.array([term_hash(term) for term in self._terms], "u8")
        order = np.argsort(hashes)
        rank = np.empty(len(hashes), "u8")
        rank[order] = np.arange(len(hashes), dtype="u8")
        term, doc, impacts = self._impacts(rank, order, meta)
        offsets = np.searchsorted(term, np.arange(len(hashes) + 1, dtype="u8"))
        yield "terms.hash", 0, hashes[order].tobytes()
        yield "terms.offset", 0, offsets.astype("u8").tobytes()
        for page, start in enumerate(range(0, len(doc), PAGE)):
            yield "docs", page, doc[start : start + PAGE].astype("u4").tobytes()
            yield "impacts", page, impacts[start : start + PAGE].astype("f4").tobytes()

    def _impacts(
        self, rank: Array, order: Array, meta: dict[str, Any]
    ) -> tuple[Array, Array, Array]:
        """Return (term, document, impact), sorted, the fields of a document added up."""
        fields, documents = np.uint64(len(self._lengths)), np.uint64(max(len(self._keys), 1))
        entries = (rank[np.array(self._term, "u4")] * documents + np.array(self._doc, "u4")) * (
            fields
        ) + np.array(self._field, "u1")
        entries, counts = np.unique(entries, return_counts=True)
        places, field = np.divmod(entries, fields)
        worth = self._worth(counts, (places % documents).astype("i8"), field.astype("i8"), meta)
        starts = np.flatnonzero(np.r_[bool(len(places)), places[1:] != places[:-1]])
        term, doc = np.divmod(places[starts], documents)
        impacts = np.add.reduceat(worth, starts) if len(places) else worth
        impacts = impacts * self._idf(term, order, meta)[term.astype("i8")]
        return term, doc, self._with_constants(term, impacts, order)

    def _worth(self, counts: Array, doc: Array, field: Array, meta: dict[str, Any]) -> Array:
        """Return boost x BM25's term frequency part, for each (term, document, field)."""
        lengths = np.array([np.array(found, "f4") for found in self._lengths])
        averages = np.array(meta["averages"], "f4")
        boosts = np.array([found.boost for found in self._kind.texts], "f4")
        norm = _K1 * (1 - _B + _B * lengths[field, doc] / averages[field])
        return np.asarray(boosts[field] * counts * (_K1 + 1) / (counts + norm))

    def _idf(self, term: Array, order: Array, meta: dict[str, Any]) -> Array:
        """Return Lucene's idf of each term, by rank."""
        names = list(self._terms)
        df = np.bincount(term.astype("i8"), minlength=len(order)).astype("f8")
        if self._base:
            base = self._base.frequencies([names[number] for number in order])
            df = np.maximum(np.array(base, "f8"), 1.0) if base else df
        return np.asarray(np.log(1 + (max(meta["total"], 1) - df + 0.5).clip(0.5) / (df + 0.5)))

    def _with_constants(self, term: Array, impacts: Array, order: Array) -> Array:
        """Give whole names and pairs their own worth, the same for rare and common ones."""
        names = list(self._terms)
        constant = {"x": WHOLE_NAME, "b": NAME_PAIR}
        by_rank = np.array([constant.get(names[number][0], 0.0) for number in order], "f8")
        fixed = by_rank[term.astype("i8")] if len(order) else impacts
        return np.where(fixed > 0, fixed, impacts)


class _Codes:
    """The values of one keyword field, numbered as they come."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.first = array("I")
        self.more: list[tuple[int, int]] = []

    def add(self, doc: int, values: Any) -> None:
        codes = [
            self._codes.setdefault(value, len(self._codes)) for value in dict.fromkeys(values)
        ]
        self.first.append(codes[0] + 1 if codes else 0)
        self.more += [(doc, code) for code in codes[1:]]

    def values(self) -> list[str]:
        return list(self._codes)
