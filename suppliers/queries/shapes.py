"""The shapes of a search of the directory: what is asked, what is found."""

from dataclasses import dataclass, field
from datetime import date

from suppliers.models import Company, Establishment

FACETS = ("size", "label", "naf", "commune", "filiere", "legal_form", "ess", "claimed", "awarded")


@dataclass(frozen=True)
class SupplierQuery:
    """What is asked of the directory; the page and the API fill it from the same form.

    Empty tuple, "" or None = not asked. `near` is (latitude, longitude, label); distances in km.
    """

    q: str = ""
    exact: bool = False
    near: tuple[float, float, str] | None = None
    radius_km: float | None = None
    commune: tuple[str, ...] = ()
    postcode: tuple[str, ...] = ()
    epci: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    naf: tuple[str, ...] = ()
    cpv: tuple[str, ...] = ()
    filiere: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    legal_form: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    ess: bool | None = None
    intervention: tuple[str, ...] = ()
    claimed: bool | None = None
    awarded: bool | None = None
    created_after: date | None = None
    ordering: str = "relevance"
    page: int = 1
    per_page: int = 25
    cursor: str = ""
    facets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Why:
    """Why a company was found: which of its texts, and where the asked words stand in it.

    `parts` cuts the text into (piece, matched) so that a page can mark what matched.
    """

    field: str
    text: str
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class SupplierHit:
    """A company found, with the establishment that answers best (nearest, asked for, or seat)."""

    company: Company
    establishment: Establishment | None
    naf_label: str
    distance_km: float | None
    why: tuple[Why, ...]


@dataclass(frozen=True)
class FacetValue:
    """A choice of a filter: its value in the address, its words, how many companies, chosen."""

    value: str
    label: str
    count: int
    chosen: bool = False


@dataclass(frozen=True)
class Understood:
    """What the search box was taken to mean, for the page and the API to say."""

    words: tuple[str, ...] = ()
    corrected: dict[str, str] = field(default_factory=dict)
    place: dict[str, str] | None = None
    identifiers: tuple[str, ...] = ()
    filters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SupplierPage:
    """One page of suppliers: `total` is exact; `next_cursor` is "" on the last page."""

    query: SupplierQuery
    total: int
    hits: tuple[SupplierHit, ...]
    facets: dict[str, tuple[FacetValue, ...]]
    understood: Understood
    next_cursor: str = ""
