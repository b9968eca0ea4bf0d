"""Publishes a notice with its job in one transaction, and is killed at points around COMMIT."""

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial

from django.db import connection, connections, transaction

from jobs.changes import record_changes
from jobs.models import Job
from jobs.registry import autodiscover
from jobs.services import enqueue

POINTS = (
    "before-begin",
    "after-begin",
    "after-notice",
    "after-job",
    "before-commit",
    "after-commit",
    "in-on-commit",
    "after-all",
)


def publish_and_die() -> None:
    """Kill a publisher at each point, then ten at any moment; print what each left."""
    # Forked children would share the connections of a pool, and go on with each other's work.
    connections.settings["default"]["OPTIONS"].pop("pool", None)
    autodiscover()  # children have no time to import every room
    for point in POINTS:
        _in_child(partial(_publish, point, dies_at=point))
        present = Job.objects.filter(key=point).exists()
        connection.close()
        sys.stdout.write(f"{point} {'present' if present else 'absent'}\n")
    for number in range(10):
        published, says_so = os.pipe()
        _in_child(partial(_publish_for_ever, number, says_so), published, number * 0.0137)
        sys.stdout.write(f"anywhere-{number} killed\n")


def _in_child(work: Callable[[], None], published: int = -1, seconds: float = 0) -> None:
    """Do the work in a child that dies of it, or is killed `seconds` after it has `published`."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(1)  # it had to be killed
    if published >= 0:
        os.read(published, 1)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), status
    assert os.WTERMSIG(status) == signal.SIGKILL


def _publish_for_ever(number: int, says_so: int) -> None:
    count = 0
    while True:
        _publish(f"{number}-{count}")
        os.write(says_so, b".")
        count += 1


def _publish(key: str, *, dies_at: str = "") -> None:
    def reach(point: str) -> None:
        if point == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    reach("before-begin")
    commit = connection._commit

    def watched_commit() -> None:
        reach("before-commit")
        commit()
        reach("after-commit")

    connection._commit = watched_commit
    with transaction.atomic():
        reach("after-begin")
        record_changes("notice", [key])
        reach("after-notice")
        enqueue("test.effect", key=key, args={"number": 0})
        reach("after-job")
        transaction.on_commit(partial(reach, "in-on-commit"))
    connection._commit = commit
    reach("after-all")
