"""F8: a killed child, work longer than its lease, a frozen worker; F10: poison; F5: outages."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from benchmarks.work import children
from tests.faults.conftest import MakeSite
from tests.faults.harness import Site

pytestmark = pytest.mark.faults


def all_done(site: Site, name: str, seconds: float = 60) -> float:
    return site.wait(f"{name} is done", lambda: not site.unfinished(name), seconds)


def freeze_between_writes(site: Site, worker: subprocess.Popen[bytes]) -> None:
    """Stop the worker's group, but not inside a transaction, which would stop others too."""
    for _ in range(50):
        site.signal(worker, signal.SIGSTOP)
        if site.can_write():
            return
        site.signal(worker, signal.SIGCONT)
        time.sleep(0.03)
    raise AssertionError("the worker writes all the time")


def test_an_idle_child_that_is_killed_is_replaced_whichever_it_is(make_site: MakeSite) -> None:
    site = make_site()
    worker = site.start_worker()
    site.enqueue("test.effect", "{'number': number}", 5)
    all_done(site, "test.effect")
    for turn in range(3):
        for child in children(worker):  # both: the one that waits for work, and the one behind it
            os.kill(child, signal.SIGKILL)
        time.sleep(1)
        number = 100 + turn
        site.run(
            "from jobs.services import enqueue\n"
            f"enqueue('test.effect', key='{number}', args={{'number': {number}}})"
        )
        assert all_done(site, "test.effect", 10) < 3
        assert len(children(worker)) == 2


def test_a_child_killed_at_work_costs_a_lease_and_delays_nobody_else(make_site: MakeSite) -> None:
    site = make_site(lease=3)
    worker = site.start_worker()
    site.enqueue("test.long", "{'number': number, 'seconds': 2}")
    site.wait("the long job has begun", lambda: len(site.lines("long")) == 1, 30)
    os.kill(int(site.lines("long")[0][2]), signal.SIGKILL)
    site.enqueue("test.effect", "{'number': number}", 50)
    all_done(site, "test.effect", 20)
    all_done(site, "test.long", 20)

    assert worker.poll() is None
    assert site.effects("long") == (1, 1)
    assert len(site.lines("long")) == 2
    assert site.rows("SELECT kills, fence FROM jobs_job WHERE name = 'test.long'") == [(0, 2)]


def test_work_longer_than_its_lease_is_done_once_beside_a_free_worker(
    make_site: MakeSite,
) -> None:
    site = make_site(lease=2)
    site.enqueue("test.long", "{'number': number, 'seconds': 9}", 2)
    for _ in range(2):
        site.start_worker()
    all_done(site, "test.long")

    assert site.effects("long") == (2, 2)
    assert len(site.lines("long")) == 2
    assert site.rows("SELECT kills, fence FROM jobs_job WHERE name = 'test.long'") == [(0, 1)] * 2


@pytest.mark.parametrize(("lease", "frozen"), [(2, 8), (30, 60)])
def test_what_a_frozen_worker_writes_when_it_wakes_is_refused(
    make_site: MakeSite, lease: float, frozen: float
) -> None:
    site = make_site(lease=lease)
    zombie = site.start_worker()
    site.enqueue("test.long", "{'number': number, 'seconds': 1.5}", 2)
    site.wait("both jobs have begun", lambda: len(site.lines("long")) == 2, 30)
    freeze_between_writes(site, zombie)
    start = time.monotonic()
    site.start_worker()
    all_done(site, "test.long", frozen + 20)
    time.sleep(max(0, start + frozen - time.monotonic()))
    assert site.effects("long") == (2, 2)
    site.signal(zombie, signal.SIGCONT)
    site.wait("the zombie gives up", lambda: "was taken over" in site.log.read_text(), 30)
    site.enqueue("test.effect", "{'number': number}", 50)
    all_done(site, "test.effect")

    assert zombie.poll() is None
    assert site.effects("long") == (2, 2)
    assert len(site.lines("long")) == 4
    assert (
        site.rows("SELECT state, fence FROM jobs_job WHERE name = 'test.long'")
        == [("done", 2)] * 2
    )


def test_poison_is_given_up_and_delays_nobody_by_a_second(make_site: MakeSite) -> None:
    site = make_site(lease=2, first_retry=0.1)
    site.start_worker()
    site.enqueue("test.effect", "{'number': -1}")
    all_done(site, "test.effect")
    site.enqueue("test.raise", "{'number': number}")
    site.enqueue("test.kill", "{'number': number}")
    waits = site.run(
        "import time\n"
        "from jobs.models import Job\n"
        "from jobs.services import enqueue\n"
        "for number in range(60):\n"
        "    start = time.monotonic()\n"
        "    job = enqueue('test.effect', key=f'other:{number}', args={'number': number})\n"
        "    while Job.objects.unfinished().filter(pk=job.pk).exists():\n"
        "        time.sleep(0.01)\n"
        "    print(time.monotonic() - start)\n"
        "    time.sleep(0.2)\n"
    )
    site.wait(
        "both are given up",
        lambda: site.value("SELECT count(*) FROM jobs_job WHERE state = 'dead'") == 2,
        60,
    )

    longest = max(float(line) for line in waits.split())
    sys.stdout.write(f"the others waited {longest:.2f} s at most\n")
    assert longest < 1
    assert site.rows(
        "SELECT name, attempts, kills FROM jobs_job WHERE state = 'dead' ORDER BY name"
    ) == [("test.kill", 0, 3), ("test.raise", 8, 0)]
    assert len(site.lines("kill")) == 3
    assert site.effects("raise") == (0, 0)


def test_a_worker_told_to_stop_ends_in_seconds_and_gives_its_work_back(
    make_site: MakeSite,
) -> None:
    site = make_site()
    worker = site.start_worker()
    site.enqueue("test.walk", "{'name': str(number), 'steps': 100, 'seconds': 0.2}", 5)
    site.wait("the walk has begun", lambda: len(site.lines("walk")) > 4, 30)
    site.signal(worker, signal.SIGTERM)
    start = time.monotonic()
    assert worker.wait(15) == 0
    sys.stdout.write(f"ended in {time.monotonic() - start:.1f} s\n")
    assert site.rows(
        "SELECT DISTINCT state, kills, attempts FROM jobs_job WHERE name = 'test.walk'"
    ) == [("pending", 0, 0)]
    begun = len(site.lines("walk"))
    site.start_worker()  # no lease to wait for
    site.wait("it goes on", lambda: len(site.lines("walk")) > begun, 10)


def test_a_flushed_broker_and_cut_connections_lose_nothing(make_site: MakeSite) -> None:
    site = make_site(lease=5)
    if not site.database.startswith("postgres"):
        pytest.skip("the embedded profile has no server to cut")
    for _ in range(2):
        site.start_worker()
    site.enqueue("test.effect", "{'number': number, 'seconds': 0.02}", 1_000)
    with psycopg.connect(site.database, autocommit=True) as admin:
        for _ in range(3):
            begun = len(site.lines("effect"))
            site.wait("work goes on", lambda n=begun: len(site.lines("effect")) > n + 50, 30)
            redis.Redis.from_url(site.environment["CELERY_BROKER_URL"]).flushdb()
            begun = len(site.lines("effect"))
            site.wait("work goes on", lambda n=begun: len(site.lines("effect")) > n + 50, 30)
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user"
                " AND pid <> pg_backend_pid()"
            )
    all_done(site, "test.effect", 120)

    assert site.effects("effect") == (1_000, 1_000)
    assert site.value("SELECT count(*) FROM jobs_job WHERE state = 'dead'") == 0


@pytest.mark.skipif(not shutil.which("redis-server"), reason="NOT RUN: no redis-server")
def test_a_broker_away_for_a_while_delays_work_and_loses_none(
    make_site: MakeSite, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    site = make_site(lease=3)
    site.environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{port}/0"
    broker = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        worker = site.start_worker()
        site.enqueue("test.effect", "{'number': number, 'seconds': 0.02}", 300)
        site.wait("work goes on", lambda: len(site.lines("effect")) > 50, 30)
        broker.kill()
        broker.wait()
        time.sleep(10)
        assert site.unfinished("test.effect")
        broker = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
        sys.stdout.write(f"drained in {all_done(site, 'test.effect', 60):.0f} s\n")
        assert worker.poll() is None
    finally:
        broker.kill()
        broker.wait()

    assert site.effects("effect") == (300, 300)
    assert site.value("SELECT count(*) FROM jobs_job WHERE state = 'dead'") == 0
