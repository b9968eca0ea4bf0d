"""The room in the administration."""

from tenders.admin import contracts, forecasts

__all__ = ["contracts", "forecasts"]
