"""What every test starts from: French, and nothing remembered of another test's database."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from search import engines, indexing


@pytest.fixture(autouse=True)
def _fresh_process(settings: Any) -> None:
    """Forget the indexes (a rolled back database takes its ids back) and a request's language."""
    settings.SEARCH_URL = ""  # each engine has its own suite, which names it
    indexing.forget_vocabularies()
    engines.get_engine.cache_clear()
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _tests_may_flush() -> Iterator[None]:
    """Have the triggers of the audit trail stand aside while Django empties the tables."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def unguarded(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            disarm, arm = disarming(cursor, self.connection.vendor)
            for sql in disarm:
                cursor.execute(sql)
        try:
            flush(self, sql_list)
        finally:
            with self.connection.cursor() as cursor:
                for sql in arm:
                    cursor.execute(sql)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", unguarded)
        yield


def disarming(cursor: Any, vendor: str) -> tuple[list[str], list[str]]:
    """Return what puts every trigger of the database aside, and what puts it back."""
    if vendor == "sqlite":
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = cursor.fetchall()
        return [f"DROP TRIGGER {name}" for name, _ in found], [sql for _, sql in found]
    cursor.execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    tables = [table for (table,) in cursor.fetchall()]
    return (
        [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables],
        [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables],
    )
