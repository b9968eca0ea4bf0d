"""L5: what a worker costs when there is nothing to do, and how soon it begins what there is."""

import sys

import pytest

from benchmarks.work import measure
from tests.faults.conftest import MakeSite

pytestmark = pytest.mark.faults


def test_an_idle_worker_costs_little_and_begins_at_once(make_site: MakeSite) -> None:
    costs = measure(make_site())
    sys.stdout.write(
        f"idle {costs.idle:.2%}, begun after {costs.p50:.0f} ms (p50), {costs.p95:.0f} ms (p95), "
        f"{costs.drained:.0f} jobs a second\n"
    )
    assert costs.idle < 0.02
    assert costs.p95 < 200
