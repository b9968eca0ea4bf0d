"""Searches the whole territory with the embedded engine and with a real Elasticsearch.

One search = the first 20 companies, their exact number and five facets. All contenders answer the
same searches, a few at a time in turn, in several rounds; ratios are taken within a round, then
their median: a machine that slows down for a second slows them all.
"""

import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from django.db import transaction

from benchmarks import machine
from benchmarks.peer import INDEX as PEER_INDEX
from benchmarks.peer import Peer
from benchmarks.questions import KINDS, Question
from jobs.changes import forget_changes, last_change, record_changes
from search.documents import Document
from search.engines.base import EnginePage, EngineQuery, SearchEngine, Word
from search.indexing import rebuild_index, vocabulary
from search.models import IndexVocabulary, SegmentBlob
from search.understanding import Understanding, understand
from suppliers.documents import INDEX, SupplierDocuments
from suppliers.models import Company
from suppliers.queries.searching import LEXICON, _engine_query

ROUNDS = 7
_IN_A_ROW = 100
_KIND = SupplierDocuments()

#: Answers one question; the time it takes is what is measured.
Answer = Callable[[Question], Any]
#: Returns the first keys found.
Top = Callable[[Question], list[str]]


class ElsewhereDocuments(SupplierDocuments):
    """The same companies in an index of the benchmark's own: the server may hold a real one."""

    index = "bench-ours"


@dataclass
class Contender:
    """Something that answers searches, and its times: one list of seconds a round."""

    name: str
    answer: Answer
    rounds: list[list[float]] = field(default_factory=list)

    def run(self, questions: list[Question]) -> None:
        """Answer some questions of the current round."""
        for question in questions:
            started = time.perf_counter()
            self.answer(question)
            self.rounds[-1].append(time.perf_counter() - started)

    def percentiles(self, kept: list[int], percent: float) -> list[float]:
        """Return a percentile of the questions `kept`, in ms, for each round."""
        return [1_000 * float(np.percentile(np.array(r)[kept], percent)) for r in self.rounds]


class Product:
    """One of our engines, asked as the product asks it."""

    def __init__(self, engine: SearchEngine, kind: SupplierDocuments = _KIND) -> None:
        self.engine, self.kind = engine, kind
        self._understood: dict[int, EngineQuery] = {}

    def call(self, question: Question) -> EnginePage:
        """Understand, search, and try wider when nothing was found."""
        return self._ask(question)[1]

    def search_alone(self, question: Question) -> EnginePage:
        """Search what was understood before the clock started."""
        if id(question) not in self._understood:
            self._understood[id(question)] = self._ask(question)[0]
        return self.engine.search(self.kind, self._understood[id(question)])

    def top(self, question: Question) -> list[str]:
        return [hit.key for hit in self.call(question).hits]

    def _ask(self, question: Question) -> tuple[EngineQuery, EnginePage]:
        known, text = vocabulary(INDEX), question.asked.q
        asked = _engine_query(question.asked, understand(text, known, LEXICON))
        found = self.engine.search(self.kind, asked)
        if not found.total:
            asked = _engine_query(question.asked, understand(text, known, LEXICON, wide=True))
            found = self.engine.search(self.kind, asked)
        return asked, found


def filters_of(question: Question) -> EngineQuery:
    """Return what is asked beside the words: the same for both engines."""
    return _engine_query(question.asked, Understanding())


def measure_latency(contenders: list[Contender], questions: list[Question]) -> None:
    """Fill the contenders' rounds, in an order drawn anew each time.

    Who comes second finds the processor warmed up by the same searches.
    """
    rng = random.Random(1)
    for _ in range(ROUNDS):
        for contender in contenders:
            contender.rounds.append([])
        for start in range(0, len(questions), _IN_A_ROW):
            for contender in rng.sample(contenders, len(contenders)):
                contender.run(questions[start : start + _IN_A_ROW])


def latency_rows(
    contenders: list[Contender], questions: list[Question], against: Contender
) -> Iterator[list[str]]:
    """Yield the table: medians of the rounds, and of the ratios to `against` in each round."""
    for contender in contenders:
        row = [contender.name]
        everything = list(range(len(questions)))
        for percent in (50, 95, 99):
            row.append(f"{statistics.median(contender.percentiles(everything, percent)):.2f}")
        for percent in (50, 95):
            row.append(_ratio(contender, against, everything, percent))
        yield row


def ratio_rows(
    contenders: list[Contender], groups: dict[str, list[int]], against: Contender
) -> Iterator[list[str]]:
    """Yield, for each group of questions, p50 and p95 of both sides and their ratios."""
    for name, kept in groups.items():
        row = [f"{name} ({len(kept)})"]
        for contender in (*contenders, against):
            medians = [statistics.median(contender.percentiles(kept, p)) for p in (50, 95)]
            row.append(" / ".join(f"{median:.2f}" for median in medians))
        row += [_ratio(contenders[0], against, kept, percent) for percent in (50, 95)]
        yield row


def _ratio(contender: Contender, against: Contender, kept: list[int], percent: float) -> str:
    pairs = zip(
        contender.percentiles(kept, percent), against.percentiles(kept, percent), strict=True
    )
    return f"{statistics.median(ours / theirs for ours, theirs in pairs):.2f}"


def groups_of(questions: list[Question], totals: list[int]) -> dict[str, list[int]]:
    """Return which questions are of which sort, by their place in the list."""

    def those(wanted: Callable[[int, Question], bool]) -> list[int]:
        return [number for number, each in enumerate(questions) if wanted(number, each)]

    groups = {kind: those(lambda _, each, kind=kind: each.kind == kind) for kind in KINDS}
    groups["within 10 km"] = those(lambda _, each: each.asked.near is not None)
    groups["with a filter"] = those(
        lambda _, each: bool(each.asked.commune or each.asked.size or each.asked.label)
    )
    groups["5 000 companies or more"] = those(lambda number, _: totals[number] >= 5_000)
    return groups


def recall(top: Top, questions: list[Question]) -> tuple[float, int]:
    """Return the share of the first 20 without the typo found with it, and how many find none."""
    shares, empty = [], 0
    for question in questions:
        wanted = set(top(replace(question, asked=question.clean)))
        found = set(top(question))
        empty += not found
        if wanted:
            shares.append(len(wanted & found) / len(wanted))
    return statistics.mean(shares), empty


def same_totals(embedded: Product, peer: Peer, questions: list[Question]) -> tuple[int, int]:
    """Return how many totals are equal, and how many within 5 %; synonyms left out on our side."""
    equal = near = 0
    for question in questions:
        words = understand(question.asked.q, vocabulary(INDEX)).words
        plain = tuple(
            Word(tuple(t for t in word.terms if not t.text.startswith("s:")), word.required)
            for word in words
        )
        ours = embedded.engine.search(_KIND, replace(filters_of(question), words=plain)).total
        theirs = peer.search(question.asked.q, filters_of(question))[1]
        equal += ours == theirs
        near += abs(ours - theirs) <= 0.05 * max(ours, theirs)
    return equal, near


def build_all(peer: Peer, distributed: Product) -> dict[str, tuple[float, float]]:
    """Build every index; return (seconds, MB on disk) of ours and the peer's, each from rows."""
    started = time.perf_counter()
    rebuild_index(INDEX)
    embedded = time.perf_counter() - started
    elsewhere = distributed.kind
    distributed.engine.rebuild(
        elsewhere, documents=elsewhere.all(), through=0, progress=lambda _: None
    )
    started = time.perf_counter()
    peer.build(_KIND.all())
    elasticsearch = time.perf_counter() - started
    blobs = SegmentBlob.objects.filter(segment__index=INDEX).values_list("data", flat=True)
    words = IndexVocabulary.objects.get(index=INDEX)
    size = sum(len(data) for data in blobs.iterator()) + len(words.data)
    store = peer.ask("GET", f"/{PEER_INDEX}/_stats/store")["_all"]["total"]["store"]
    return {
        "embedded": (embedded, size / 1e6),
        "Elasticsearch": (elasticsearch, store["size_in_bytes"] / 1e6),
    }


def server_facts(peer: Peer) -> tuple[str, machine.Memory]:
    """Return the server's versions, and the memory it holds."""
    number = peer.ask("GET", "/")["version"]["number"]
    (node,) = peer.ask("GET", "/_nodes/process,jvm")["nodes"].values()
    jvm, heap = node["jvm"]["version"], node["jvm"]["mem"]["heap_max_in_bytes"] / 2**30
    held = machine.memory(node["process"]["id"])
    return f"Elasticsearch {number} (Java {jvm}, heap {heap:.0f} GB)", held


def visibility(embedded: Product, peer: Peer, changes: int = 60) -> dict[str, list[float]]:
    """Return, for each side, the ms from a committed change to an answer that has it."""
    times: dict[str, list[float]] = {"embedded": [], "Elasticsearch": []}
    documents = list(itertools.islice(_KIND.all(), 0, changes * 100, 100))
    as_they_were = list(Company.objects.filter(pk__in=[document.key for document in documents]))
    try:
        for number, document in enumerate(documents):
            name = f"NOUVEAUNOM{number}"
            with transaction.atomic():
                Company.objects.filter(pk=document.key).update(name=name)
                record_changes(INDEX, [document.key])
            started = time.perf_counter()
            words = understand(name, vocabulary(INDEX)).words
            found = embedded.engine.search(_KIND, EngineQuery(words=words))
            times["embedded"].append(1_000 * (time.perf_counter() - started))
            assert [hit.key for hit in found.hits] == [document.key]
            times["Elasticsearch"].append(_peer_visibility(peer, document, name))
    finally:
        Company.objects.bulk_update(as_they_were, ["name"])
        forget_changes(INDEX, through=last_change(INDEX))
    return times


def _peer_visibility(peer: Peer, document: Document, name: str) -> float:
    changed = replace(document, texts={**document.texts, "name": [name]})
    started = time.perf_counter()
    peer.put(changed)
    keys, _, _ = peer.search(name, EngineQuery())
    assert keys[:1] == [document.key]
    return 1_000 * (time.perf_counter() - started)


def overlap(one: Top, other: Top, questions: list[Question]) -> float:
    """Return the mean share of the first 20 that two sides have in common."""
    shares = []
    for question in questions:
        ours, theirs = set(one(question)), set(other(question))
        if ours or theirs:
            shares.append(len(ours & theirs) / max(len(ours), len(theirs)))
    return statistics.mean(shares)


def same_pages(one: Product, other: Product, questions: list[Question]) -> int:
    """Return for how many questions two of our engines give the same total and facets."""
    pages = ((one.call(question), other.call(question)) for question in questions)
    return sum((a.total, a.facets) == (b.total, b.facets) for a, b in pages)
