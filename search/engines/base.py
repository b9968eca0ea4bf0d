"""The one protocol of the search engines, and the shapes that go in and come out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from search.documents import Document, DocumentType


@dataclass(frozen=True)
class Term:
    """A term of the index a word may stand for; `weight` 1 = as typed, less = a guess."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Word:
    """A word asked for: a document has it when it has one of its terms.

    A word that is not `required` only lifts the documents that have it.
    """

    terms: tuple[Term, ...]
    required: bool = True


@dataclass(frozen=True)
class Terms:
    """Documents with one of `values` in the keyword `field` (by prefix if asked).

    `facet` names the facet whose counts ignore this filter (several choices stay possible).
    """

    field: str
    values: frozenset[str]
    prefix: bool = False
    facet: str = ""


@dataclass(frozen=True)
class Range:
    """Documents whose number `field` lies between two bounds, both included."""

    field: str
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Near:
    """A point in degrees; `radius_km` None = measure, do not filter."""

    latitude: float
    longitude: float
    radius_km: float | None = None


@dataclass(frozen=True)
class EngineQuery:
    """A search, understood: what an engine is asked.

    `keys` not None restricts to these documents (exact identifiers). `after` is the `cursor` of a
    hit: only what follows it is returned, and `offset` counts from there.
    """

    words: tuple[Word, ...] = ()
    filters: tuple[Terms | Range, ...] = ()
    keys: frozenset[str] | None = None
    near: Near | None = None
    facets: tuple[str, ...] = ()
    ordering: Literal["relevance", "distance"] = "relevance"
    offset: int = 0
    limit: int = 25
    after: str = ""
    facet_limit: int = 200


@dataclass(frozen=True)
class Hit:
    """A document found; `distance_km` None without a place or without coordinates."""

    key: str
    score: float
    distance_km: float | None
    cursor: str


@dataclass(frozen=True)
class EnginePage:
    """Some hits, their exact total, and counts by facet value, most frequent first."""

    hits: tuple[Hit, ...]
    total: int
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


#: More changes than this are not followed one by one: SearchEngine.refresh() takes them together.
LIVE_CHANGES = 1_000


class SearchUnavailable(Exception):
    """The engine cannot answer now; the page says so with a 503, never with another engine."""


class SearchEngine(Protocol):
    """What every engine does; tests/search/engine_contract.py runs on each of them."""

    def search(self, kind: DocumentType, query: EngineQuery) -> EnginePage:
        """Answer `query`; raise SearchUnavailable when the engine cannot."""
        ...

    def rebuild(
        self,
        kind: DocumentType,
        *,
        documents: Iterable[Document],
        through: int,
        progress: Callable[[int], None],
    ) -> int:
        """Index `documents` beside what is there, then flip to it; return their number."""
        ...

    def refresh(self, kind: DocumentType) -> None:
        """Take in what the change feed says changed, so that the next search sees it."""
        ...

    def count(self, kind: DocumentType) -> int:
        """Return how many documents the index holds."""
        ...
