"""What templates need to say a forecast."""

from collections.abc import Mapping
from typing import Any

from django import template

from tenders import wording
from tenders.forecast_enums import Category
from tenders.models import NoticeVersion

register = template.Library()
register.filter("cpv_code", wording.cpv_code)
register.filter("amount", wording.amount)
register.filter("horizon", wording.horizon)
register.filter("places", wording.places)


@register.filter
def launch(version: NoticeVersion) -> str:
    return wording.quarter(version.planned_year, version.planned_quarter)


@register.filter
def category(value: str) -> str:
    return str(Category(value).label)


@register.filter
def considerations(content: Mapping[str, Any]) -> list[str]:
    """The considerations said, without those that only say there is none."""
    fields = ("social", "environmental", "reserved")
    kept = {
        field: [value for value in _values(content[field]) if value != "none"] for field in fields
    }
    return [words for field in fields for words in wording.said(field, kept[field], {})]


def _values(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
