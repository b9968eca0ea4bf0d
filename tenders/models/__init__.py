"""Forecasts, subscriptions and contracts."""

from tenders.models.contracts import (
    Contract,
    ContractAnomaly,
    ContractSource,
    Holder,
    Modification,
)

__all__ = ["Contract", "ContractAnomaly", "ContractSource", "Holder", "Modification"]
