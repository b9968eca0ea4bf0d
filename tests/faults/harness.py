"""A scratch installation on its own database, whose workers are real processes to kill.

What happened is read by the database's own driver, not by the code under test.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """An installation; `times` are seconds, by their names in tests/faults/settings.py."""

    def __init__(
        self, folder: Path, database: str, broker: str, times: dict[str, float] | None = None
    ) -> None:
        self.database = database
        self.outside = folder / "outside.txt"
        self.outside.touch()
        self.log = folder / "workers.log"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": database,
            "CELERY_BROKER_URL": broker,
            "SEARCH_URL": "",
            "TEST_OUTSIDE": str(self.outside),
            **{
                f"TEST_{name.upper()}_SECONDS": str(value) for name, value in (times or {}).items()
            },
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120
        )

    def run(self, code: str) -> str:
        """Run Python code in the installation; return what it printed."""
        done = self.manage("shell", "--no-imports", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def enqueue(self, name: str, arguments: str, count: int = 1) -> None:
        """Enqueue jobs by fifties; `arguments` is Python code and may use `number`."""
        self.run(
            "from django.db import transaction\n"
            "from jobs.services import enqueue\n"
            f"for start in range(0, {count}, 50):\n"
            "    with transaction.atomic():\n"
            f"        for number in range(start, min(start + 50, {count})):\n"
            f"            enqueue({name!r}, key=f'{name}:{{number}}', args={arguments})\n"
        )

    def start_worker(self, concurrency: int = 2) -> subprocess.Popen[bytes]:
        """Start a worker; wait until it is at work before killing it."""
        return self.start("manage.py", "worker", f"--concurrency={concurrency}")

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a Python program of the installation in its own process group."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(process)
        return process

    def signal(self, worker: subprocess.Popen[bytes], number: signal.Signals) -> None:
        """Signal the worker's whole process group."""
        assert worker.poll() is None, f"the worker had ended:\n{self.log.read_text()}"
        os.killpg(worker.pid, number)
        if number == signal.SIGKILL:
            worker.wait(10)
            self.workers.remove(worker)

    def stop(self, worker: subprocess.Popen[bytes]) -> None:
        """Have a worker end by itself."""
        worker.terminate()
        worker.wait(20)
        self.workers.remove(worker)

    def close(self) -> None:
        for worker in list(self.workers):
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGCONT)
                self.signal(worker, signal.SIGKILL)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.database.startswith("sqlite"):
            path = self.database.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, timeout=20)) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()

    def change(self, statement: str) -> None:
        """Change the database as its own operator would."""
        if self.database.startswith("sqlite"):
            path = self.database.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
                connection.execute(statement)
        else:
            with psycopg.connect(self.database) as connection:
                connection.execute(statement)

    def can_write(self) -> bool:
        """Say whether nobody keeps SQLite's one write lock, or PostgreSQL's locks on rows."""
        if not self.database.startswith("sqlite"):
            return not self.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
        path = self.database.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=0.3, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.execute("ROLLBACK")
        return True

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def lines(self, kind: str) -> list[list[str]]:
        """Return the words of the effects outside the database that begin with `kind`."""
        return [
            words
            for words in (line.split() for line in self.outside.read_text().splitlines())
            if words and words[0] == kind
        ]

    def wait(self, what: str, condition: Callable[[], bool], seconds: float) -> float:
        """Wait until `condition` holds; return how long it took."""
        start = time.monotonic()
        while not condition():
            if time.monotonic() > start + seconds:
                states = self.rows("SELECT name, state, count(*) FROM jobs_job GROUP BY 1, 2")
                log = self.log.read_text()[-3000:] if self.log.exists() else ""
                raise AssertionError(f"after {seconds} s, not yet: {what}\n{states}\n{log}")
            time.sleep(0.05)
        return time.monotonic() - start

    def effects(self, index: str) -> tuple[int, int]:
        """Return how many effects there are in the database, and how many different ones."""
        [row] = self.rows(
            f"SELECT count(*), count(DISTINCT key) FROM jobs_change WHERE \"index\" = '{index}'"
        )
        return row[0], row[1]

    def kill_sending(self, worker: subprocess.Popen[bytes]) -> None:
        """SIGKILL the group of a worker that has a mail on the way, caught in the act."""
        sending = "SELECT count(*) FROM mailing_delivery WHERE state = 'sending'"
        while not self.value(sending):
            pass
        self.signal(worker, signal.SIGKILL)

    def unfinished(self, name: str) -> int:
        return int(
            self.value(
                f"SELECT count(*) FROM jobs_job WHERE name = '{name}' AND finished_at IS NULL"
            )
        )

    def kill_at_work(self, workers: list[subprocess.Popen[bytes]], kind: str) -> None:
        """SIGKILL the group of the first of `workers` seen with a job running; drop it."""
        begun = len(self.lines(kind))
        found: list[subprocess.Popen[bytes]] = []

        def somebody_works() -> bool:
            if len(self.lines(kind)) <= begun + 3:
                return False
            owners = self.rows("SELECT owner FROM jobs_job WHERE state = 'running'")
            pids = {owner.rpartition(":")[2] for (owner,) in owners}
            found[:] = [worker for worker in workers if str(worker.pid) in pids]
            return bool(found)

        self.wait("a worker is at work", somebody_works, 60)
        self.signal(found[0], signal.SIGKILL)
        workers.remove(found[0])
