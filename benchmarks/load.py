"""Several processes searching at once, as the workers of a web server do."""

import multiprocessing
import time
from multiprocessing.synchronize import Barrier

import numpy as np

from benchmarks import machine
from benchmarks.peer import Peer
from benchmarks.questions import questions
from benchmarks.search import Answer, Product, filters_of
from search.engines.embedded.engine import EmbeddedEngine
from suppliers.documents import SupplierDocuments

CLIENTS = 4
_SECONDS = 8.0
_together: Barrier


def measure_load(engine: str, url: str, seed: int) -> tuple[float, float, machine.Memory]:
    """Return searches a second, p95 in ms, and the memory of the largest client process."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(CLIENTS)
    with context.Pool(CLIENTS, _enter, [barrier]) as pool:
        tasks = [(engine, url, seed, number) for number in range(CLIENTS)]
        done = pool.starmap(_client, tasks, chunksize=1)
    times = [moment for clients_times, _ in done for moment in clients_times]
    p95 = 1_000 * float(np.percentile(times, 95))
    return len(times) / _SECONDS, p95, max(memory for _, memory in done)


def _enter(barrier: Barrier) -> None:
    global _together
    _together = barrier


def _client(engine: str, url: str, seed: int, number: int) -> tuple[list[float], machine.Memory]:
    asked = questions(seed)
    answer = _answering(engine, url)
    for question in asked:
        answer(question)
    memory = machine.memory()
    turn = number * len(asked) // CLIENTS
    times: list[float] = []
    _together.wait()
    end = time.perf_counter() + _SECONDS
    while (started := time.perf_counter()) < end:
        answer(asked[(turn + len(times)) % len(asked)])
        times.append(time.perf_counter() - started)
    return times, memory


def _answering(engine: str, url: str) -> Answer:
    if engine == "embedded":
        return Product(EmbeddedEngine()).call
    peer = Peer(url, SupplierDocuments())
    return lambda question: peer.search(question.asked.q, filters_of(question))
