"""Runs a worker: Celery executes jobs, and a thread of its main process, the relay, feeds it.

A message is an id and nothing else: the backlog stays in the database, so a broker may lose all
it holds. No other module sends anything to Celery.
"""

import logging
import os
import threading
import time
import warnings
from contextlib import suppress
from typing import Any

# Read when Celery is imported: on SIGTERM, end in seconds instead of waiting for a long job.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

from celery import Celery, Task, signals
from celery.exceptions import SecurityWarning
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from jobs import leases, registry
from jobs.errors import describe
from jobs.execution import execute
from jobs.models import Job
from jobs.policy import IN_FLIGHT, POLL_SECONDS
from jobs.schedules import enqueue_occurrences

logger = logging.getLogger(__name__)

#: After a failure of the database or the broker.
_PAUSE_SECONDS = 1.0

#: Held while the relay works: a child forked meanwhile would inherit the locks of its libraries.
_working = threading.Lock()
os.register_at_fork(
    before=_working.acquire,
    after_in_parent=_working.release,
    after_in_child=_working.release,
)


def serve(app: Celery, *, concurrency: int) -> None:
    """Run a worker in the foreground until it is told to stop."""
    registry.autodiscover()
    task = app.task(execute, name="jobs.run")
    # Each process keeps one connection; a pool would be shared by those forked from it.
    connections.settings["default"]["CONN_MAX_AGE"] = None
    connections.settings["default"]["OPTIONS"].pop("pool", None)
    relay = Relay(task)
    signals.setup_logging.connect(_keep_logging)
    # Celery warns root of pickled messages; these hold a number.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.Worker(
        pool_cls="prefork",
        concurrency=concurrency,
        ready_callback=lambda _: relay.start(),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()
    relay.stop()
    with suppress(DatabaseError):  # their leases end by themselves
        leases.release()


class Relay(threading.Thread):
    """Leases the jobs that are due and sends their ids, a few at a time."""

    def __init__(self, task: Task) -> None:
        super().__init__(name="relay", daemon=True)
        self._task = task
        self._stopping = threading.Event()
        self._asked: dict[tuple[str, str], str] = {}
        self._version = -1
        self._last_look = 0.0
        self._last_error = ""

    def run(self) -> None:
        pause = POLL_SECONDS
        while not self._stopping.wait(pause):
            with _working:
                pause = POLL_SECONDS if self._turn() else _PAUSE_SECONDS
        connection.close()

    def stop(self) -> None:
        """End the thread; it may be waiting for the database."""
        self._stopping.set()
        if self.is_alive():
            self.join(timeout=5)

    def _turn(self) -> bool:
        """Hand over what is due; False when the database or the broker failed."""
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 nobody else would start the relay again
            connection.close()
            self._version = -1  # look again at once
            if (text := describe(error)) != self._last_error:
                logger.error("The relay waits: %s", text)
            self._last_error = text
            return False
        return True

    def _look(self) -> None:
        if not self._anything_new():
            return
        self._last_look = time.monotonic()
        enqueue_occurrences(self._asked)
        if Job.objects.due(timezone.now()).exists():
            self._hand_over()
        self._last_error = ""

    def _anything_new(self) -> bool:
        """True each second and, on SQLite, when another connection has committed.

        PostgreSQL has nothing as cheap to ask: there the index of due jobs is read instead.
        """
        if connection.vendor != "sqlite":
            return True
        with connection.cursor() as cursor:
            version = cursor.execute("PRAGMA data_version").fetchone()[0]
        changed, self._version = version != self._version, version
        return changed or time.monotonic() > self._last_look + 1

    def _hand_over(self) -> None:
        """Fill the queue up to its limit.

        The queue is asked for its length, since a broker that was emptied has room again, and
        one that nobody reads must not grow each time a lease runs out.
        """
        with self._task.app.producer_or_acquire() as producer:
            queue = self._task.app.conf.task_default_queue
            declared = producer.channel.queue_declare(queue, durable=True, auto_delete=False)
            room = IN_FLIGHT - declared.message_count
            pks = leases.lease_due(limit=room) if room > 0 else []
            try:
                for pk in pks:
                    self._task.apply_async((pk,), producer=producer)
            except Exception:
                leases.give_back(pks)
                raise


def _keep_logging(**_: Any) -> None:
    """Leave logging as Django's settings have it: Celery sets up its own unless it is told."""
