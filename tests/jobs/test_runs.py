"""A work of which there is one at a time, and the record of each import."""

import pytest
from django.utils import timezone

from jobs import leases
from jobs.enums import JobState, RunKind, RunStatus
from jobs.execution import Step
from jobs.models import ImportRun, Job
from jobs.registry import stepwise_job
from jobs.runs import import_run
from jobs.services import NotNow, enqueue, run_alone

pytestmark = pytest.mark.django_db

NAME = "test.import"


@stepwise_job(NAME)
def bring(step: Step, *, count: int, fail: bool = False) -> int:
    with import_run(step, kind=RunKind.DECP, files=[{"name": "a.json", "bytes": 9}]) as run:
        step.say(f"run of {count}")
        if fail:
            raise ValueError("broken")
        run.counts = {"read": count}
    return count


def test_each_call_is_a_new_work_with_its_own_run() -> None:
    said: list[str] = []
    first, second = (run_alone(NAME, args={"count": n}, say=said.append) for n in (1, 2))
    assert first.pk != second.pk
    assert (first.state, first.result, second.result) == (JobState.DONE, 1, 2)
    assert said == ["run of 1", "run of 2"]
    assert [run.counts for run in ImportRun.objects.order_by("pk")] == [{"read": 1}, {"read": 2}]
    assert set(ImportRun.objects.values_list("status", flat=True)) == {RunStatus.DONE}


def test_two_at_once_are_refused_whatever_they_bring() -> None:
    [first] = [run_alone(NAME, args={"count": 1})]
    waiting = enqueue(NAME, key=f"{NAME}:after:{first.pk}", args={"count": 2})
    assert leases.begin(waiting.pk, leased=False, owner="elsewhere:12")
    with pytest.raises(NotNow, match="elsewhere:12"):
        run_alone(NAME, args={"count": 3})
    assert ImportRun.objects.count() == 1


def test_one_that_failed_is_done_again_as_it_is_asked_now() -> None:
    with pytest.raises(ValueError, match="broken"):
        run_alone(NAME, args={"count": 1, "fail": True})
    assert Job.objects.get().state == JobState.DEAD
    assert ImportRun.objects.get().status == RunStatus.FAILED
    job = run_alone(NAME, args={"count": 2})
    assert (job.result, job.args) == (2, {"count": 2})
    assert Job.objects.count() == 1


def test_the_run_of_a_killed_process_is_closed_by_who_takes_over() -> None:
    job = leases.begin(enqueue(NAME, key=f"{NAME}:after:0").pk, leased=False)
    assert job
    left = import_run(Step(job), kind=RunKind.DECP)
    run = left.__enter__()  # and never left: its process is killed
    Job.objects.update(due=timezone.now())
    run_alone(NAME, args={"count": 2})
    run.refresh_from_db()
    assert (run.status, run.finished_at is not None) == (RunStatus.FAILED, True)
    assert ImportRun.objects.first().status == RunStatus.DONE


def test_a_run_that_another_took_over_is_not_done() -> None:
    job = leases.begin(enqueue(NAME, key="a").pk, leased=False)
    assert job
    late = import_run(Step(job), kind=RunKind.DECP)
    late.__enter__()
    Job.objects.update(due=timezone.now())
    assert leases.begin(job.pk, leased=False)
    with pytest.raises(leases.LeaseLost):
        late.__exit__(None, None, None)
    assert ImportRun.objects.get().status == RunStatus.FAILED
