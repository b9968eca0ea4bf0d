"""Is it alive, and can it answer? For a supervisor, never for a person."""

import logging
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from reference.territory import get_territory
from search.engines import get_engine
from search.indexing import get_type, indexes

logger = logging.getLogger(__name__)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _reference() -> bool:
    return get_territory().commune_count > 0


def _search() -> bool:
    """An index without anything in it is ready only when there is nothing to find."""
    return all(
        get_engine().count(kind) > 0 or kind.count() == 0 for kind in map(get_type, indexes())
    )


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "reference": _reference,
    "search": _search,
}


@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Each dependency by name, "ok" or "down"; 503 if any is down, and why stays in the logs."""
    found = {name: "ok" if _passes(check) else "down" for name, check in CHECKS.items()}
    ready = set(found.values()) == {"ok"}
    body = {"status": "ok" if ready else "down", "checks": found}
    return JsonResponse(body, status=200 if ready else 503)


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever breaks, the answer is « down »
        logger.exception("readyz: %s is down", check.__name__)
        return False
