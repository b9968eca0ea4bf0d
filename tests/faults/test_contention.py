"""F15: on SQLite the site goes on writing while an import, the indexer and a worker write too.

FAULTS_SECONDS makes it longer (60 by default).
"""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import pytest

from tests.faults.conftest import MakeSite
from tests.suppliers.importers.files import place, stock, unit

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("FAULTS_SECONDS", "60"))
WRITERS, REQUESTS_A_SECOND = 4, 50
#: Reads, then writes in one transaction, as a page does; one in ten asks for a job.
WRITER = """
import os, sys, time
import django
django.setup()
from django.db import connection, transaction
from jobs.changes import record_changes
from jobs.models import Job
from jobs.services import enqueue
name, pause, end = sys.argv[1], float(sys.argv[2]), time.monotonic() + float(sys.argv[3])
number, due = 0, time.monotonic()
while time.monotonic() < end:
    start = time.monotonic()
    with transaction.atomic():
        Job.objects.unfinished().exists()
        record_changes("written", [f"{name}:{number}"])
        if number % 10 == 0:
            enqueue("test.effect", key=f"{name}:{number}", args={"number": number})
    took = time.monotonic() - start
    connection.close()
    with open(os.environ["TEST_OUTSIDE"], "a") as file:
        file.write(f"write {1000 * took:.2f}\\n")
    number, due = number + 1, due + pause
    time.sleep(max(0, due - time.monotonic()))
"""


@pytest.fixture
def stocks(tmp_path: Path) -> list[list[str]]:
    """Two stocks of the same companies under other names: each import writes every row."""
    found = []
    for version in ("A", "B"):
        folder = tmp_path / version
        folder.mkdir()
        units = (
            unit(n, denominationUniteLegale=f"ENTREPRISE {version} {n}") for n in range(3_000)
        )
        files = stock(folder, units, map(place, range(3_000)))
        found.append([str(path) for path in files])
    return found


def repeat(act: Callable[[int], int], end: float, done: Counter[int]) -> threading.Thread:
    """Do it again and again until `end`, counting exit statuses."""

    def run() -> None:
        turn = 0
        while time.monotonic() < end:
            done[act(turn)] += 1
            turn += 1

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_the_site_writes_beside_an_import_the_indexer_and_a_worker(
    make_site: MakeSite, stocks: list[list[str]]
) -> None:
    site = make_site()
    if not site.database.startswith("sqlite"):
        pytest.skip("PostgreSQL has many writers at once")
    site.start_worker()
    pause = WRITERS / REQUESTS_A_SECOND
    writers = [site.start("-c", WRITER, str(n), str(pause), str(SECONDS)) for n in range(WRITERS)]
    end = time.monotonic() + SECONDS
    imports: Counter[int] = Counter()
    rebuilds: Counter[int] = Counter()
    errors: list[str] = []

    def manage(*arguments: str) -> int:
        done = site.manage(*arguments)
        if done.returncode:
            errors.append(done.stderr)
        return done.returncode

    threads = [
        repeat(lambda turn: manage("import_sirene", *stocks[turn % 2]), end, imports),
        repeat(lambda _turn: manage("rebuild_search"), end, rebuilds),
    ]
    for thread in threads:
        thread.join()
    for writer in writers:
        assert writer.wait(30) == 0, site.log.read_text()
        site.workers.remove(writer)

    times = sorted(float(words[1]) for words in site.lines("write"))
    centiles = quantiles(times, n=100)
    sys.stdout.write(
        f"{len(times)} writes in {SECONDS:.0f} s beside {imports[0]} imports and {rebuilds[0]} "
        f"rebuilds: p50 {centiles[49]:.0f}, p99 {centiles[98]:.0f}, worst {times[-1]:.0f} ms\n"
    )
    assert errors == []
    assert min(imports[0], rebuilds[0]) > 0
    assert len(times) > 0.8 * SECONDS * REQUESTS_A_SECOND
    assert centiles[98] < 500
    assert site.effects("written") == (len(times), len(times))
    assert "locked" not in site.log.read_text()
