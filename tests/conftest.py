"""What every test starts from: French, and nothing remembered of another test's database."""

from typing import Any

import pytest
from django.utils import translation

from search import engines, indexing


@pytest.fixture(autouse=True)
def _fresh_process(settings: Any) -> None:
    """Forget the indexes (a rolled back database takes its ids back) and a request's language."""
    settings.SEARCH_URL = ""  # each engine has its own suite, which names it
    indexing.forget_vocabularies()
    engines.get_engine.cache_clear()
    translation.deactivate()
