"""What a database put back leaves to an operator: all that may have reached people already.

Plain SQL, for it has to be part of what is put in place at once.
"""

import json
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.registry import external_jobs
from jobs.schedules import Schedule, schedules

#: Takes the reason as an SQL text; returns statements, each ended by ";".
Hold = Callable[[str], str]

_holds: list[Hold] = []


def on_restoration(hold: Hold) -> Hold:
    """Declare what a room leaves to an operator besides its jobs; for a room's `jobs.py`."""
    _holds.append(hold)
    return hold


def holding() -> str:
    """Return the SQL that holds work declared `external`, its schedules, and what rooms declared.

    Only what is due is held: the rest cannot have been done since. The occurrence of a schedule
    is asked for and given up, or it would be asked for anew: the backup does not know it.
    """
    names = external_jobs()
    now = timezone.now()
    reason = _quoted(_("Sauvegarde restaurée\u00a0: à relancer par un opérateur."))
    statements = [_hold(names, reason)] if names else []
    statements += [_ask(each, now, reason) for each in schedules() if each.name in names]
    return "\n".join(statements + [hold(reason) for hold in _holds])


def _hold(names: tuple[str, ...], reason: str) -> str:
    listed = ", ".join(map(_quoted, names))
    return (
        "UPDATE jobs_job SET state = 'dead', finished_at = CURRENT_TIMESTAMP,"  # noqa: S608 - quoted
        f" fence = fence + 1, last_error = {reason} WHERE finished_at IS NULL"
        f" AND name IN ({listed}) AND (due <= CURRENT_TIMESTAMP OR state <> 'pending');"
    )


def _ask(schedule: Schedule, now: datetime, reason: str) -> str:
    name, key = _quoted(schedule.name), _quoted(schedule.key(now))
    args = _quoted(json.dumps(dict(schedule.args)))
    return (
        "INSERT INTO jobs_job (name, key, args, state, fence, attempts, kills, due, owner, done,"  # noqa: S608 - quoted
        f" last_error, created_at, finished_at) VALUES ({name}, {key}, {args},"
        f" 'dead', 0, 0, 0, CURRENT_TIMESTAMP, '', 0, {reason}, CURRENT_TIMESTAMP,"
        " CURRENT_TIMESTAMP) ON CONFLICT (key) DO NOTHING;"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
