"""The embedded engine keeps the contract of all engines, and a few promises of its own."""

import pytest
from django.db import DatabaseError, connection

from jobs.changes import last_change
from search.engines.base import EngineQuery, SearchUnavailable
from search.engines.embedded.engine import EmbeddedEngine
from search.models import Segment
from tests.search.engine_contract import EngineContract

pytestmark = pytest.mark.django_db


class TestEmbeddedEngine(EngineContract):
    @pytest.fixture
    def engine(self) -> EmbeddedEngine:
        return EmbeddedEngine()

    def test_another_process_sees_a_rebuild(self, engine, library, rebuild, monkeypatch) -> None:
        other = EmbeddedEngine()
        library.put("1", "PREMIER")
        rebuild()
        assert other.count(library) == 1
        library.put("2", "SECOND")
        rebuild()
        assert other.count(library) == 2
        assert Segment.objects.count() == 1  # the old one is gone

    @pytest.mark.django_db(transaction=True)
    def test_of_two_rebuilds_at_once_the_one_that_began_last_wins(
        self, engine, library, rebuild
    ) -> None:
        library.put("1", "PREMIER")

        def documents():
            yield from library.all()
            library.put("2", "SECOND")
            rebuild()  # begins after, ends before

        through = last_change("library")
        engine.rebuild(library, documents=documents(), through=through, progress=lambda _: None)
        assert EmbeddedEngine().count(library) == 2
        assert Segment.objects.filter(is_active=True).count() == Segment.objects.count() == 1

    def test_a_database_that_fails_is_said(self, engine, library) -> None:
        def fail(execute, sql, params, many, context):
            raise DatabaseError("gone")

        with connection.execute_wrapper(fail), pytest.raises(SearchUnavailable):
            engine.search(library, EngineQuery())
