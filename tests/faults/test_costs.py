"""L5: what a worker costs when there is nothing to do, and how soon it begins what there is."""

import os
import subprocess
import sys
import time
from statistics import quantiles

import pytest

from tests.faults.conftest import MakeSite
from tests.faults.test_broken_workers import all_done, children

pytestmark = pytest.mark.faults

ASK = """
import time
from random import random
from jobs.services import enqueue
for number in range(100):
    time.sleep(0.1 + random() / 5)
    enqueue("test.effect", key=f"asked:{number}", args={"number": number})
    print(number, time.time())
"""


def processor_seconds(worker: subprocess.Popen[bytes]) -> float:
    ticks = 0
    for pid in (worker.pid, *children(worker)):
        with open(f"/proc/{pid}/stat") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


def test_an_idle_worker_costs_little_and_begins_at_once(make_site: MakeSite) -> None:
    site = make_site()
    worker = site.start_worker()
    site.enqueue("test.effect", "{'number': -1}")
    all_done(site, "test.effect")
    time.sleep(3)
    before = processor_seconds(worker)
    time.sleep(30)
    idle = (processor_seconds(worker) - before) / 30

    asked = dict(line.split() for line in site.run(ASK).splitlines())
    all_done(site, "test.effect")
    begun = {words[1]: float(words[3]) for words in site.lines("effect")}
    waits = [begun[number] - float(moment) for number, moment in asked.items()]
    centiles = quantiles(waits, n=100)
    start = time.monotonic()
    site.enqueue("test.effect", "{'number': number}", 2_000)
    all_done(site, "test.effect", 180)
    drained = 2_000 / (time.monotonic() - start)

    sys.stdout.write(
        f"idle {idle:.2%}, begun after {centiles[49] * 1000:.0f} ms (p50), "
        f"{centiles[94] * 1000:.0f} ms (p95), {drained:.0f} jobs a second\n"
    )
    assert idle < 0.02
    assert centiles[94] < 0.2
