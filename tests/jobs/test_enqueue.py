"""A job is a row of the caller's transaction, once for each key."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs.enums import JobState
from jobs.models import Job
from jobs.registry import UnknownJob, atomic_job
from jobs.services import enqueue

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


def test_a_job_goes_with_the_transaction_that_asked_for_it() -> None:
    with transaction.atomic():
        enqueue("test.effect", key="a", args={"number": 1})
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_known_key_is_the_job_there_is_and_the_transaction_goes_on() -> None:
    first = enqueue("test.effect", key="a", args={"number": 1})
    with transaction.atomic():
        second = enqueue("test.effect", key="a", args={"number": 2})
        third = enqueue("test.effect", key="b", args={"number": 3})
    assert second == first
    assert second.args == {"number": 1}
    assert set(Job.objects.values_list("pk", flat=True)) == {first.pk, third.pk}


def test_a_finished_job_is_not_asked_for_again() -> None:
    job = enqueue("test.effect", key="a", args={"number": 1})
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=timezone.now())
    assert enqueue("test.effect", key="a", args={"number": 1}).state == JobState.DONE


def test_a_job_waits_for_its_hour() -> None:
    hour = timezone.now() + timedelta(hours=1)
    enqueue("test.effect", key="a", args={"number": 1}, due=hour)
    assert not Job.objects.due(timezone.now()).exists()
    assert Job.objects.due(hour).exists()


def test_an_unknown_name_is_refused_before_anything_is_written() -> None:
    with pytest.raises(UnknownJob, match=r"os\.system"):
        enqueue("os.system", key="a")
    assert not Job.objects.exists()


def test_two_jobs_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match=r"test\.effect"):
        atomic_job("test.effect")(lambda: None)


@pytest.mark.parametrize("wrong", [{"key": "k" * 201}, {"key": "k", "args": {"a": object()}}])
def test_what_the_row_cannot_hold_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        enqueue("test.effect", **wrong)


def test_only_the_relay_sends_anything_to_celery() -> None:
    sends = re.compile(r"\.(delay|apply_async|send_task)\(")
    rooms = [path for path in ROOT.iterdir() if (path / "__init__.py").exists()]
    senders = {
        path.relative_to(ROOT).as_posix()
        for room in rooms
        for path in room.rglob("*.py")
        if room.name != "tests" and sends.search(path.read_text())
    }
    assert senders == {"jobs/relay.py"}


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL scans a small table")
def test_the_question_the_relay_asks_is_answered_by_its_index() -> None:
    query, values = Job.objects.due(timezone.now())[:200].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}", values)
        plan = [row[3] for row in cursor.fetchall()]
    assert plan[0].startswith("SEARCH jobs_job USING INDEX job_due"), plan
