"""An import that is cut short, or that meets another, writes nothing twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.utils import timezone

from jobs import leases
from jobs.execution import execute
from jobs.models import ImportRun, Job
from jobs.pacing import Pace
from tenders.importers.decp import applying
from tenders.models import Contract, Holder
from tenders.services.contracts import apply_decp_changes
from tests.tenders.importers.decp.conftest import Decp
from tests.tenders.importers.decp.files import marche, write

pytestmark = pytest.mark.django_db
EVERYONE = [marche(f"N{n}") for n in range(30)]


@pytest.fixture
def cut_short(decp: Decp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An import killed in its second transaction of ten contracts."""
    ten = property(lambda _pace: 10, lambda _pace, _size: None)
    monkeypatch.setattr(Pace, "size", ten, raising=False)

    def once(**batch: Any) -> None:
        apply_decp_changes(**batch)
        if Contract.objects.count() > 10:
            raise KeyboardInterrupt

    file = write(tmp_path / "f.json", EVERYONE)
    with monkeypatch.context() as patch:
        patch.setattr(applying, "apply_decp_changes", once)
        with pytest.raises(KeyboardInterrupt):
            decp(file)
    assert Contract.objects.count() == 10
    assert ImportRun.objects.get().status == "failed"
    return file


def test_the_same_command_goes_on_where_it_was(decp: Decp, cut_short: Path) -> None:
    answer = decp(cut_short)
    run = ImportRun.objects.get()
    assert answer.counts == (30, 0, 0, 0)
    assert (run.status, run.pk, run.counts["created"]) == ("done", answer.json["run"], 30)
    assert "reprend où il en était" in answer.stderr
    assert Contract.objects.count() == Holder.objects.count() == 30
    assert decp(cut_short).counts == (0, 0, 30, 0)


def test_a_worker_may_go_on_with_it(decp: Decp, cut_short: Path) -> None:
    job = Job.objects.get()
    leases.retry(job.pk)
    assert leases.lease_due(limit=1) == [job.pk]
    execute(job.pk)
    job.refresh_from_db()
    assert (job.state, Contract.objects.count()) == ("done", 30)
    assert ImportRun.objects.get().status == "done"
    assert decp(cut_short).counts == (0, 0, 30, 0)


def test_a_plan_that_was_lost_is_made_again(decp: Decp, cut_short: Path, tmp_path: Path) -> None:
    for plan in (tmp_path / "var" / "imports").iterdir():
        plan.unlink()
    assert decp(cut_short).counts == (20, 0, 10, 0)
    assert Contract.objects.count() == 30


def test_another_import_ends_the_one_that_was_cut_short(
    decp: Decp, cut_short: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "autre.json", [marche("N20", ccag="Pas de CCAG"), marche("N40")])
    assert decp(other).counts == (2, 0, 0, 0)
    job = Job.objects.order_by("pk")[0]
    leases.retry(job.pk)
    leases.lease_due(limit=1)
    execute(job.pk)
    assert Contract.objects.count() == 12
    job.refresh_from_db()
    assert "a commencé" in job.last_error
    assert decp(cut_short).counts == (19, 1, 10, 0)


def test_two_imports_at_once_are_refused(decp: Decp, cut_short: Path, tmp_path: Path) -> None:
    due = timezone.now() + timedelta(seconds=30)
    Job.objects.update(state="running", due=due, owner="autre", finished_at=None)
    with pytest.raises(CommandError, match="déjà en cours"):
        decp(cut_short)
    with pytest.raises(CommandError, match="est en cours"):
        decp(write(tmp_path / "autre.json", [marche("N40")]))
    assert ImportRun.objects.count() == 1


def test_a_plan_older_than_another_import_is_refused(
    decp: Decp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenders.importers.decp.run.latest_decp_run", lambda: 999)
    with pytest.raises(CommandError, match="relancez la commande"):
        decp(write(tmp_path / "f.json", EVERYONE))
    assert not Contract.objects.exists()
