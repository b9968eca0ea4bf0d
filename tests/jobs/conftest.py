"""Jobs whose effects can be counted (tests/faults/room/jobs.py), run in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from jobs import leases
from jobs.changes import record_changes
from jobs.execution import Step
from jobs.models import Change, Job
from jobs.registry import atomic_job, stepwise_job
from tests.faults.room import jobs as _room  # declares its jobs  # noqa: F401


@pytest.fixture(autouse=True)
def _outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_OUTSIDE", str(tmp_path / "outside.txt"))


@pytest.fixture
def effects() -> Callable[[], list[str]]:
    """Return the keys of the effects there are in the database."""
    return lambda: list(Change.objects.order_by("id").values_list("key", flat=True))


@atomic_job("test.robbed")
def robbed(*, key: str) -> None:
    """Another takes the job over while this one works."""
    record_changes("effect", ["robbed"])
    _take_over(key)


@stepwise_job("test.robbed-between-steps")
def robbed_between_steps(step: Step, *, key: str) -> None:
    for number in range(3):
        if number == 1:
            _take_over(key)
        with transaction.atomic():
            record_changes("effect", [str(number)])
            step.commit(cursor=number)


@stepwise_job("test.stumble")
def stumble(step: Step, *, at: int) -> str:
    """Fail the first time at one step, and go on from there."""
    resumed = step.cursor is not None
    for number in range(step.cursor or 0, 5):
        if number == at and not resumed:
            raise ValueError("refused: password=hunter2 https://marie:s3cret@site.example/")
        with transaction.atomic():
            record_changes("effect", [str(number)])
            step.commit(cursor=number + 1, done=number + 1, total=5)
    return "all five"


def _take_over(key: str) -> None:
    Job.objects.filter(key=key).update(due="2000-01-01T00:00Z")
    [pk] = leases.lease_due(limit=1, owner="another")
    assert leases.begin(pk, owner="another")
