"""Reads of suppliers."""

from suppliers.queries.searching import get_supplier, search_suppliers
from suppliers.queries.shapes import (
    FACETS,
    FacetValue,
    SupplierHit,
    SupplierPage,
    SupplierQuery,
    Understood,
    Why,
)

__all__ = [
    "FACETS",
    "FacetValue",
    "SupplierHit",
    "SupplierPage",
    "SupplierQuery",
    "Understood",
    "Why",
    "get_supplier",
    "search_suppliers",
]
