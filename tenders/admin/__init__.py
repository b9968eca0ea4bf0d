"""Forecasts and contracts in the administration."""

from tenders.admin import contracts

__all__ = ["contracts"]
