"""Months that ended are sealed; what was kept long enough goes, and the rest still verifies."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from accounts.audit.heads import read_heads
from accounts.audit.sealing import remove_old_segments, seal_ended_months
from accounts.audit.verifying import Fault, verify
from accounts.jobs import TrailBroken
from accounts.models import AuditEntry, AuditSeal
from jobs.services import run_now
from tests.accounts.trail import ENTRY, hashes, tamper, write

pytestmark = pytest.mark.django_db
SEAL = "accounts_auditseal"


@pytest.fixture(autouse=True)
def heads(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_HEADS = str(tmp_path / "heads.jsonl")
    return Path(settings.AUDIT_HEADS)


def at(day: str) -> time_machine.travel:
    return time_machine.travel(datetime.fromisoformat(day).replace(tzinfo=UTC), tick=False)


@pytest.fixture
def years() -> None:
    """Two months of 2020, each sealed at its end: entries 1 to 5, then 6 (the seal) to 9."""
    with at("2020-01-15"):
        write(5)
    with at("2020-02-02"):
        assert str(seal_ended_months()) == "1-5"
        assert seal_ended_months() is None
        write(3)
    with at("2020-03-02"):
        assert str(seal_ended_months()) == "6-9"
        write(2)


@pytest.mark.usefixtures("years")
def test_a_segment_old_enough_goes_and_leaves_its_seal() -> None:
    before = hashes()
    with at("2025-02-01"):
        assert remove_old_segments() == 5
        assert remove_old_segments() == 0
    assert min(hashes()) == 6
    seal = AuditSeal.objects.first()
    assert seal is not None
    assert (seal.hash, seal.count, bool(seal.removed_at)) == (before[5], 5, True)
    verdict = verify(heads=before)
    assert (verdict.fault, verdict.entries) == (None, len(hashes()))
    with at("2025-06-01"):
        assert remove_old_segments() == 4
    assert verify(heads=before).fault is None


@pytest.mark.usefixtures("years")
def test_only_a_removed_segment_lets_its_entries_go() -> None:
    for number in (1, 7, 11):
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditEntry.objects.filter(number=number).delete()
    with at("2025-02-01"):
        remove_old_segments()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.filter(number=7).delete()


@pytest.mark.usefixtures("years")
def test_a_seal_changes_once_and_in_one_way() -> None:
    for change in (
        {"hash": "0" * 64},
        {"removed_at": datetime(2026, 1, 1, tzinfo=UTC), "first": 0},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            AuditSeal.objects.filter(last=5).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditSeal.objects.filter(last=5).delete()
    with at("2025-02-01"):
        remove_old_segments()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditSeal.objects.filter(last=5).update(removed_at=None)


@pytest.mark.usefixtures("years")
@pytest.mark.parametrize("removed", [False, True])
@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE {} SET hash = substr(hash, 2) || substr(hash, 1, 1) WHERE last = 5", {5, 6}),
        ("UPDATE {} SET first = 2, count = 4 WHERE last = 5", {2}),
        ("DELETE FROM {} WHERE last = 5", {6}),
        ("UPDATE {} SET before_hash = 'x' WHERE last = 9", {6}),
    ],
)
def test_a_forged_seal_is_found(removed: bool, change: str, number: set[int]) -> None:
    if removed:
        with at("2025-02-01"):
            remove_old_segments()
    tamper(change.format(SEAL))
    verdict = verify()
    assert verdict.fault in (Fault.SEAL, Fault.MISSING)
    assert verdict.number in number


@pytest.mark.usefixtures("years")
def test_what_should_be_gone_and_is_not_is_found() -> None:
    forged = AuditEntry.objects.get(number=3)
    with at("2025-02-01"):
        remove_old_segments()
    forged.save(force_insert=True)
    verdict = verify()
    assert (verdict.fault, verdict.number) == (Fault.ADDED, 3)
    with at("2025-02-01"):
        assert remove_old_segments() == 1
    assert verify().fault is None


@pytest.mark.django_db(transaction=True)
def test_each_night_verifies_exports_and_seals_and_does_nothing_on_a_broken_trail(
    heads: Path,
) -> None:
    with at("2026-01-15"):
        write(3)
    with at("2026-02-02"):
        done = run_now("accounts.keep_trail", key="a")
    assert done.result is not None
    assert (done.result["sealed"], done.result["entries"], done.result["removed"]) == ("1-3", 3, 0)
    assert read_heads(heads) == {3: hashes()[3]}
    tamper(f"UPDATE {ENTRY} SET target = 'x' WHERE number = 2")
    with at("2026-03-02"), pytest.raises(TrailBroken, match="2"):
        run_now("accounts.keep_trail", key="b")
    assert AuditSeal.objects.count() == len(heads.read_text().splitlines()) == 1
