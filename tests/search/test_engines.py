"""The setting SEARCH_URL names the engine, and nothing else does."""

from search.engines import get_engine
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.embedded.engine import EmbeddedEngine


def test_the_embedded_engine_needs_no_setting() -> None:
    assert isinstance(get_engine(), EmbeddedEngine)
    assert get_engine() is get_engine()  # it holds its segments in memory


def test_an_address_names_elasticsearch(settings) -> None:
    settings.SEARCH_URL = "http://127.0.0.1:9"
    assert isinstance(get_engine(), ElasticsearchEngine)
