"""The search engines, and which one this install uses."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from search.engines.base import SearchEngine
from search.engines.embedded.engine import EmbeddedEngine


@cache
def get_engine() -> SearchEngine:
    """Return the engine `SEARCH_URL` names; empty = the embedded one."""
    if settings.SEARCH_URL:
        raise ImproperlyConfigured(
            "SEARCH_URL is set, but this version has the embedded engine only: leave it empty."
        )
    return EmbeddedEngine()
