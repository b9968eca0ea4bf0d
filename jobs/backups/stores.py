"""The database of this installation, as something that can be saved and put back."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from django.conf import settings

from jobs.backups.postgres import PostgresStore
from jobs.backups.sqlite import SqliteStore

#: Told how many megabytes are written.
Progress = Callable[[int], None]


class Store(Protocol):
    """A kind of database. Every method raises BackupError."""

    #: Ends the name of a backup.
    suffix: str

    def megabytes(self) -> int | None:
        """Return how large a backup is about to be; None when it cannot be told."""

    def save(self, target: Path, progress: Progress) -> None:
        """Write what is committed now to `target`, an empty file."""

    def check(self, backup: Path) -> None:
        """Read the whole of a backup."""

    def migrations(self, backup: Path) -> set[tuple[str, str]]:
        """Return (app, name) of the migrations a backup has gone through."""

    def restore(self, backup: Path, *, then: str, progress: Progress) -> Path | None:
        """Replace the database by a backup in which the SQL of `then` was run.

        All or nothing. Return where the former database is kept, None where it is not.
        """


def get_store() -> Store:
    """Return the database of the settings."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return SqliteStore(Path(database["NAME"]))
    return PostgresStore(database)
