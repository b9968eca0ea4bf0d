"""What a worker costs when there is nothing to do, and how soon it begins what there is."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.harness import Site

_IDLE_SECONDS = 30
_DRAINED = 2_000
#: Asks for a job at moments no polling can foresee, and prints when.
_ASK = """
import time
from random import random
from jobs.services import enqueue
for number in range(100):
    time.sleep(0.1 + random() / 5)
    enqueue("test.effect", key=f"asked:{number}", args={"number": number})
    print(number, time.time())
"""


@dataclass(frozen=True)
class Costs:
    """`idle` is a share of one core; waits, from commit to begun, are in ms; jobs a second."""

    idle: float
    p50: float
    p95: float
    drained: float


def measure(site: Site) -> Costs:
    """Measure one worker of two children on an installation without other work."""
    worker = site.start_worker()
    site.enqueue("test.effect", "{'number': -1}")
    _await_all(site)
    time.sleep(3)
    before = processor_seconds(worker)
    time.sleep(_IDLE_SECONDS)
    idle = (processor_seconds(worker) - before) / _IDLE_SECONDS
    centiles = statistics.quantiles(_waits(site), n=100)
    return Costs(idle, centiles[49], centiles[94], _drained(site))


def rows() -> list[list[str]]:
    """Measure the embedded profile on a scratch database; return what, goal, seen."""
    with _scratch() as site:
        costs = measure(site)
    return [
        ["idle worker, all its processes", "2 % of a core", f"{costs.idle:.1%}"],
        ["from commit to begun, p50, ms", "-", f"{costs.p50:.0f}"],
        ["from commit to begun, p95, ms", "200", f"{costs.p95:.0f}"],
        ["jobs of one row a second, 2 at a time", "-", f"{costs.drained:.0f}"],
    ]


def children(worker: "subprocess.Popen[bytes]") -> list[int]:
    """Return the processes a worker does its jobs in."""
    listed = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text(encoding="utf-8")
    return [int(pid) for pid in listed.split()]


def processor_seconds(worker: "subprocess.Popen[bytes]") -> float:
    """Return what a worker and its children have used since they began."""
    ticks = 0
    for pid in (worker.pid, *children(worker)):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        user, system = stat.rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _scratch() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="place-work-") as folder:
        site = Site(Path(folder), f"sqlite:///{folder}/place.sqlite3", "")
        done = site.manage("migrate", "--verbosity=0")
        assert done.returncode == 0, done.stderr
        try:
            yield site
        finally:
            site.close()


def _waits(site: Site) -> list[float]:
    asked = dict(line.split() for line in site.run(_ASK).splitlines())
    _await_all(site)
    begun = {words[1]: float(words[3]) for words in site.lines("effect")}
    return [1_000 * (begun[number] - float(moment)) for number, moment in asked.items()]


def _drained(site: Site) -> float:
    start = time.monotonic()
    site.enqueue("test.effect", "{'number': number}", _DRAINED)
    _await_all(site)
    return _DRAINED / (time.monotonic() - start)


def _await_all(site: Site) -> None:
    site.wait("all is done", lambda: not site.unfinished("test.effect"), 180)
