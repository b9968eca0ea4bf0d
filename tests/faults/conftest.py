"""Installations to break: embedded always, distributed where its servers are."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import redis

from tests.faults.harness import Site

DATABASE, BROKER = os.environ.get("DATABASE_URL", ""), os.environ.get("CELERY_BROKER_URL", "")
MakeSite = Callable[..., Site]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty installation's SQLite file, to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    path = folder / "place.sqlite3"
    _migrate(Site(folder, f"sqlite:///{path}", ""))
    return path


@pytest.fixture(
    params=[
        "embedded",
        pytest.param(
            "distributed",
            marks=pytest.mark.skipif(
                not (DATABASE.startswith("postgres") and BROKER.startswith("redis")),
                reason="NOT RUN: DATABASE_URL and CELERY_BROKER_URL name no PostgreSQL and Redis",
            ),
        ),
    ]
)
def make_site(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Path
) -> Iterator[MakeSite]:
    """Make an installation of each profile, with the times given."""
    if request.param == "embedded":
        yield from _embedded(tmp_path, migrated)
    else:
        yield from _distributed(tmp_path)


def _embedded(folder: Path, migrated: Path) -> Iterator[MakeSite]:
    path = shutil.copy(migrated, folder / "place.sqlite3")
    sites: list[Site] = []

    def make(**times: float) -> Site:
        sites.append(Site(folder, f"sqlite:///{path}", "", times))
        return sites[-1]

    yield make
    for site in sites:
        site.close()
        assert site.value("PRAGMA integrity_check") == "ok"
        assert "database is locked" not in (site.log.read_text() if site.log.exists() else "")


def _distributed(folder: Path) -> Iterator[MakeSite]:
    name = f"faults_{uuid4().hex[:12]}"
    server, broker = DATABASE.rpartition("/")[0], f"{BROKER.rpartition('/')[0]}/7"
    with psycopg.connect(DATABASE, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    redis.Redis.from_url(broker).flushdb()
    sites: list[Site] = []

    def make(**times: float) -> Site:
        sites.append(Site(folder, f"{server}/{name}", broker, times))
        _migrate(sites[-1])
        return sites[-1]

    yield make
    for site in sites:
        site.close()
    with psycopg.connect(DATABASE, autocommit=True) as admin:
        _cut_connections(admin, name)
        admin.execute(f"DROP DATABASE {name}")


def _cut_connections(admin: psycopg.Connection[Any], name: str) -> None:
    """End our own sessions on a database: one of the server's (autovacuum) ends by itself."""
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
        [name],
    )


def _migrate(site: Site) -> None:
    done = site.manage("migrate", "--verbosity=0")
    assert done.returncode == 0, done.stderr
