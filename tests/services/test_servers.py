"""The servers of the distributed profile answer for real, with what the project needs of them.

Run by `make test-services`. A server whose variable is not set is reported as NOT RUN.
"""

import os
from collections.abc import Iterator
from importlib.metadata import version
from uuid import uuid4

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from elasticsearch import Elasticsearch

pytestmark = pytest.mark.services


def needs(variable: str, scheme: str) -> pytest.MarkDecorator:
    """Skip, saying so, unless `variable` holds an address of that scheme."""
    return pytest.mark.skipif(
        not os.environ.get(variable, "").startswith(scheme),
        reason=f"NOT RUN: {variable} is not a {scheme}… address (make test-services sets it)",
    )


@pytest.fixture
def elasticsearch() -> Iterator[Elasticsearch]:
    with Elasticsearch(os.environ["SEARCH_URL"], request_timeout=30) as client:
        yield client


@needs("DATABASE_URL", "postgres")
@pytest.mark.django_db
def test_django_migrates_and_queries_a_test_database_of_postgresql_15_or_newer() -> None:
    assert connection.vendor == "postgresql"
    assert connection.pg_version >= 15_00_00
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_database(), current_setting('server_encoding'),"
            " current_setting('fsync')"
        )
        name, encoding, fsync = cursor.fetchone()
    assert name.startswith("test_")
    assert (encoding, fsync) == ("UTF8", "on")


@needs("CELERY_BROKER_URL", "redis")
def test_the_broker_answers_ping_and_gives_back_what_it_was_given() -> None:
    key, text = f"test:{uuid4()}", "marché à procédure adaptée"
    with redis.Redis.from_url(os.environ["CELERY_BROKER_URL"], decode_responses=True) as client:
        assert client.ping()
        assert client.set(key, text, ex=60)
        assert client.get(key) == text
        assert client.delete(key) == 1


@needs("CACHE_URL", "redis")
def test_the_cache_of_django_is_kept_in_redis() -> None:
    key = f"test:{uuid4()}"
    cache.set(key, {"part": "55,6 %"}, timeout=60)
    with redis.Redis.from_url(os.environ["CACHE_URL"]) as client:
        assert client.exists(cache.make_key(key)) == 1
    assert cache.get(key) == {"part": "55,6 %"}
    assert cache.delete(key)


@needs("SEARCH_URL", "http")
def test_the_client_and_elasticsearch_are_both_of_major_version_9(
    elasticsearch: Elasticsearch,
) -> None:
    server = elasticsearch.info()["version"]["number"]
    assert server.split(".")[0] == version("elasticsearch").split(".")[0] == "9"


@needs("SEARCH_URL", "http")
@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("L'Entreprise de MAÇONNERIES générales", "entreprise maconnerie generale"),
        ("les travaux d’étanchéité", "travaux etancheite"),
        ("Réparations électriques", "réparation électrique"),
    ],
)
def test_french_analysis_folds_elisions_accents_plurals_and_small_words(
    elasticsearch: Elasticsearch, written: str, searched: str
) -> None:
    def words(text: str) -> list[str]:
        tokens = elasticsearch.indices.analyze(analyzer="french", text=text)["tokens"]
        return [token["token"] for token in tokens]

    assert words(written) == words(searched) != []
