"""What a handler writes counts once and only while its lease holds."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from jobs import execution, leases
from jobs.enums import JobState
from jobs.errors import describe
from jobs.execution import Step, execute
from jobs.models import Job
from jobs.registry import stepwise_job
from jobs.services import NotNow, enqueue, run_now

Effects = Callable[[], list[str]]


def run(name: str, **args: object) -> Job:
    """Enqueue, lease and execute one job as a worker would."""
    job = enqueue(name, key=name, args=args)
    assert leases.lease_due(limit=1) == [job.pk]
    execute(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_an_atomic_job_leaves_its_effect_and_its_result(effects: Effects) -> None:
    job = run("test.effect", number=7)
    assert (job.state, job.result, effects()) == (JobState.DONE, 7, ["7"])


@pytest.mark.django_db
def test_a_failure_undoes_the_effect_and_the_job_waits(effects: Effects) -> None:
    job = run("test.raise", number=1)
    assert (job.state, job.attempts, effects()) == (JobState.PENDING, 1, [])
    assert job.due > timezone.now() + timedelta(seconds=25)
    assert job.last_error.startswith("RuntimeError: This job always fails.\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kept"), [("test.robbed", []), ("test.robbed-between-steps", ["0"])]
)
def test_what_a_late_worker_writes_is_undone(name: str, kept: list[str], effects: Effects) -> None:
    job = run(name, key=name)
    assert effects() == kept
    assert (job.state, job.attempts) == (JobState.RUNNING, 0)


@pytest.mark.django_db
def test_a_stepwise_job_goes_on_from_its_last_step(effects: Effects) -> None:
    job = run("test.stumble", at=2)
    assert (job.state, job.cursor, job.done, job.total) == (JobState.PENDING, 2, 2, 5)
    leases.retry(job.pk)
    leases.lease_due(limit=1)
    execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.result) == (JobState.DONE, 5, "all five")
    assert effects() == ["0", "1", "2", "3", "4"]


@pytest.mark.django_db
def test_the_error_kept_says_where_without_secrets() -> None:
    error = run("test.stumble", at=0).last_error
    assert "hunter2" not in error
    assert "s3cret" not in error
    assert "jobs/conftest.py" in error
    assert "stumble" in error


@pytest.mark.parametrize(
    "secret",
    [
        "mot de passe refused for marie.dupont@ville-martigues.fr",
        "redis://:hunter2marie@10.0.0.1:6379/0",
        "Authorization: Bearer marie-hunter2",
        "{'api_key': 'marie-hunter2'}",
        'token="marie-hunter2"',
        "/lettres/arret/marieK3jf9aLw0pQzXv7T1bYdRm5NcEg2HsU4/",
        "DETAIL: Key (email)=(marie@site.example) already exists",
    ],
)
def test_an_error_is_described_without_what_identifies_anyone(secret: str) -> None:
    text = describe(ValueError(f"before {secret}\r\nafter " + "x " * 2000))
    assert "marie" not in text
    assert text.startswith("ValueError: before ")
    assert len(text) < 600
    assert "\n" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("message", [0, -1, 10**12, "1", None, {"pk": 1}, [1]])
def test_a_message_that_names_no_leased_job_is_ignored(message: object, effects: Effects) -> None:
    enqueue("test.effect", key="a", args={"number": 1})
    execute(message)
    assert effects() == []


@pytest.mark.django_db
def test_a_message_that_comes_twice_or_early_does_nothing(effects: Effects) -> None:
    job = run("test.effect", number=7)
    execute(job.pk)
    waiting = enqueue("test.effect", key="later", args={"number": 8})
    execute(waiting.pk)
    assert effects() == ["7"]


@pytest.mark.django_db
def test_a_name_no_room_declares_any_more_is_a_failure_somebody_can_see() -> None:
    job = enqueue("test.effect", key="a")
    Job.objects.update(name="test.of-an-older-version")
    leases.lease_due(limit=1)
    execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.PENDING
    assert job.last_error.startswith("UnknownJob: ")


@pytest.mark.django_db
def test_run_now_needs_no_worker_and_tells_its_progress(effects: Effects) -> None:
    seen: list[tuple[int, int | None]] = []
    job = run_now(
        "test.walk",
        key="a",
        args={"name": "w", "steps": 3},
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (job.state, job.result, job.fence) == (JobState.DONE, 3, 1)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert run_now("test.walk", key="a") == job
    assert effects() == ["w:0", "w:1", "w:2"]


@pytest.mark.django_db
def test_run_now_raises_what_went_wrong_and_goes_on_the_next_time(effects: Effects) -> None:
    with pytest.raises(ValueError, match="refused"):
        run_now("test.stumble", key="a", args={"at": 3})
    assert Job.objects.get(key="a").state == JobState.DEAD  # no worker will try again
    assert run_now("test.stumble", key="a").state == JobState.DONE
    assert effects() == ["0", "1", "2", "3", "4"]


@pytest.mark.django_db
def test_run_now_leaves_work_to_who_is_at_it_until_the_lease_ends(effects: Effects) -> None:
    job = enqueue("test.effect", key="a", args={"number": 1})
    assert leases.begin(job.pk, leased=False, owner="elsewhere:12")
    with pytest.raises(NotNow, match="elsewhere:12"):
        run_now("test.effect", key="a")
    Job.objects.update(due=timezone.now())
    assert run_now("test.effect", key="a").fence == 2
    assert effects() == ["1"]


@pytest.mark.django_db
def test_a_step_must_be_committed_with_its_effects() -> None:
    job = enqueue("test.walk", key="a", args={"name": "w", "steps": 1})
    begun = leases.begin(job.pk, leased=False)
    assert begun
    step = Step(begun)
    with transaction.atomic():
        step.commit(cursor={"line": 4}, done=4)
    assert Job.objects.get(pk=job.pk).cursor == {"line": 4}


@stepwise_job("test.slow")
def slow(step: Step, *, seconds: float) -> None:
    step.progress(3, 9)
    time.sleep(seconds)
    step.commit(cursor=1)


@pytest.mark.django_db(transaction=True)
def test_work_that_lasts_keeps_its_lease_and_must_commit_steps_in_transactions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(execution, "RENEWAL", timedelta(seconds=0.2))
    start = timezone.now()
    with pytest.raises(transaction.TransactionManagementError):
        run_now("test.slow", key="a", args={"seconds": 0.7})
    job = Job.objects.get(key="a")
    assert (job.cursor, job.done, job.total) == (None, 3, 9)
    assert job.due > start + timedelta(seconds=30.5)
