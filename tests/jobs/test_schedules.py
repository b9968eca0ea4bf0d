"""Each occurrence is asked for once, whatever clocks and relays do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from jobs import leases, registry, schedules
from jobs.execution import execute
from jobs.models import Job
from jobs.schedules import Schedule, daily, enqueue_occurrences, every

# The nights when France changes its clocks.
BACK, FORWARD = datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2027, 3, 27, 20, tzinfo=UTC)


def occurrences(rhythm: schedules.Rhythm, start: datetime, hours: int) -> list[tuple[str, str]]:
    """Return each occurrence and the minute of universal time when it was first seen."""
    seen: dict[str, str] = {}
    for minute in range(hours * 60):
        now = start + timedelta(minutes=minute)
        seen.setdefault(rhythm(now), now.strftime("%m-%dT%H:%M"))
    return list(seen.items())[1:]


@pytest.mark.parametrize("start", [BACK, FORWARD])
def test_every_five_minutes_means_twelve_an_hour_on_the_nights_clocks_change(
    start: datetime,
) -> None:
    found = occurrences(every(minutes=5), start, 10)
    assert len(found) == 10 * 12 - 1
    assert found[0] == (f"{start:%Y-%m-%dT%H}:05Z", f"{start:%m-%dT%H}:05")


@pytest.mark.parametrize(
    ("at", "start", "expected"),
    [
        ("02:30", BACK, [("2026-10-25T02:30", "10-25T00:30")]),  # this time comes twice
        ("02:30", FORWARD, [("2027-03-28T02:30", "03-28T01:30")]),  # this one does not come
        ("03:30", BACK, [("2026-10-25T03:30", "10-25T02:30")]),
        ("03:30", FORWARD, [("2027-03-28T03:30", "03-28T01:30")]),
    ],
)
def test_once_a_day_means_once_on_the_nights_clocks_change(
    at: str, start: datetime, expected: list[tuple[str, str]]
) -> None:
    assert occurrences(daily(at=at), start, 12) == expected


@given(
    st.integers(1_770_000_000, 1_900_000_000).map(lambda time: datetime.fromtimestamp(time, UTC)),
    st.sampled_from([every(minutes=5), every(minutes=60), daily(at="03:30"), daily(at="00:00")]),
)
def test_time_that_goes_on_never_brings_an_occurrence_back(
    start: datetime, rhythm: schedules.Rhythm
) -> None:
    found = [rhythm(start + timedelta(minutes=13 * step)) for step in range(300)]
    assert found == sorted(found)
    assert all(len(a) == len(b) for a, b in pairwise(found))


@pytest.mark.django_db
def test_two_relays_and_a_clock_that_jumps_ask_once_for_each_occurrence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    effect = Schedule("test.effect", every(minutes=5), "a", {"number": 1})
    monkeypatch.setattr(schedules, "_schedules", [effect])
    relays: list[dict[tuple[str, str], str]] = [{}, {}]
    noon = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)
    for minutes in (0, 2, 4, -60, 4, 64, 5, 9):
        with time_machine.travel(noon + timedelta(minutes=minutes), tick=False):
            for asked in relays:
                enqueue_occurrences(asked)
    assert sorted(Job.objects.values_list("key", flat=True)) == [
        "test.effect:a:2026-11-23T11:00Z",
        "test.effect:a:2026-11-23T12:00Z",
        "test.effect:a:2026-11-23T12:05Z",
        "test.effect:a:2026-11-23T12:10Z",
        "test.effect:a:2026-11-23T13:05Z",
    ]


@pytest.mark.django_db
@time_machine.travel("2026-11-23T21:32:10+01:00", tick=False)
def test_the_rooms_own_work_comes_back_and_runs() -> None:
    registry.autodiscover()
    enqueue_occurrences({})
    assert set(Job.objects.values_list("key", flat=True)) >= {
        "search.refresh:suppliers:2026-11-23T20:30Z",
        "search.rebuild:suppliers:2026-11-23T03:30",
        "jobs.forget:2026-11-23T04:15",
    }
    for pk in leases.lease_due(limit=99):
        execute(pk)
    assert set(Job.objects.values_list("state", "last_error")) == {("done", "")}
    assert Job.objects.get(name="search.rebuild").result == 0


@pytest.mark.django_db
def test_what_was_done_a_month_ago_is_forgotten_and_what_was_given_up_is_kept() -> None:
    with time_machine.travel("2026-10-01", tick=False):
        for state in ("done", "dead"):
            now = datetime(2026, 10, 1, tzinfo=UTC)
            Job.objects.create(name="test.effect", key=state, state=state, finished_at=now)
    job = Job.objects.create(name="jobs.forget", key="f", state="leased")
    with time_machine.travel("2026-11-23", tick=False):
        execute(job.pk)
    assert sorted(Job.objects.values_list("key", flat=True)) == ["dead", "f"]
