"""Saves and puts back a PostgreSQL database with the programs that come with the server."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.db import connections
from django.db.backends.postgresql.client import DatabaseClient
from django.utils.translation import gettext as _

from jobs.backups import BackupError

_MEGABYTE = 1_000_000
_CHUNK = 1 << 20
_PROGRAMS = Path("/usr/lib/postgresql")  # Debian's, by version of the server

#: Everything of ours goes before the backup comes, or later tables would outlive it.
_EMPTY = """
BEGIN;
SET LOCAL client_min_messages = warning;
DO $$
DECLARE found record;
BEGIN
  IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
             AND pid <> pg_backend_pid() AND backend_type = 'client backend') THEN
    RAISE EXCEPTION 'database_in_use';
  END IF;
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE IF EXISTS public.%I CASCADE', found.tablename);
  END LOOP;
  FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
               WHERE pronamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = oid AND deptype = 'e') LOOP
    EXECUTE format('DROP ROUTINE %s', found.name);
  END LOOP;
END $$;
"""


class PostgresStore:
    """The database of Django's settings `database`."""

    suffix = ".dump"

    def __init__(self, database: dict[str, Any]) -> None:
        # ["psql", "-U", ..., name] and the environment that holds the password.
        command, environment = DatabaseClient.settings_to_cmd_args_env(database, [])
        self._where = command[1:]
        self._environment = os.environ | (environment or {})

    def megabytes(self) -> int | None:
        return None

    def save(self, target: Path, progress: Callable[[int], None]) -> None:
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
        process = self._start("pg_dump", *options, *self._where, stderr=subprocess.PIPE)
        while process.poll() is None:
            progress(target.stat().st_size // _MEGABYTE)
            time.sleep(0.1)
        _end(process)
        with target.open("rb") as file:
            os.fsync(file.fileno())

    def check(self, backup: Path) -> None:
        self._output("--file=/dev/null", str(backup))  # reads it all, unlike --list

    def migrations(self, backup: Path) -> set[tuple[str, str]]:
        options = ["--data-only", "--table=django_migrations", "--file=-"]
        lines = self._output(*options, str(backup)).splitlines()
        rows = [line.split("\t") for line in lines]
        return {(row[1], row[2]) for row in rows if len(row) == 4}

    def restore(self, backup: Path, *, then: str, progress: Callable[[int], None]) -> Path | None:
        connections.close_all()
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
        psql = self._start(
            "psql",
            *options,
            *self._where,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert psql.stdin is not None  # noqa: S101 - for the types
        try:
            psql.stdin.write(_EMPTY.encode())
            self._pour(backup, psql.stdin, progress)
            psql.stdin.write(f"SET search_path = public;\n{then}\nCOMMIT;\n".encode())
        except BrokenPipeError:
            pass  # it says why on its way out
        except BaseException:
            psql.kill()  # before COMMIT: nothing has changed
            raise
        _end(psql)
        return None

    def _pour(self, backup: Path, target: IO[bytes], progress: Callable[[int], None]) -> None:
        """Write a backup, as SQL, to `target`."""
        process = self._start(
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--file=-",
            str(backup),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None  # noqa: S101 - for the types
        done = 0
        while chunk := process.stdout.read(_CHUNK):
            target.write(chunk)
            progress((done := done + len(chunk)) // _MEGABYTE)
        _end(process)

    def _output(self, *arguments: str) -> str:
        """Return what pg_restore prints."""
        command = [_program("pg_restore"), *arguments]
        done = subprocess.run(command, capture_output=True, check=False)
        _refuse_failure(done.returncode, "pg_restore", done.stderr)
        return done.stdout.decode()

    def _start(self, name: str, *arguments: str, **streams: Any) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([_program(name), *arguments], env=self._environment, **streams)


def _program(name: str) -> str:
    """Return where a program is: on PATH, else beside the newest server of this machine."""
    found = shutil.which(name) or next(
        (str(path) for path in sorted(_PROGRAMS.glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        message = _(
            "Le programme «\u00a0%(name)s\u00a0» est introuvable\u00a0: installez les programmes "
            "clients de PostgreSQL (postgresql-client), de la version du serveur ou plus récents."
        )
        raise BackupError(message % {"name": name})
    return found


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a program; BackupError with what it said when it failed."""
    _, said = process.communicate()
    _refuse_failure(process.returncode, Path(str(process.args[0])).name, said)  # type: ignore[index]


def _refuse_failure(code: int, name: str, said: bytes | None) -> None:
    text = (said or b"").decode(errors="replace").strip()
    if not code:
        return
    if "database_in_use" in text:
        raise BackupError(
            _(
                "La base est utilisée\u00a0: arrêtez le site et les exécutants "
                "(«\u00a0manage.py worker\u00a0»), puis recommencez. Rien n’a changé."
            )
        )
    message = _("«\u00a0%(name)s\u00a0» a échoué\u00a0: %(said)s")
    raise BackupError(message % {"name": name, "said": text or code})
