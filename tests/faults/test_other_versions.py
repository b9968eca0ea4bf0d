"""F17: jobs and tables of another version are waited for or given up in sight, never dropped."""

import pytest

from tests.faults.conftest import MakeSite
from tests.faults.test_broken_workers import all_done

pytestmark = pytest.mark.faults


def test_jobs_of_another_version_are_given_up_in_sight_then_done_by_the_right_one(
    make_site: MakeSite,
) -> None:
    site = make_site(first_retry=0.05)
    site.enqueue("test.effect", "{'number': number, 'colour': 'red'}", 3)  # an older signature
    site.enqueue("test.walk", "{'name': str(number), 'steps': 2}", 3)
    site.change("UPDATE jobs_job SET name = 'test.gone' WHERE name = 'test.walk'")
    site.start_worker()
    site.enqueue("test.long", "{'number': number, 'seconds': 0.1}", 3)
    all_done(site, "test.long", 30)
    all_done(site, "test.effect", 60)
    all_done(site, "test.gone", 60)
    found = site.rows(
        "SELECT name, state, attempts, count(*) FROM jobs_job"
        " WHERE name LIKE 'test.%' GROUP BY 1, 2, 3 ORDER BY 1"
    )
    assert found == [
        ("test.effect", "dead", 8, 3),
        ("test.gone", "dead", 8, 3),
        ("test.long", "done", 0, 3),
    ]
    errors = {text.partition(":")[0] for (text,) in site.rows("SELECT last_error FROM jobs_job")}
    assert {"TypeError", "UnknownJob"} <= errors

    site.change("UPDATE jobs_job SET name = 'test.walk' WHERE name = 'test.gone'")
    for (number,) in site.rows("SELECT id FROM jobs_job WHERE name = 'test.walk'"):
        assert site.manage("jobs", "retry", str(number)).returncode == 0
    all_done(site, "test.walk")
    assert site.effects("walk") == (6, 6)


def test_a_worker_beside_tables_of_another_version_waits_for_its_own(make_site: MakeSite) -> None:
    site = make_site(lease=2)
    worker = site.start_worker()
    site.enqueue("test.effect", "{'number': number, 'seconds': 0.02}", 300)
    site.wait("work goes on", lambda: site.effects("effect")[0] > 20, 30)
    site.change("ALTER TABLE jobs_job RENAME COLUMN last_error TO latest_error")
    site.wait("the worker says so", lambda: "last_error" in site.log.read_text(), 20)
    assert site.effects("effect")[0] < 300
    site.change("ALTER TABLE jobs_job RENAME COLUMN latest_error TO last_error")
    all_done(site, "test.effect", 60)
    assert worker.poll() is None
    assert site.effects("effect") == (300, 300)
