"""What every test starts from: French, and nothing remembered of another test's database."""

import pytest
from django.utils import translation
from pytest_django.fixtures import SettingsWrapper

from search import engines, indexing


@pytest.fixture(autouse=True)
def _fresh_process(settings: SettingsWrapper) -> None:
    """Forget the indexes (a rolled back database takes its ids back) and a request's language."""
    settings.SEARCH_URL = ""  # each engine has its own suite, which names it
    indexing.forget_vocabularies()
    engines.get_engine.cache_clear()
    translation.deactivate()
