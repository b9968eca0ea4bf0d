"""What every page shows of the installation: its territory, and where its data comes from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from jobs.enums import RunKind
from jobs.models import ImportRun
from mailing import letterbox
from reference.territory import Territory, get_territory


@dataclass(frozen=True)
class Site:
    """`sources` are (words, when) of the latest import of each kind; None = not finished."""

    name: str
    territory: Territory
    is_demo: bool
    sources: tuple[tuple[str, datetime | None], ...]


def site(request: HttpRequest) -> dict[str, Any]:
    """Offer `site` to templates, read at its first use with one query, and what is open here."""
    return {
        "site": SimpleLazyObject(_read),
        "letterbox_is_open": SimpleLazyObject(lambda: letterbox.is_open(request)),
    }


def _read() -> Site:
    latest = dict(ImportRun.objects.order_by().values_list("kind").annotate(at=Max("finished_at")))
    return Site(
        name=settings.SITE_NAME,
        territory=get_territory(),
        is_demo=RunKind.DEMO in latest,
        sources=tuple((str(RunKind(kind).label), at) for kind, at in latest.items()),
    )
