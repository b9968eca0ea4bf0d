"""Forecasts, subscriptions and contracts."""

from tenders.models.contracts import (
    Contract,
    ContractAnomaly,
    ContractSource,
    Holder,
    Modification,
)
from tenders.models.forecasts import Immutable, Notice, NoticeVersion
from tenders.models.subscriptions import Match, Subscription, SubscriptionCriterion

__all__ = [
    "Contract",
    "ContractAnomaly",
    "ContractSource",
    "Holder",
    "Immutable",
    "Match",
    "Modification",
    "Notice",
    "NoticeVersion",
    "Subscription",
    "SubscriptionCriterion",
]
