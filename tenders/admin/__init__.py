"""Forecasts and contracts in the administration."""

from tenders.admin import forecasts

__all__ = ["forecasts"]
