"""What a notice publishes, as JSON, and what differs from one version to the next."""

from collections.abc import Mapping
from typing import Any

from tenders.forecast_enums import VersionKind
from tenders.models import Notice

Content = Mapping[str, Any]


def content_of(notice: Notice) -> dict[str, Any]:
    """Return what `notice` would publish now; its buyer and reference never change."""
    return {
        "title": notice.title,
        "description": notice.description,
        "category": notice.category,
        "cpv": notice.cpv,
        "cpv_additional": notice.cpv_additional,
        "planned": {
            "year": notice.planned_year,
            "quarter": notice.planned_quarter,
            "precision": notice.planned_precision,
        },
        "value": {
            "min": notice.value_min,
            "max": notice.value_max,
            "undisclosed": notice.is_value_undisclosed,
        },
        "communes": notice.communes,
        "budget_year": notice.budget_year,
        "social": notice.social,
        "environmental": notice.environmental,
        "reserved": notice.reserved,
        "contact": {"service": notice.contact_service, "email": notice.contact_email},
    }


def differences(before: Content, after: Content) -> list[dict[str, Any]]:
    """Return what changes, field by field; a field unknown to an older version was None."""
    return [
        {"field": field, "before": before.get(field), "after": value}
        for field, value in after.items()
        if before.get(field) != value
    ]


def kind_of(before: Content, after: Content) -> VersionKind:
    """Tell a postponement from another change."""
    then, now = (
        (content["planned"]["year"], content["planned"]["quarter"]) for content in (before, after)
    )
    return VersionKind.POSTPONED if now > then else VersionKind.CHANGED
