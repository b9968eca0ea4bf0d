"""What leaves twice harms; what is no backup of ours is refused before anything is touched."""

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from jobs import leases, schedules
from jobs.backups import BackupError, contents, holding, postgres, restoring
from jobs.backups.postgres import PostgresStore
from jobs.backups.saving import save
from jobs.backups.sqlite import SqliteStore
from jobs.enums import JobState
from jobs.models import Job
from jobs.policy import STALE
from jobs.registry import external_jobs
from jobs.schedules import Schedule, daily, enqueue_occurrences
from jobs.services import enqueue, retry

NOBODY = lambda done: None  # noqa: E731


def mail(key: str, *, hours: float) -> Job:
    return enqueue(
        "test.mail",
        key=key,
        args={"number": 1},
        due=timezone.now() + timedelta(hours=hours),
    )


def hold() -> None:
    """Run what `restore` runs in the backup it puts in place."""
    with connection.cursor() as cursor:
        for statement in filter(str.strip, holding.holding().split(";\n")):
            cursor.execute(statement)


def states() -> dict[str, str]:
    return dict(Job.objects.values_list("key", "state"))


@pytest.mark.django_db
def test_what_may_have_reached_people_waits_for_an_operator_after_a_restoration() -> None:
    assert {"test.mail", "tenders.match"} <= set(external_jobs())
    mail("past", hours=-1)
    mail("tomorrow", hours=24)
    mail("at-work", hours=1)
    Job.objects.filter(key="at-work").update(state=JobState.RUNNING)
    enqueue("test.effect", key="effect", args={"number": 1})
    hold()
    assert states() == {
        "past": "dead",
        "at-work": "dead",
        "tomorrow": "pending",
        "effect": "pending",
    }
    job = Job.objects.get(key="past")
    assert "Sauvegarde restaurée" in job.last_error
    assert job.finished_at <= timezone.now()
    assert leases.lease_due(limit=9) == [Job.objects.get(key="effect").pk]
    retry(job.pk)
    assert leases.lease_due(limit=9) == [job.pk]


@pytest.mark.django_db
def test_the_newsletter_of_the_day_is_not_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    morning = Schedule("test.mail", daily(at="00:00"), "l'été", {"number": 3})
    night = Schedule("test.effect", daily(at="00:00"), "", {"number": 4})
    monkeypatch.setattr(schedules, "_schedules", [morning, night])
    hold()
    enqueue_occurrences({})
    found = {job.name: job for job in Job.objects.all()}
    assert len(found) == Job.objects.count() == 2
    assert found["test.mail"].state == JobState.DEAD
    assert found["test.mail"].args == {"number": 3}
    assert found["test.effect"].state == JobState.PENDING


@pytest.mark.django_db
def test_an_old_copy_put_back_by_other_means_sends_nothing_either() -> None:
    age = STALE.total_seconds() / 3600
    mail("old", hours=-age - 0.1)
    recent = mail("recent", hours=-age + 0.1)
    effect = enqueue("test.effect", key="e", args={}, due=timezone.now() - 2 * STALE)
    assert set(leases.lease_due(limit=9)) == {recent.pk, effect.pk}
    old = Job.objects.get(key="old")
    assert old.state == JobState.DEAD
    assert "opérateur" in old.last_error
    retry(old.pk)
    assert leases.lease_due(limit=9) == [old.pk]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file with nothing of ours but its migrations."""
    path = tmp_path / "place.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("CREATE TABLE django_migrations (app, name)")
        file.executemany(
            "INSERT INTO django_migrations VALUES (?, ?)", contents._known_migrations()
        )
        file.execute("CREATE TABLE thing (name)")
        file.executemany("INSERT INTO thing VALUES (?)", [("x" * 1_000,)] * 500)
        file.commit()
    return path


def test_a_backup_is_private_whole_and_never_written_over(database: Path, tmp_path: Path) -> None:
    store, path = SqliteStore(database), tmp_path / "saved.sqlite3"
    backup = save(store, path)
    assert (backup.path, backup.size) == (path, path.stat().st_size)
    assert path.stat().st_mode & 0o777 == 0o600
    assert contents.refuse_other_backups(store, path) == 0
    with pytest.raises(BackupError, match="existe déjà"):
        save(store, path)
    with pytest.raises(BackupError, match="ne peut pas être écrit"):
        save(store, tmp_path / "nowhere" / "saved.sqlite3")
    assert list(tmp_path.glob("*.part")) == []


def test_a_backup_without_a_name_goes_to_var(
    database: Path, tmp_path: Path, settings: object
) -> None:
    settings.VAR_DIR = tmp_path / "var"  # type: ignore[attr-defined]
    backup = save(SqliteStore(database))
    assert backup.path.parent == tmp_path / "var" / "backups"
    assert backup.path.name.startswith(f"place-{timezone.localdate()}")
    assert backup.path.parent.stat().st_mode & 0o077 == 0


def change(path: Path, statement: str) -> Path:
    with closing(sqlite3.connect(path)) as file:
        file.execute(statement)
        file.commit()
    return path


def test_what_is_no_backup_of_this_version_is_refused(database: Path, tmp_path: Path) -> None:
    store = SqliteStore(database)
    good = save(store, tmp_path / "good").path.read_bytes()
    files = {name: tmp_path / name for name in ("text", "cut", "empty", "foreign", "later")}
    files["text"].write_text("not a database at all, but long enough" * 100)
    files["cut"].write_bytes(good[: len(good) // 2])
    files["empty"].touch()
    for name, statement in (
        ("foreign", "DELETE FROM django_migrations WHERE app = 'jobs'"),
        ("later", "INSERT INTO django_migrations VALUES ('jobs', '9999_later')"),
    ):
        files[name].write_bytes(good)
        change(files[name], statement)
    refusals = {
        "text": "n’est pas une base SQLite entière",
        "cut": "n’est pas une base SQLite entière",
        "empty": "n’est pas une sauvegarde de La Place locale",
        "foreign": "n’est pas une sauvegarde de La Place locale",
        "later": r"jobs\.9999_later",
        "absent": "n’existe pas",
    }
    before = database.read_bytes()
    for name, reason in refusals.items():
        with pytest.raises(BackupError, match=reason):
            restoring.restore(store, files.get(name, tmp_path / name))
    assert database.read_bytes() == before


def test_an_older_backup_says_how_many_migrations_it_lacks(database: Path) -> None:
    change(database, "DELETE FROM django_migrations WHERE name = '0003_initial' AND app = 'jobs'")
    assert contents.refuse_other_backups(SqliteStore(database), database) == 1


def things(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        return int(file.execute("SELECT count(*) FROM thing").fetchone()[0])


@pytest.fixture
def own_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test database's connections alone: these files are others."""
    monkeypatch.setattr("jobs.backups.sqlite.connections.close_all", lambda: None)


@pytest.mark.usefixtures("own_connections")
def test_the_former_database_is_kept_even_broken(database: Path, tmp_path: Path) -> None:
    store = SqliteStore(database)
    backup = save(store, tmp_path / "saved").path
    change(database, "DELETE FROM thing")
    kept = store.restore(backup, then="DELETE FROM thing WHERE rowid > 400;", progress=NOBODY)
    assert kept
    assert (things(database), things(kept)) == (400, 0)
    assert database.stat().st_mode & 0o777 == 0o600
    kept.unlink()
    database.write_bytes(b"broken" * 1_000)
    Path(f"{database}-wal").write_bytes(b"left over")
    kept = store.restore(backup, then="", progress=NOBODY)
    assert kept
    assert things(database) == 500
    assert kept.read_bytes() == b"broken" * 1_000
    database.unlink()
    assert store.restore(backup, then="", progress=NOBODY) is None
    assert things(database) == 500


@pytest.mark.usefixtures("own_connections")
@pytest.mark.parametrize("then", ["", "INSERT INTO nowhere VALUES (1);"])
def test_a_restoration_is_whole_or_nothing(database: Path, tmp_path: Path, then: str) -> None:
    store = SqliteStore(database)
    backup = save(store, tmp_path / "saved").path
    with closing(sqlite3.connect(database)) as site:  # the site works
        site.execute("SELECT count(*) FROM thing").fetchone()
        with pytest.raises(BackupError, match="arrêtez le site" if not then else "nowhere"):
            store.restore(backup, then=then, progress=NOBODY)
        assert site.execute("SELECT count(*) FROM thing").fetchone() == (500,)
    assert {path.name for path in tmp_path.iterdir()} <= {
        "place.sqlite3", "place.sqlite3-wal", "place.sqlite3-shm", "saved",
    }  # fmt: skip


def test_restore_asks_before_it_replaces() -> None:
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", "whatever")


def test_a_missing_program_of_postgresql_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr(postgres, "_PROGRAMS", tmp_path)
    database = {
        "OPTIONS": {},
        "NAME": "place",
        "USER": "x",
        "PASSWORD": "y",
        "HOST": "",
        "PORT": 1,
    }
    with pytest.raises(BackupError, match=r"pg_dump.*postgresql-client"):
        save(PostgresStore(database), tmp_path / "saved")
    assert list(tmp_path.iterdir()) == []
