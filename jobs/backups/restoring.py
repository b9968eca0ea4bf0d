"""Puts a backup back, without sending again what left after it was made."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.backups import BackupError
from jobs.backups.contents import refuse_other_backups
from jobs.backups.stores import Store
from jobs.progress import progress_bar
from jobs.registry import external_jobs
from jobs.schedules import Schedule, schedules


@dataclass(frozen=True)
class Restored:
    """Where the former database is kept, if it is, and how many migrations are to be applied."""

    kept: Path | None
    migrations: int


def restore(store: Store, backup: Path) -> Restored:
    """Replace the database by `backup`; raise BackupError, having changed nothing.

    Work that reaches people and whose hour has come is given up in it: it may have been done
    since the backup was made, and only an operator can tell (`manage.py jobs retry`).
    """
    backup = backup.absolute()
    migrations = refuse_other_backups(store, backup)
    try:
        with progress_bar(_("Restauration (Mo)")) as advance:
            kept = store.restore(backup, then=_holding(), progress=advance)
    except OSError as error:
        message = _("La sauvegarde n’a pas pu être mise en place (%(reason)s). Rien n’a changé.")
        raise BackupError(message % {"reason": error}) from error
    return Restored(kept, migrations)


def _holding() -> str:
    """Return the SQL that leaves to an operator what may have reached people already.

    Plain SQL, for it has to be part of what is put in place at once: the newsletter of a
    schedule too, which would be asked for anew since the backup does not know it.
    """
    names = external_jobs()
    if not names:
        return ""
    reason = _quoted(_("Sauvegarde restaurée\u00a0: à relancer par un opérateur."))
    now = timezone.now()
    asked = [_ask(each, now, reason) for each in schedules() if each.name in names]
    return "\n".join([_hold(names, reason), *asked])


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
