"""The Elasticsearch engine keeps the contract of all engines, on a real server."""

import random
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import transaction
from elasticsearch import Elasticsearch
from elasticsearch.helpers import BulkIndexError

from jobs.changes import record_changes
from search import indexing
from search.documents import Document
from search.engines.base import EngineQuery, Near, Range, SearchUnavailable, Terms, Word
from search.engines.elasticsearch import engine as module
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.embedded.engine import EmbeddedEngine
from search.understanding import understand
from tests.search.engine_contract import AUBAGNE, LYON, MARSEILLE, EngineContract
from tests.search.library import Library

pytestmark = pytest.mark.django_db
URL = settings.SEARCH_URL  # of the environment: every test is given an empty one

on_a_server = [
    pytest.mark.services,
    pytest.mark.skipif(
        not URL, reason="NOT RUN: SEARCH_URL names no Elasticsearch (make test-services)"
    ),
]
TRADES = ("peinture", "maçonnerie", "plomberie", "charpente", "toiture", "couverture")
NAMES = ("durand", "martin", "provence", "jardins", "azur", "total energies")


class TestElasticsearchEngine(EngineContract):
    pytestmark = on_a_server

    @pytest.fixture
    def engine(self) -> Iterator[ElasticsearchEngine]:
        engine = ElasticsearchEngine(URL)
        engine.delete(Library())
        yield engine
        engine.delete(Library())

    @pytest.fixture
    def server(self) -> Iterator[Elasticsearch]:
        with Elasticsearch(URL) as client:
            yield client

    @pytest.fixture
    def town(self, library: Library, rebuild) -> Library:
        """Two hundred companies that share words, places and values, in both engines."""
        rng = random.Random(11)
        for number in range(200):
            library.put(
                str(number),
                " ".join(rng.sample(NAMES, 2)),
                offer=", ".join(rng.choices(TRADES, k=rng.randint(1, 9))),
                size=rng.choice(("tpe", "pme")),
                label=rng.sample(("rge", "ess", "esat"), rng.randint(0, 2)),
                points=rng.sample((MARSEILLE, AUBAGNE, LYON), rng.randint(0, 2)),
            )
        rebuild()
        return library

    def test_both_engines_agree(self, engine, town) -> None:
        embedded = EmbeddedEngine()
        embedded.rebuild(town, documents=town.all(), through=0, progress=lambda _: None)
        in_size = Terms("size", frozenset({"pme"}), facet="size")
        for text in ("peinture", "durand toiture", "jardins provence", "totalenergies", "", "xyz"):
            words = understand(text, indexing.vocabulary("library")).words
            for near in (None, Near(*AUBAGNE, 20), Near(*MARSEILLE)):
                query = EngineQuery(
                    words, (in_size,), near=near, facets=("size", "label"), limit=200
                )
                ours, theirs = embedded.search(town, query), engine.search(town, query)
                assert (ours.total, ours.facets) == (theirs.total, theirs.facets)
                distances = [
                    {hit.key: hit.distance_km for hit in page.hits} for page in (ours, theirs)
                ]
                assert distances[0] == pytest.approx(distances[1], abs=0.002)
                nearest = replace(query, ordering="distance")
                ours, theirs = embedded.search(town, nearest), engine.search(town, nearest)
                if near:
                    assert [hit.key for hit in ours.hits] == [hit.key for hit in theirs.hits]

    def test_both_engines_put_the_same_first(self, engine, town) -> None:
        embedded = EmbeddedEngine()
        embedded.rebuild(town, documents=town.all(), through=0, progress=lambda _: None)
        shared = []
        for text in (*TRADES, *NAMES, "martin peinture", "azur charpente toiture"):
            words = understand(text, indexing.vocabulary("library")).words
            pages = [
                each.search(town, EngineQuery(words, limit=20)) for each in (embedded, engine)
            ]
            ours, theirs = ({hit.key for hit in page.hits} for page in pages)
            shared.append(len(ours & theirs) / len(ours))
        assert sum(shared) / len(shared) >= 0.85

    def test_any_sixteen_digits_are_a_cursor(self, town) -> None:
        for after in (
            "0" * 16,
            "f" * 16,
            "7fc0000000000000",
            "803fffff00000000",
            "0123456789abcdef",
        ):
            for near in (None, Near(*AUBAGNE)):
                page = self.ask("peinture", after=after, near=near)
                assert page.total > 0, after

    def test_conditions_that_say_nothing(self, town) -> None:
        assert self.ask(filters=(Terms("size", frozenset()),)).total == 0
        assert self.ask(filters=(Terms("code", frozenset(), prefix=True),)).total == 0
        assert self.ask(filters=(Range("created"),)).total == 0  # declared by none
        assert self.ask(words=(Word(()),)).total == 0

    def test_a_document_refused_is_said_and_the_old_index_stays(
        self, engine, library, rebuild, server
    ) -> None:
        library.put("1", "PREMIER")
        rebuild()
        wrong = Document(key="9", tie=9, keywords={"colour": ["red"]})  # declared by no field
        with pytest.raises(BulkIndexError, match="1 document"):
            engine.rebuild(library, documents=[wrong], through=0, progress=lambda _: None)
        assert self.keys("premier") == ["1"]
        assert len(server.indices.get(index="place-library-*")) == 1

    def test_a_change_during_a_rebuild_is_in_the_new_index(self, engine, library, rebuild) -> None:
        library.put("1", "ANCIEN")
        rebuild()
        other = ElasticsearchEngine(URL)

        def documents() -> Iterator[Document]:
            yield from list(library.all())
            library.put("1", "NOUVEAU")
            library.put("2", "ARRIVÉ")
            self.change(library, "1", "2")
            assert other.count(library) == 2  # the index still in use follows at once

        engine.rebuild(library, documents=documents(), through=0, progress=lambda _: None)
        for each in (engine, other):
            assert each.count(library) == 2
        assert self.keys("ancien") == []
        assert self.keys("nouveau") == ["1"]

    def test_two_processes_send_the_same_change(self, engine, library, rebuild) -> None:
        library.put("1", "PREMIER")
        rebuild()
        library.put("2", "SECOND")
        del library.documents["1"]
        self.change(library, "1", "2")
        name, through = engine._current(library)
        for number in (1, 2):
            versions = {"1": through + number, "2": through + number}
            module._send(engine._client, library, name, versions)
        # Late: an older version changes nothing.
        module._send(engine._client, library, name, {"2": through})
        assert self.keys() == ["2"]

    def test_a_change_refused_is_logged_and_searches_go_on(self, library, rebuild, caplog) -> None:
        library.put("1", "PREMIER")
        rebuild()
        library.put("1", "DÉPLACÉ", points=[(95.0, 5.0)])
        library.put("2", "SECOND")
        self.change(library, "1", "2")
        assert self.keys("second") == ["2"]
        assert self.keys("premier") == ["1"]
        assert "refused 1" in caplog.text

    def test_changes_are_found_in_an_index_never_built(self, library) -> None:
        library.put("1", "PREMIER")
        with transaction.atomic():
            record_changes(library.index, ["1"])
        assert self.ask().total == 1


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(SearchUnavailable):
        ElasticsearchEngine("http://127.0.0.1:9").search(Library(), EngineQuery())
    assert time.monotonic() - started < 2


def test_a_server_that_never_answers_is_not_waited_for(monkeypatch) -> None:
    monkeypatch.setattr(module, "_SEARCH_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(SearchUnavailable):
            ElasticsearchEngine(f"http://127.0.0.1:{port}").count(Library())
        assert time.monotonic() - started < 2
