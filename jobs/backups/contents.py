"""Tells whether a file is a backup of this product that this version can work with."""

from pathlib import Path

from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from jobs.backups import BackupError
from jobs.backups.stores import Store

#: Since when there are jobs: every backup of ours has it.
_OURS = ("jobs", "0002_job")


def refuse_other_backups(store: Store, backup: Path) -> int:
    """Raise BackupError for what is not a whole backup of ours, or of a later version.

    Return how many migrations are to be applied once it is put back.
    """
    if not backup.is_file():
        message = _("«\u00a0%(path)s\u00a0» n’existe pas\u00a0: vérifiez le chemin.")
        raise BackupError(message % {"path": backup})
    store.check(backup)
    found, known = store.migrations(backup), _known_migrations()
    if _OURS not in found:
        message = _("«\u00a0%(path)s\u00a0» n’est pas une sauvegarde de La Place locale.")
        raise BackupError(message % {"path": backup})
    if later := sorted(f"{app}.{name}" for app, name in found - known):
        message = _(
            "Cette sauvegarde vient d’une version plus récente du logiciel (%(later)s)\u00a0: "
            "mettez-le à jour, puis recommencez."
        )
        raise BackupError(message % {"later": ", ".join(later)})
    return len(known - found)


def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
