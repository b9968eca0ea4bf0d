"""Many who record at once keep one chain."""

import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from accounts.audit.verifying import verify
from accounts.models import AuditEntry
from tests.accounts.trail import write

ROOT = Path(__file__).resolve().parents[2]
EACH = 25
_WRITER = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from tests.accounts.trail import write
def many(_):
    for _ in range({each}): write(1)
list(ThreadPoolExecutor(4).map(many, range(4)))
"""


@pytest.mark.django_db(transaction=True)
def test_eight_writers_of_two_processes_keep_one_chain_in_a_file(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("not run: the database is not SQLite")
    path = tmp_path / "trail.sqlite3"
    connection.ensure_connection()
    copy = sqlite3.connect(path)
    connection.connection.backup(copy)  # its tables and triggers, without migrating anew
    copy.close()
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{path}",
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        "AUDIT_HEADS": str(tmp_path / "heads.jsonl"),
    }
    code = _WRITER.format(each=EACH)
    writers = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment) for _ in range(2)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_audit", "--format", "json"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    verdict = json.loads(done.stdout)
    assert (verdict["ok"], verdict["number"]) == (True, 8 * EACH)


@pytest.mark.django_db(transaction=True)
def test_eight_threads_keep_one_chain_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("not run: the database is not PostgreSQL")

    def many(_: int) -> None:
        try:
            for _each in range(EACH):
                write(1)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(many, range(8)))
    assert (verify().fault, AuditEntry.objects.count()) == (None, 8 * EACH)
