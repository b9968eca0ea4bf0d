"""Whatever happens in whatever order, a job moves as its table of transitions says."""

from dataclasses import dataclass, field

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs import leases
from jobs.enums import JobState
from jobs.leases import TRANSITIONS, LeaseLost
from jobs.models import Job
from jobs.policy import FIRST_RETRY, LONGEST_RETRY, MAX_ATTEMPTS, MAX_KILLS, retry_delay
from jobs.services import enqueue

pytestmark = pytest.mark.django_db

PAST = "2000-01-01T00:00Z"
WORKERS = ("one", "two")


@dataclass
class House:
    """Jobs, and two workers who may believe that they still hold some."""

    held: list[Job] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)

    def do(self, act: str, worker: str, choice: int) -> None:
        pks = list(Job.objects.order_by("pk").values_list("pk", flat=True))
        pk = pks[choice % len(pks)]
        if act == "lease":
            leases.lease_due(limit=2, owner=worker)
        elif act == "expire":
            Job.objects.unfinished().update(due=PAST)
        elif act == "release":
            leases.release(owner=worker)
        elif act == "retry":
            leases.retry(pk)
        elif act in ("begin", "take"):
            job = leases.begin(pk, leased=act == "begin", owner=worker)
            self.held += [job] if job else []
        elif self.held:
            self.write(act, self.held[choice % len(self.held)])

    def write(self, act: str, job: Job) -> None:
        before = Job.objects.filter(pk=job.pk).values().get()
        holds = before["fence"] == job.fence and before["state"] == JobState.RUNNING
        try:
            if act == "renew":
                leases.renew(job, done=1, total=None)
            elif act == "advance":
                leases.advance(job, cursor=1, done=1, total=2)
            elif act == "fail":
                leases.fail(job, error="broken")
            else:
                leases.finish(job, result="made")
                self.finished.append(job.pk)
        except LeaseLost:
            assert not holds
            assert Job.objects.filter(pk=job.pk).values().get() == before
        else:
            assert holds


ACTS = [
    "lease",
    "expire",
    "release",
    "retry",
    "begin",
    "take",
    "renew",
    "advance",
    "fail",
    "finish",
]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.sampled_from(WORKERS), st.integers(0, 5)), max_size=40
    )
)
def test_states_fences_and_finished_jobs_hold_whatever_happens(
    acts: list[tuple[str, str, int]],
) -> None:
    Job.objects.all().delete()
    for number in range(2):
        enqueue("test.effect", key=str(number), args={"number": number})
    house = House()
    before = {job.pk: job for job in Job.objects.all()}
    for act, worker, choice in acts:
        house.do(act, worker, choice)
        after = {job.pk: job for job in Job.objects.all()}
        for pk, job in after.items():
            old, new = JobState(before[pk].state), JobState(job.state)
            assert new == old or new in TRANSITIONS[old]
            assert job.fence >= before[pk].fence
            assert (job.finished_at is not None) == (new in Job.FINISHED)
            if old == JobState.DONE:
                assert job.result == "made"
        before = after
    assert len(house.finished) == len(set(house.finished))


def test_two_relays_never_lease_the_same_job() -> None:
    for number in range(5):
        enqueue("test.effect", key=str(number), args={"number": number})
    first = leases.lease_due(limit=3, owner="one")
    second = leases.lease_due(limit=3, owner="two")
    assert (len(first), len(second)) == (3, 2)
    assert not set(first) & set(second)
    assert leases.lease_due(limit=3, owner="one") == []


def test_work_that_fails_waits_longer_each_time_then_is_given_up() -> None:
    pk = enqueue("test.raise", key="a", args={"number": 1}).pk
    waits = []
    for _ in range(MAX_ATTEMPTS):
        job = leases.begin(pk, leased=False)
        assert job
        leases.fail(job, error="broken")
        waits.append(Job.objects.get(pk=pk).due - timezone.now())
    dead = Job.objects.get(pk=pk)
    assert (dead.state, dead.attempts, dead.last_error) == (JobState.DEAD, 8, "broken")
    assert waits[:-1] == sorted(waits[:-1])


def test_work_that_takes_its_process_down_is_given_up_after_three() -> None:
    pk = enqueue("test.kill", key="a", args={"number": 1}).pk
    for kills in range(MAX_KILLS):
        assert leases.lease_due(limit=9) == [pk]
        assert leases.begin(pk)
        Job.objects.update(due=PAST)
        assert Job.objects.get(pk=pk).kills == kills
    assert leases.lease_due(limit=9) == []
    assert Job.objects.get(pk=pk).state == JobState.DEAD


def test_progress_forgives_earlier_failures() -> None:
    pk = enqueue("test.walk", key="a", args={"name": "a", "steps": 3}).pk
    Job.objects.update(attempts=7, kills=2)
    job = leases.begin(pk, leased=False)
    assert job
    leases.advance(job, cursor=1, done=1, total=3)
    assert leases.fail(job, error="broken") == JobState.PENDING
    assert Job.objects.get(pk=pk).attempts == 1


@given(st.integers(1, 10_000))
def test_the_wait_doubles_from_half_a_minute_to_an_hour(attempts: int) -> None:
    wait = retry_delay(attempts)
    assert FIRST_RETRY <= wait <= LONGEST_RETRY
    if attempts < 7:
        assert 1 <= wait / (FIRST_RETRY * 2 ** (attempts - 1)) <= 1.1
