"""What can be indexed: the shape each room declares for its documents, known to no entity."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class Analysis(Enum):
    """How the words of a text become terms (search/analysis.py)."""

    NAME = "name"  # exact folded words, joined pairs, the whole name; and stems
    TEXT = "text"  # elision, stop words, French stems


@dataclass(frozen=True)
class TextField:
    """A text to search in; the higher its boost, the more a match there says."""

    name: str
    boost: float
    analysis: Analysis = Analysis.TEXT


@dataclass(frozen=True)
class KeywordField:
    """Exact values to filter and to count; a document may have none, one or several."""

    name: str


@dataclass(frozen=True)
class NumberField:
    """One number to filter by range (dates as ordinals); None = not declared."""

    name: str


@dataclass(frozen=True)
class Document:
    """One document: its key, and its values by field name.

    `texts` values are lists of strings, `keywords` lists of codes, `numbers` one number;
    `points` are (latitude, longitude) in degrees; distance is that of the nearest. `tie` puts
    equals in an order that favours nobody: unique, below 2**32, the same on every engine.
    """

    key: str
    tie: int
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    numbers: Mapping[str, float | None] = field(default_factory=dict)
    points: Sequence[tuple[float, float]] = ()


class DocumentType(Protocol):
    """What a room declares so that its rows can be found."""

    @property
    def index(self) -> str: ...
    @property
    def texts(self) -> Sequence[TextField]: ...
    @property
    def keywords(self) -> Sequence[KeywordField]: ...
    @property
    def numbers(self) -> Sequence[NumberField]: ...

    def count(self) -> int:
        """Return how many documents `all()` will yield."""
        ...

    def all(self) -> Iterator[Document]:
        """Yield every document that may be found, in constant memory."""
        ...

    def get(self, keys: Iterable[str]) -> Iterator[Document]:
        """Yield the documents of `keys`; one that may no longer be found is left out."""
        ...
