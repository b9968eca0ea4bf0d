"""F4: workers killed at work lose nothing and do nothing twice; F6: nor does who asks."""

import sys
import time
from collections import Counter

import pytest

from tests.faults.conftest import MakeSite


@pytest.mark.parametrize(
    ("jobs", "seconds", "workers", "kills", "lease"),
    [
        # Slow enough for work to be left at the second kill, however busy the machine is.
        pytest.param(200, 0.04, 1, 2, 2, id="200-jobs-2-kills"),
        pytest.param(5_000, 0.02, 2, 20, 30, id="5000-jobs-20-kills", marks=pytest.mark.faults),
    ],
)
def test_workers_killed_at_work_lose_no_job_and_repeat_no_database_effect(
    make_site: MakeSite, jobs: int, seconds: float, workers: int, kills: int, lease: float
) -> None:
    site = make_site(lease=lease)
    site.enqueue("test.effect", f"{{'number': number, 'seconds': {seconds}}}", jobs)
    start = time.monotonic()
    running = [site.start_worker() for _ in range(workers)]
    for _ in range(kills):
        # One that starts beside the last at work could do all there is before it is killed.
        site.kill_at_work(running, "effect")
        running.append(site.start_worker())
    site.wait("every job is done", lambda: not site.unfinished("test.effect"), jobs / 10 + 90)

    repeated = Counter(words[1] for words in site.lines("effect"))
    outside_twice = sum(count - 1 for count in repeated.values())
    sys.stdout.write(
        f"{jobs} jobs in {time.monotonic() - start:.0f} s, {outside_twice} outside twice\n"
    )
    assert site.rows(
        "SELECT state, count(*) FROM jobs_job WHERE name = 'test.effect' GROUP BY 1"
    ) == [("done", jobs)]
    assert site.effects("effect") == (jobs, jobs)
    assert len(repeated) == jobs
    assert outside_twice <= kills * 2


@pytest.mark.faults
def test_a_stepwise_job_killed_ten_times_goes_on_from_its_cursor(make_site: MakeSite) -> None:
    site = make_site(lease=2)
    site.enqueue("test.walk", "{'name': 'a', 'steps': 300, 'seconds': 0.05}")
    for _ in range(10):
        site.kill_at_work([site.start_worker()], "walk")
    site.start_worker()
    site.wait("the walk is done", lambda: not site.unfinished("test.walk"), 90)

    assert site.effects("walk") == (300, 300)
    assert site.rows("SELECT state, done, total FROM jobs_job WHERE name = 'test.walk'") == [
        ("done", 300, 300)
    ]
    assert len(site.lines("walk")) <= 310  # one step at most begun again after each kill


def test_a_job_exists_if_and_only_if_what_asked_for_it_was_committed(make_site: MakeSite) -> None:
    site = make_site()
    printed = site.run("from tests.faults.publisher import publish_and_die; publish_and_die()")

    notices = {
        key for (key,) in site.rows("SELECT key FROM jobs_change WHERE \"index\" = 'notice'")
    }
    jobs = {key for (key,) in site.rows("SELECT key FROM jobs_job WHERE name = 'test.effect'")}
    assert jobs == notices
    points = dict(line.split() for line in printed.splitlines())
    assert points == {
        "before-begin": "absent",
        "after-begin": "absent",
        "after-notice": "absent",
        "after-job": "absent",
        "before-commit": "absent",
        "after-commit": "present",
        "in-on-commit": "present",
        "after-all": "present",
        **{f"anywhere-{number}": "killed" for number in range(10)},
    }
    assert len(jobs) >= 3 + 10  # those killed anywhere had published before
