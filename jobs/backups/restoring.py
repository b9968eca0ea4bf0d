"""Puts a backup back, without sending again what left after it was made."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from jobs.backups import BackupError
from jobs.backups.contents import refuse_other_backups
from jobs.backups.holding import holding
from jobs.backups.stores import Store
from jobs.progress import progress_bar


@dataclass(frozen=True)
class Restored:
    """Where the former database is kept, if it is, and how many migrations are to be applied."""

    kept: Path | None
    migrations: int


def restore(store: Store, backup: Path) -> Restored:
    """Replace the database by `backup`; raise BackupError, having changed nothing.

    What may have reached people since the backup was made waits in it for an operator.
    """
    backup = backup.absolute()
    migrations = refuse_other_backups(store, backup)
    try:
        with progress_bar(_("Restauration (Mo)")) as advance:
            kept = store.restore(backup, then=holding(), progress=advance)
    except OSError as error:
        message = _("La sauvegarde n’a pas pu être mise en place (%(reason)s). Rien n’a changé.")
        raise BackupError(message % {"reason": error}) from error
    return Restored(kept, migrations)
