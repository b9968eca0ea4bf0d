"""`manage.py jobs` tells an operator in French where work stands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from jobs import leases
from jobs.enums import JobState
from jobs.execution import execute
from jobs.models import Job
from jobs.services import enqueue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dead(db: None) -> Job:
    job = enqueue("test.raise", key="poison", args={"number": 3})
    Job.objects.update(attempts=7)
    leases.lease_due(limit=1)
    execute(job.pk)
    job.refresh_from_db()
    return job


def test_list_shows_the_jobs_of_a_state_and_counts_all(
    dead: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    enqueue("test.effect", key="waiting", args={"number": 1})
    call_command("jobs", "list", state="dead")
    shown = capsys.readouterr()
    assert shown.out.split() == [str(dead.pk), "abandonné", "poison"]
    assert shown.err == "abandonné : 1, en attente : 1\n"


def test_show_tells_all_about_a_job(dead: Job, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("jobs", "show", dead.pk)
    lines = capsys.readouterr().out.splitlines()
    assert "état : abandonné" in lines
    assert "arguments : {'number': 3}" in lines
    assert "dernière erreur : RuntimeError: This job always fails." in lines


def test_retry_has_a_job_done_again(dead: Job, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("jobs", "retry", dead.pk)
    assert "poison" in capsys.readouterr().out
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (JobState.PENDING, 0)
    assert leases.lease_due(limit=1) == [dead.pk]


def test_what_is_at_work_or_done_is_not_retried(dead: Job) -> None:
    Job.objects.update(state=JobState.DONE)
    with pytest.raises(CommandError, match=f"Le travail {dead.pk} .* « fait »"):
        call_command("jobs", "retry", dead.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["show", "retry"])
def test_an_unknown_number_is_an_error_that_says_what_to_do(verb: str) -> None:
    with pytest.raises(CommandError, match=r"numéro 12\. .* jobs list"):
        call_command("jobs", verb, 12)


def test_a_worker_without_its_tables_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "worker"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_administration_reads_jobs_and_has_them_done_again(dead: Job, client: Client) -> None:
    admin = Person.objects.create_superuser(email="admin@place.example", password="x")
    client.force_login(admin)
    for name, values in (("changelist", []), ("change", [dead.pk])):
        page = client.get(reverse(f"admin:jobs_job_{name}", args=values))
        assert page.status_code == 200
        assert "poison" in page.content.decode()
    answer = client.post(
        reverse("admin:jobs_job_changelist"),
        {"action": "try_again", "_selected_action": [dead.pk]},
        follow=True,
    )
    assert "1 travail repris." in answer.content.decode()
    dead.refresh_from_db()
    assert dead.state == JobState.PENDING
