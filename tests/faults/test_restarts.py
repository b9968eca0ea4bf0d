"""F16: PostgreSQL and Redis restarted under load lose nothing, and the site answers at once."""

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
import redis

from tests.faults.conftest import MakeSite
from tests.faults.harness import ROOT, Site
from tests.faults.test_broken_workers import all_done

pytestmark = pytest.mark.faults

JOBS = 1_500


class Visitor(threading.Thread):
    """Reads a page again and again, and remembers when it did not get it."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._left = threading.Event()
        self.answers = 0
        self.failures: list[float] = []

    def run(self) -> None:
        while not self._left.wait(0.02):
            if self.sees_it():
                self.answers += 1
            else:
                self.failures.append(time.monotonic())

    def sees_it(self) -> bool:
        try:
            with urllib.request.urlopen(self._address, timeout=10) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def leave(self) -> None:
        self._left.set()
        self.join(15)


def open_web(site: Site) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bind = [f"--bind=127.0.0.1:{port}", "--workers=2", "--threads=2", "--no-control-socket"]
    site.start("-m", "gunicorn", "marketplace.wsgi", "--log-level=warning", *bind)
    address = f"http://127.0.0.1:{port}/donnees/"
    site.wait("the site answers", Visitor(address).sees_it, 30)
    return address


def started(site: Site, server: str) -> str:
    """Return what tells a server from the one that was there before."""
    if server == "postgres":
        with psycopg.connect(site.database) as connection:
            return str(connection.execute("SELECT pg_postmaster_start_time()").fetchone())
    broker = redis.Redis.from_url(site.environment["CELERY_BROKER_URL"])
    return str(broker.info("server")["run_id"])


def restart(site: Site, server: str) -> None:
    before = started(site, server)
    command = [str(Path(ROOT) / "scripts" / "services.sh"), "restart", server]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    if started(site, server) == before:
        pytest.skip(f"NOT RUN: {server} was not started by scripts/services.sh")


def work_goes_on(site: Site) -> None:
    begun = len(site.lines("effect"))
    site.wait("work goes on", lambda: len(site.lines("effect")) > begun + 100, 40)


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_a_server_restarted_under_load_loses_nothing(make_site: MakeSite, server: str) -> None:
    site = make_site(lease=5)
    if not site.database.startswith("postgres"):
        pytest.skip("the embedded profile has no server to restart")
    visitor = Visitor(open_web(site))
    for _ in range(2):
        site.start_worker()
    site.enqueue("test.effect", "{'number': number, 'seconds': 0.02}", JOBS)
    visitor.start()
    back = 0.0
    for _ in range(2):
        work_goes_on(site)
        restart(site, server)
        back = time.monotonic()
        work_goes_on(site)
    all_done(site, "test.effect", 90)
    visitor.leave()

    late = [moment - back for moment in visitor.failures if moment > back]
    sys.stdout.write(
        f"{server}: {visitor.answers} pages seen, {len(visitor.failures)} not, "
        f"the last one {max(late, default=0):.1f} s after the server was back\n"
    )
    assert site.effects("effect") == (JOBS, JOBS)
    assert site.value("SELECT count(*) FROM jobs_job WHERE state = 'dead'") == 0
    assert max(late, default=0) < 1
    if server == "redis":
        assert visitor.failures == []  # a page needs no broker
