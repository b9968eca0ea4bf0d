"""F11: a full disk stops what writes, breaks nothing, and the work goes on when there is room."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.harness import Site
from tests.faults.test_broken_workers import all_done

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: only root mounts a small disk"),
]

COUNT = (
    "from search.engines import get_engine\n"
    "from search.indexing import get_type\n"
    "print(get_engine().count(get_type('suppliers')))"
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def site(disk: Path, tmp_path: Path, migrated: Path) -> Iterator[Site]:
    path = shutil.copy(migrated, disk / "place.sqlite3")
    site = Site(tmp_path, f"sqlite:///{path}", "", {"lease": 2, "first_retry": 0.2})
    yield site
    site.close()
    assert site.value("PRAGMA integrity_check") == "ok"


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    return filler


def refuse_for_want_of_room(site: Site, command: list[str]) -> None:
    failed = site.manage(*command)
    assert failed.returncode == 1, command
    assert "plus de place" in failed.stderr, failed.stderr
    assert "Traceback" not in failed.stderr, failed.stderr


def test_jobs_wait_for_room_and_none_is_lost(site: Site, disk: Path) -> None:
    site.enqueue("test.fill", "{'number': number, 'kilobytes': 200}", 60)
    worker = site.start_worker()
    site.wait("work goes on", lambda: site.effects("fill")[1] > 3, 30)
    filler = fill(disk)
    site.wait("the disk is full", lambda: "disk is full" in site.log.read_text(), 20)
    time.sleep(5)
    stuck = site.unfinished("test.fill")
    assert stuck
    assert site.effects("fill")[1] + stuck == 60  # what is done is whole, what is not is not begun
    filler.unlink()
    waited = all_done(site, "test.fill", 60)

    assert worker.poll() is None
    assert site.effects("fill") == (60, 60)
    assert site.rows("SELECT DISTINCT state FROM jobs_job WHERE name = 'test.fill'") == [("done",)]
    sys.stdout.write(f"full for 5 s, {stuck} jobs waited, done {waited:.1f} s after\n")


def test_an_index_is_not_half_rebuilt(site: Site, disk: Path) -> None:
    done = site.manage("demo", "--size", "small")
    assert done.returncode == 0, done.stderr
    before = site.run(COUNT)
    commands = (["rebuild_search"], ["demo", "--size", "small"], ["backup", f"{disk}/saved"])
    filler = fill(disk)  # nobody has the database open: not even SQLite's own memory fits
    refuse_for_want_of_room(site, commands[0])
    filler.unlink()
    with closing(sqlite3.connect(disk / "place.sqlite3")) as site_at_work:
        site_at_work.execute("SELECT count(*) FROM jobs_job").fetchone()
        filler = fill(disk)
        for command in commands:
            refuse_for_want_of_room(site, command)
            assert site.run(COUNT) == before  # reading goes on
        filler.unlink()
    assert [path.name for path in disk.glob("saved*")] == []
    rebuilt = site.manage("rebuild_search")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert site.run(COUNT) == before
