"""An import killed or frozen is done again by the same command, and never by two at once."""

import signal
import sys
import time
from pathlib import Path

import pytest

from tests.faults.conftest import MakeSite
from tests.faults.harness import Site
from tests.faults.test_broken_workers import freeze_between_writes
from tests.suppliers.importers.files import place, stock, unit

pytestmark = pytest.mark.faults

LEASE = 6
COMPANIES = 6_000


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    everyone = range(1, COMPANIES + 1)
    return [str(path) for path in stock(tmp_path, map(unit, everyone), map(place, everyone))]


def written(site: Site) -> int:
    return int(site.value("SELECT count(*) FROM suppliers_company"))


def runs(site: Site) -> list[str]:
    return [status for (status,) in site.rows("SELECT status FROM jobs_importrun ORDER BY id")]


def refused(site: Site, files: list[str]) -> bool:
    other = site.manage("import_sirene", *files)
    return other.returncode == 1 and "déjà en cours" in other.stderr


def test_a_killed_import_is_done_again_by_the_same_command(
    make_site: MakeSite, files: list[str]
) -> None:
    site = make_site(lease=LEASE)
    first = site.start("manage.py", "import_sirene", *files)
    site.wait("rows are written", lambda: written(site) > 200, 30)
    site.signal(first, signal.SIGKILL)
    assert refused(site, files)  # it may still be alive, for all anybody knows
    left = written(site)
    assert 200 < left < COMPANIES
    assert runs(site) == ["running"]

    time.sleep(LEASE)
    again = site.manage("import_sirene", *files, "--format=json")
    assert again.returncode == 0, again.stderr
    assert f'"created": {COMPANIES - left}, "updated": 0, "unchanged": {left}' in again.stdout
    assert runs(site) == ["failed", "done"]
    assert site.rows("SELECT name, state FROM jobs_job") == [("suppliers.import_sirene", "done")]
    sys.stdout.write(f"killed after {left} of {COMPANIES} companies\n")


def test_what_a_frozen_import_writes_when_it_wakes_is_refused(
    make_site: MakeSite, files: list[str]
) -> None:
    site = make_site(lease=LEASE)
    frozen = site.start("manage.py", "import_sirene", *files)
    site.wait("rows are written", lambda: written(site) > 200, 30)
    freeze_between_writes(site, frozen)
    time.sleep(LEASE)
    again = site.manage("import_sirene", *files)
    assert again.returncode == 0, again.stderr
    site.change("UPDATE suppliers_company SET name = 'CHANGED SINCE'")
    site.signal(frozen, signal.SIGCONT)
    assert frozen.wait(30) == 1
    site.workers.remove(frozen)
    assert site.rows("SELECT DISTINCT name FROM suppliers_company") == [("CHANGED SINCE",)]
    assert runs(site) == ["failed", "done"]


def test_a_worker_ends_an_import_that_nobody_starts_again(
    make_site: MakeSite, files: list[str]
) -> None:
    site = make_site(lease=LEASE)
    first = site.start("manage.py", "import_sirene", *files)
    site.wait("rows are written", lambda: written(site) > 200, 30)
    site.signal(first, signal.SIGKILL)
    site.start_worker()
    site.wait("it is done", lambda: not site.unfinished("suppliers.import_sirene"), 60)
    assert runs(site) == ["failed", "done"]
    assert written(site) == COMPANIES
