"""Runs the benchmarks from first to last and prints their tables, in Markdown."""

import statistics
import sys
from collections.abc import Iterable

from django.core.management import call_command

from benchmarks import machine, search, work
from benchmarks.load import CLIENTS, measure_load
from benchmarks.peer import Peer
from benchmarks.questions import questions
from benchmarks.search import Contender, Product, filters_of
from marketplace.demo.volumes import SIZES
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.embedded.engine import EmbeddedEngine
from suppliers.documents import SupplierDocuments
from suppliers.models import Company
from suppliers.queries import search_suppliers

_SEED = 3
_WARM_UP = 700  # of each kind: a Java server goes on getting faster for some 2 000 searches


def run(size: str, url: str) -> None:
    """Measure the engines on a demo of `size` against the Elasticsearch at `url`."""
    _prepare(size)
    peer = Peer(url, SupplierDocuments())
    engine, elsewhere = ElasticsearchEngine(url), search.ElsewhereDocuments()
    try:
        _measure(peer, Product(engine, elsewhere), url)
    finally:
        peer.drop()
        engine.delete(elsewhere)


def run_work() -> None:
    """Measure the worker of the embedded profile."""
    _say("work")
    print(f"{machine.facts()}.\n")
    _table(["work, embedded", "goal", "seen"], work.rows())


def _prepare(size: str) -> None:
    call_command("migrate", verbosity=0)
    if Company.objects.count() != SIZES[size]:
        call_command("demo", size=size, seed=1)


def _measure(peer: Peer, distributed: Product, url: str) -> None:
    _say("building the indexes")
    builds = search.build_all(peer, distributed)
    embedded, asked = Product(EmbeddedEngine()), questions(_SEED)
    contenders = _contenders(embedded, distributed, peer)
    call, _, _, ours_too, exact, fuzzy = contenders
    _say("warming up")
    for question in [*questions(_SEED + 1, each=_WARM_UP), *asked]:
        for contender in (call, ours_too, exact, fuzzy):
            contender.answer(question)
    _say(f"{search.ROUNDS} rounds of {len(asked)} searches")
    search.measure_latency(contenders, asked)

    server, server_memory = search.server_facts(peer)
    print(f"{Company.objects.count()} companies. {machine.facts()}; {server}.\n")
    head = ["one client, ms", "p50", "p95", "p99", "p50 / ES", "p95 / ES"]
    _table(head, search.latency_rows(contenders, asked, exact))
    totals = [embedded.call(question).total for question in asked]
    groups = search.groups_of(asked, totals)
    head = ["p50 / p95, ms", "embedded", "Elasticsearch", "p50 ratio", "p95 ratio"]
    _table(head, search.ratio_rows([call], groups, exact))

    _say("quality")
    clean = [question for question in asked if question.kind == "clean"]
    typos = [question for question in asked if question.kind == "typo"]
    ours = search.recall(embedded.top, typos)
    theirs = search.recall(lambda q: exact.answer(q)[0], typos)
    theirs_fuzzy = search.recall(lambda q: fuzzy.answer(q)[0], typos)
    equal, near = search.same_totals(embedded, peer, clean)
    shared = search.overlap(embedded.top, lambda q: exact.answer(q)[0], clean)
    same = search.same_pages(embedded, distributed, asked)
    shared_too = search.overlap(embedded.top, distributed.top, asked)

    _say("several processes")
    loads = {name: measure_load(name, url, _SEED) for name in ("embedded", "Elasticsearch")}
    _say("changes")
    seen = search.visibility(embedded, peer)
    rows = [
        ["index built, s", *(f"{builds[name][0]:.0f}" for name in builds)],
        ["index on disk, MB", *(f"{builds[name][1]:.0f}" for name in builds)],
        ["memory of a process, MB", str(loads["embedded"][2]), f"{server_memory} (the server)"],
        [f"{CLIENTS} processes, searches/s", *(f"{load[0]:.0f}" for load in loads.values())],
        [f"{CLIENTS} processes, p95 ms", *(f"{load[1]:.1f}" for load in loads.values())],
        ["a change in an answer, p50 ms", *(f"{statistics.median(t):.1f}" for t in seen.values())],
        ["a change in an answer, worst ms", *(f"{max(t):.1f}" for t in seen.values())],
        [
            "typos: recall@20 of the search without the typo",
            f"{ours[0]:.2f}",
            f"{theirs[0]:.2f} (typos everywhere: {theirs_fuzzy[0]:.2f})",
        ],
        ["typos: searches that find nothing, of 100", str(ours[1]), str(theirs[1])],
    ]
    _table(["", "embedded", "Elasticsearch"], rows)
    print(
        f"Clean searches, embedded and this Elasticsearch: {equal} of {len(clean)} totals equal, "
        f"{near} within 5 %; {shared:.2f} of the first 20 in common. All searches, embedded and "
        f"our engine on Elasticsearch: total and facets equal for {same} of {len(asked)}; "
        f"{shared_too:.2f} of the first 20 in common."
    )


def _contenders(embedded: Product, distributed: Product, peer: Peer) -> list[Contender]:
    return [
        Contender("embedded: understanding and engine", embedded.call),
        Contender("embedded: engine alone", embedded.search_alone),
        Contender("embedded: whole search, rows and reasons", lambda q: search_suppliers(q.asked)),
        Contender("our engine on Elasticsearch, understanding included", distributed.call),
        Contender(
            "Elasticsearch, typos when nothing is found",
            lambda q: peer.search(q.asked.q, filters_of(q)),
        ),
        Contender(
            "Elasticsearch, typos in every word",
            lambda q: peer.search_fuzzy(q.asked.q, filters_of(q)),
        ),
    ]


def _table(head: list[str], rows: Iterable[list[str]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def _say(what: str) -> None:
    print(f"{what} ...", file=sys.stderr, flush=True)
