"""Settings by environment: nothing to set locally, nothing forgotten in production."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.secret_key import local_secret_key

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "PROFILE": "production",
    "SECRET_KEY": "aZ9-" * 16,
    "ALLOWED_HOSTS": "place.example",
    "EMAIL_URL": "smtp://localhost",
    "SITE_URL": "https://place.example",
}


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    program = (
        "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'marketplace.settings'; "
        f"django.setup(); from django.conf import settings; {code}"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_with_no_variable_the_local_profile_is_safe() -> None:
    done = run(
        "print(settings.DEBUG, settings.ALLOWED_HOSTS, settings.DATABASES['default']['ENGINE'], "
        "settings.SEARCH_URL == '', settings.API_RATE_ANON == '')"
    )
    assert done.stdout.split() == [
        "False", "['localhost',", "'127.0.0.1',", "'[::1]']", "django.db.backends.sqlite3",
        "True", "True",
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "SITE_URL"])
def test_production_refuses_to_start_without(missing: str) -> None:
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}
    done = run("", **variables)
    assert done.returncode != 0
    assert missing in done.stderr


def test_production_is_https_only_and_throttled() -> None:
    done = run(
        "print(settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, "
        "settings.SECURE_HSTS_SECONDS > 0, settings.API_RATE_ANON)",
        **PRODUCTION,
    )
    assert done.stdout.split() == ["True", "True", "True", "60/min"]


def test_an_unknown_profile_is_refused() -> None:
    assert "local" in run("", PROFILE="prod").stderr


def test_each_variable_switches_its_own_setting() -> None:
    done = run(
        "print(settings.DATABASES['default']['ENGINE'], settings.CELERY_BROKER_URL, "
        "settings.TERRITORY)",
        DATABASE_URL="postgres://place@localhost/place",
        TERRITORY="200046977",
    )
    assert done.stdout.split() == ["django.db.backends.postgresql", "memory://", "200046977"]


def test_migrate_alone_makes_what_a_throttled_api_counts_in(tmp_path: Path) -> None:
    done = run(
        "from django.core.management import call_command as call; "
        "call('migrate', verbosity=0); call('migrate', verbosity=0); "
        "from django.test import Client; "
        "ask = Client(headers={'host': 'localhost'}).get; "
        "print([ask('/api/v1/suppliers/?q=a').status_code for _ in range(3)])",
        DATABASE_URL=f"sqlite:///{tmp_path}/place.sqlite3",
        API_RATE_ANON="2/min",
    )
    assert done.stdout.splitlines()[-1:] == ["[200, 200, 429]"], done.stderr


def test_sqlite_is_set_as_decided(tmp_path: Path) -> None:
    done = run(
        "from django.db import connection as c; cursor = c.cursor(); "
        "print([cursor.execute('PRAGMA ' + name).fetchone()[0] "
        "for name in ('journal_mode', 'synchronous')], c.transaction_mode, "
        "settings.ATOMIC_REQUESTS)",
        DATABASE_URL=f"sqlite:///{tmp_path / 'place.sqlite3'}",
    )
    assert done.stdout.split() == ["['wal',", "2]", "IMMEDIATE", "False"], done.stderr


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    key = local_secret_key(folder)
    assert len(key) >= 50
    assert local_secret_key(folder) == key
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"]
