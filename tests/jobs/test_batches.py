"""Much is written by short transactions, none of them by a worker that lost its lease."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.db import transaction

from jobs import leases
from jobs.batches import Writer
from jobs.changes import record_changes
from jobs.execution import Step
from jobs.leases import LeaseLost
from jobs.models import Job
from jobs.services import enqueue
from jobs.spool import Spool

pytestmark = pytest.mark.django_db

Effects = Callable[[], list[str]]


@pytest.fixture
def step() -> Step:
    job = leases.begin(enqueue("test.walk", key="a").pk, leased=False)
    assert job
    return Step(job)


def note(items: Sequence[int]) -> None:
    record_changes("effect", map(str, items))


def test_everything_is_written_in_order_and_counted(step: Step, effects: Effects) -> None:
    writer = Writer(step, note, total=130)
    for batch in (range(60), range(60, 130)):
        writer.write(batch)
    assert effects() == [str(number) for number in range(130)]
    job = Job.objects.get()
    assert (job.done, job.total, writer.done) == (130, 130, 130)


def test_what_is_slow_is_written_by_fewer_at_a_time(step: Step) -> None:
    sizes: list[int] = []

    def slow(items: Sequence[int]) -> None:
        sizes.append(len(items))
        time.sleep(0.001 * len(items))

    Writer(step, slow).write(range(120))
    assert sizes[0] == 50
    assert 10 <= sizes[1] <= 25


def test_a_late_worker_writes_no_further_batch(step: Step, effects: Effects) -> None:
    writer = Writer(step, note)
    writer.write(range(50))
    Job.objects.update(due="2000-01-01T00:00Z")
    with transaction.atomic():
        assert leases.begin(Job.objects.get().pk, leased=False)
    with pytest.raises(LeaseLost):
        writer.write(range(50, 100))
    assert len(effects()) == 50


def test_a_spool_gives_back_what_is_not_empty(tmp_path: Path) -> None:
    spool: Spool[int] = Spool(tmp_path / "spool")
    spool.fill([[1, 2], [], [3]])
    assert list(spool) == [[1, 2], [3]]
