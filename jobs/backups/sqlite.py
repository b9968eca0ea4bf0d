"""Saves and puts back an SQLite file, by SQLite itself: a copy of the file may be torn."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.backups import BackupError
from jobs.errors import is_disk_full

_MEGABYTE = 1_000_000
_INSTRUCTIONS = 100_000  # of SQLite's machine between two looks at the progress
_BESIDE = ("-wal", "-shm", "-journal")


class SqliteStore:
    """The file at `path` and those SQLite keeps beside it."""

    suffix = ".sqlite3"

    def __init__(self, path: Path) -> None:
        self._path = path

    def megabytes(self) -> int | None:
        return self._path.stat().st_size // _MEGABYTE if self._path.exists() else None

    def save(self, target: Path, progress: Callable[[int], None]) -> None:
        if not self._path.exists():
            message = _(
                "La base «\u00a0%(path)s\u00a0» n’existe pas\u00a0: vérifiez DATABASE_URL."
            )
            raise BackupError(message % {"path": self._path})

        def look() -> None:
            progress(target.stat().st_size // _MEGABYTE)

        with _explained(target), closing(_connect(self._path)) as live:
            live.set_progress_handler(look, _INSTRUCTIONS)
            # Reads one snapshot while others write, where the backup API begins again each time.
            live.execute("VACUUM INTO ?", (str(target),))
        _flush(target)

    def check(self, backup: Path) -> None:
        with _explained(backup), closing(_read(backup)) as file:
            found = file.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise BackupError(_damaged(backup))

    def migrations(self, backup: Path) -> set[tuple[str, str]]:
        with _explained(backup), closing(_read(backup)) as file:
            try:
                return set(file.execute("SELECT app, name FROM django_migrations"))
            except sqlite3.OperationalError:  # no such table
                return set()

    def restore(self, backup: Path, *, then: str, progress: Callable[[int], None]) -> Path | None:
        staged = self._path.with_name(self._path.name + ".restoring")
        staged.unlink(missing_ok=True)
        os.close(os.open(staged, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with _explained(staged):
                self._stage(backup, staged, then, progress)
            self.check(staged)
            return self._swap(staged)
        finally:
            staged.unlink(missing_ok=True)

    def _stage(
        self, backup: Path, staged: Path, then: str, progress: Callable[[int], None]
    ) -> None:
        def look(_status: int, remaining: int, total: int) -> None:
            progress((total - remaining) * 4_096 // _MEGABYTE)

        with closing(_read(backup)) as source, closing(_connect(staged)) as target:
            source.backup(target, pages=5_000, progress=look)
            target.executescript(f"BEGIN; {then} COMMIT;")
        _flush(staged)

    def _swap(self, staged: Path) -> Path | None:
        """Put the new file in place at once, the former one kept under another name."""
        if not self._path.exists():
            os.replace(staged, self._path)
            return None
        now = timezone.localtime()
        kept = self._path.with_name(f"{self._path.stem}-avant-{now:%Y%m%d-%H%M%S}.sqlite3")
        with self._alone():
            os.link(self._path, kept)
            for end in _BESIDE:  # those of a broken file: they must not be read into the new one
                with suppress(FileNotFoundError):
                    os.replace(f"{self._path}{end}", f"{kept}{end}")
            os.replace(staged, self._path)
        _flush(self._path.parent)
        return kept

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the database against everybody; BackupError when somebody has it open."""
        connections.close_all()
        with closing(_connect(self._path, timeout=1)) as live:
            try:
                # Leaving WAL is refused while another connection is open, and empties the WAL.
                live.execute("PRAGMA journal_mode = DELETE")
                live.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise BackupError(
                    _(
                        "La base est utilisée\u00a0: arrêtez le site et les exécutants "
                        "(«\u00a0manage.py worker\u00a0»), puis recommencez. Rien n’a changé."
                    )
                ) from error
            except sqlite3.DatabaseError:
                pass  # it is broken: that is why a backup is put back
            yield


def _connect(path: Path, timeout: float = 20) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=timeout, isolation_level=None)


def _read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_disk_full(error):
            raise
        message = _("«\u00a0%(path)s\u00a0» n’a pas pu être lu ou écrit (%(error)s).")
        raise BackupError(message % {"path": path, "error": error}) from error
    except sqlite3.DatabaseError as error:
        raise BackupError(_damaged(path)) from error


def _damaged(path: Path) -> str:
    message = _(
        "«\u00a0%(path)s\u00a0» n’est pas une base SQLite entière\u00a0: prenez une autre "
        "sauvegarde."
    )
    return message % {"path": path}


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
