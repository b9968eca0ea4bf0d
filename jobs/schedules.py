"""Work that comes back: each occurrence is a job whose key holds its date.

Two relays that ask for the same occurrence insert one row, and so does a clock set back.
After a stop only the last occurrence missed is made up for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from jobs.registry import autodiscover
from jobs.services import enqueue

#: From now to the last occurrence, as it is written in a key.
Rhythm = Callable[[datetime], str]


@dataclass(frozen=True)
class Schedule:
    """A kind of work and when it comes back; `label` tells two of the same name apart."""

    name: str
    rhythm: Rhythm
    label: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)

    def key(self, now: datetime) -> str:
        """Return the key of the last occurrence: `search.refresh:suppliers:2026-11-23T20:30Z`."""
        return ":".join(part for part in (self.name, self.label, self.rhythm(now)) if part)


_schedules: list[Schedule] = []


def schedule(
    name: str, rhythm: Rhythm, *, label: str = "", args: Mapping[str, Any] | None = None
) -> None:
    """Have a job done again and again; called by a room's `jobs.py`."""
    _schedules.append(Schedule(name, rhythm, label, args or {}))


def schedules() -> tuple[Schedule, ...]:
    """Return all that comes back."""
    autodiscover()
    return tuple(_schedules)


def every(*, minutes: int) -> Rhythm:
    """Every so many minutes of universal time, which has no hour twice."""

    def last(now: datetime) -> str:
        seconds = 60 * minutes
        moment = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
        return moment.strftime("%Y-%m-%dT%H:%MZ")

    return last


def daily(*, at: str) -> Rhythm:
    """Once for each date, at that local time; on the night it does not exist, an hour later."""
    hour = time.fromisoformat(at)

    def last(now: datetime) -> str:
        local = timezone.localtime(now)
        today = datetime.combine(local.date(), hour, tzinfo=local.tzinfo)
        # Compared in universal time: two times of one zone are compared as clocks show them.
        day = local.date() - timedelta(days=today.astimezone(UTC) > now.astimezone(UTC))
        return f"{day}T{at}"

    return last


def enqueue_occurrences(asked: dict[tuple[str, str], str]) -> None:
    """Enqueue the occurrences that have come; `asked` remembers those of earlier calls."""
    now = timezone.now()
    for each in _schedules:
        key = each.key(now)
        if asked.get((each.name, each.label)) != key:
            enqueue(each.name, key=key, args=each.args)
            asked[each.name, each.label] = key
