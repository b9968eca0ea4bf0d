"""An immutable part of an index, read through numpy.

Arrays, by name (n documents, numbered from 0; T terms):

- `keys` S[n], `tie` u4[n];
- `terms.hash` u8[T] sorted, `terms.offset` u8[T+1];
- postings, paged: `docs` u4 and `impacts` f4, the documents of term i at offset[i]:offset[i+1];
- `kw.F.first` u4[n]: code + 1 of the first value, 0 = none; `kw.F.more` u4[2, m]: the others, as
  (document, code); the values of the codes are in `meta`;
- `num.F` f8[n], NaN = not declared;
- `point.first` f4[2, n] (latitude, longitude; NaN = none), `point.more` f8[3, m] (document, ...).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
#: (name, page) -> the raw bytes of an array, or of one page of the postings.
Load = Callable[[str, int], bytes]
#: The documents of a term, in order, and what it is worth in each.
Postings = tuple[Array, Array]

PAGE = 16_384  # postings a page
_EARTH_KM = 6_371.0088


def term_hash(term: str) -> int:
    """Return the 64 bits a term is known by; two of a million terms meet once in 37 million."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class Keyword:
    """The values of one keyword field, as codes."""

    values: tuple[str, ...]
    first: Array
    more: Array

    def codes(self, wanted: frozenset[str], *, prefix: bool) -> Array:
        """Return a table: code + 1 -> is one of the wanted values."""
        table = np.zeros(len(self.values) + 1, bool)
        starts = tuple(wanted)
        for code, value in enumerate(self.values):
            table[code + 1] = value.startswith(starts) if prefix else value in wanted
        return table

    def has(self, docs: Array, table: Array, documents: int) -> Array:
        """Tell, for each of `docs`, whether one of its values is in the table."""
        found = table[self.first[docs]]
        if self.more.size:
            others = np.zeros(documents, bool)
            others[self.more[0][table[self.more[1] + 1]]] = True
            found |= others[docs]
        return found

    def count(self, docs: Array, documents: int) -> Array:
        """Return how many of `docs` have each value, by code."""
        counts = np.bincount(self.first[docs], minlength=len(self.values) + 1)[1:]
        if self.more.size:
            kept = np.zeros(documents, bool)
            kept[docs] = True
            counts = counts + np.bincount(
                self.more[1][kept[self.more[0]]], minlength=len(self.values)
            )
        return counts


class Segment:
    """A segment: `meta` says what it holds, `load` brings its arrays when they are needed."""

    def __init__(self, meta: Mapping[str, Any], load: Load) -> None:
        self.meta = meta
        self.documents: int = meta["documents"]
        self._load = load
        self._page = lru_cache(maxsize=256)(self._read_page)

    def _array(self, name: str, dtype: str) -> Array:
        return np.frombuffer(self._load(name, 0), dtype)

    @cached_property
    def keys(self) -> Array:
        return self._array("keys", f"S{self.meta['key_size']}")

    @cached_property
    def ties(self) -> Array:
        return self._array("tie", "u4").astype("u8")

    @cached_property
    def _hashes(self) -> Array:
        return self._array("terms.hash", "u8")

    @cached_property
    def _offsets(self) -> Array:
        return self._array("terms.offset", "u8")

    @cached_property
    def _key_order(self) -> Array:
        return np.argsort(self.keys, kind="stable")

    @cached_property
    def _keywords(self) -> dict[str, Keyword]:
        return {
            name: Keyword(
                tuple(values),
                self._array(f"kw.{name}.first", "u4"),
                self._array(f"kw.{name}.more", "u4").reshape(2, -1).astype(np.intp),
            )
            for name, values in self.meta["keywords"].items()
        }

    @cached_property
    def _points(self) -> tuple[Array, Array, Array]:
        """First points in radians; then the owner of each other point, and those points."""
        first = np.radians(self._array("point.first", "f4").reshape(2, -1))
        more = self._array("point.more", "f8").reshape(3, -1)
        return first, more[0].astype("i8"), np.radians(more[1:]).astype("f4")

    def keyword(self, name: str) -> Keyword:
        """Return the values of a keyword field."""
        return self._keywords[name]

    def number(self, name: str) -> Array:
        """Return a number by document, NaN where not declared."""
        return self._array(f"num.{name}", "f8")

    def find(self, keys: list[bytes]) -> Array:
        """Return the documents of these keys, those not here left out."""
        order = self._key_order
        wanted = np.array(keys, self.keys.dtype) if keys else self.keys[:0]
        # A key longer than all of ours would be cut to one of them.
        wanted = wanted[[len(key) <= self.meta["key_size"] for key in keys]] if keys else wanted
        at = np.searchsorted(self.keys, wanted, sorter=order)
        at[at == self.documents] = 0
        docs = order[at] if self.documents else at[:0]
        return np.sort(docs[self.keys[docs] == wanted]) if self.documents else docs

    def frequencies(self, terms: list[str]) -> list[int]:
        """Return how many documents have each of `terms`."""
        found = {term: end - start for term, start, end in self._spans(terms)}
        return [found.get(term, 0) for term in terms]

    def postings(self, terms: Iterable[str]) -> dict[str, Postings]:
        """Return the postings of those of `terms` that stand here."""
        spans = self._spans(list(dict.fromkeys(terms)))
        return {term: self._read(start, end) for term, start, end in spans}

    def _read(self, start: int, end: int) -> Postings:
        first, last = start // PAGE, (end - 1) // PAGE
        pages = [self._page(number) for number in range(first, last + 1)]
        docs = np.concatenate([page[0] for page in pages]) if last > first else pages[0][0]
        impacts = np.concatenate([page[1] for page in pages]) if last > first else pages[0][1]
        here = slice(start - first * PAGE, end - first * PAGE)
        return docs[here], impacts[here]

    def distances(self, docs: Array, latitude: float, longitude: float) -> Array:
        """Return the km from each document's nearest point, NaN where it has none."""
        first, owners, others = self._points
        km = _haversine(first[0][docs], first[1][docs], latitude, longitude)
        if len(owners):
            wanted = np.zeros(self.documents, bool)
            wanted[docs] = True
            asked = wanted[owners]
            nearest = np.full(self.documents, np.nan, "f4")
            away = _haversine(others[0][asked], others[1][asked], latitude, longitude)
            np.fmin.at(nearest, owners[asked], away)
            km = np.fmin(km, nearest[docs])
        return km

    def _spans(self, terms: list[str]) -> list[tuple[str, int, int]]:
        """Return (term, start, end) of those of `terms` that stand here; all looked up at once."""
        wanted = np.array([term_hash(term) for term in terms], "u8")
        at = self._hashes.searchsorted(wanted)
        if not len(self._hashes):
            return []
        here = (self._hashes.take(at, mode="clip") == wanted).nonzero()[0]
        starts, ends = self._offsets[at[here]], self._offsets[at[here] + 1]
        found = zip(here.tolist(), starts.tolist(), ends.tolist(), strict=True)
        return [(terms[number], start, end) for number, start, end in found]

    def _read_page(self, number: int) -> tuple[Array, Array]:
        return (
            np.frombuffer(self._load("docs", number), "u4"),
            np.frombuffer(self._load("impacts", number), "f4"),
        )


def _haversine(latitudes: Array, longitudes: Array, latitude: float, longitude: float) -> Array:
    """Return great-circle km; arrays in radians, the point in degrees."""
    here, there = np.float32(np.radians(latitude)), np.float32(np.radians(longitude))
    sines = np.sin((latitudes - here) / 2) ** 2
    sines = sines + np.cos(latitudes) * np.cos(here) * np.sin((longitudes - there) / 2) ** 2
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(sines, 0, 1))))
