"""What every test shares: a clean memory of the vocabularies and of the indexes."""

import pytest

from search import engines, indexing


@pytest.fixture(autouse=True)
def _empty_search_memory() -> None:
    """Forget what this process holds: a rolled back database takes its ids back."""
    indexing.forget_vocabularies()
    engines.get_engine.cache_clear()
