"""The search engines, and which one this install uses."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from search.engines.base import SearchEngine
from search.engines.embedded.engine import EmbeddedEngine


@cache
def get_engine() -> SearchEngine:
    """Return the engine `SEARCH_URL` names; empty = the embedded one."""
    if not settings.SEARCH_URL:
        return EmbeddedEngine()
    # By name: only the installs that use the client wait for its import.
    engine: SearchEngine = import_string(
        "search.engines.elasticsearch.engine.ElasticsearchEngine"
    )(settings.SEARCH_URL)
    return engine
