"""Saves the database: written aside, read again, then given its name."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.backups import BackupError
from jobs.backups.stores import Store
from jobs.errors import is_disk_full
from jobs.progress import progress_bar


@dataclass(frozen=True)
class Backup:
    """A file that was written, its size in bytes and its SHA-256."""

    path: Path
    size: int
    sha256: str


def save(store: Store, path: Path | None = None) -> Backup:
    """Save the database to `path`, by default a file of var/backups named after this moment.

    Only its owner may read it. Raises BackupError, leaving nothing behind; a file that exists is
    never written over.
    """
    path = (path or _default_path(store)).absolute()
    aside = None
    try:
        if path.exists():
            raise FileExistsError
        aside = _aside(path)
        with progress_bar(_("Sauvegarde (Mo)"), store.megabytes()) as advance:
            store.save(aside, advance)
        store.check(aside)
        os.link(aside, path)  # unlike a renaming, never over another
        return Backup(path, path.stat().st_size, _sha256(path))
    except FileExistsError as error:
        message = _("«\u00a0%(path)s\u00a0» existe déjà\u00a0: donnez un autre nom.")
        raise BackupError(message % {"path": path}) from error
    except OSError as error:
        if is_disk_full(error):
            raise
        message = _("«\u00a0%(path)s\u00a0» ne peut pas être écrit (%(reason)s).")
        raise BackupError(message % {"path": path, "reason": error.strerror}) from error
    finally:
        if aside:
            aside.unlink(missing_ok=True)


def _default_path(store: Store) -> Path:
    folder = Path(settings.VAR_DIR) / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"place-{timezone.localtime():%Y-%m-%d-%Hh%Mm%S}{store.suffix}"


def _aside(path: Path) -> Path:
    """Make an empty file beside `path` that only its owner may read."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
    os.close(descriptor)
    return Path(name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
