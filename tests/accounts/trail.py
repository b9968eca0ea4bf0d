"""A trail to tamper with, as somebody who holds the database would."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from accounts.audit import AuditAction, record
from accounts.models import AuditEntry, Person
from tests.conftest import disarming

ENTRY = "accounts_auditentry"


def write(count: int, *, by: Person | None = None) -> None:
    """Add `count` entries."""
    with transaction.atomic():
        for number in range(count):
            record(
                by=by,
                action=AuditAction.IMPORT_DONE,
                target=f"jobs.importrun:{number}",
                before={"cents": number},
                after={"cents": number + 1, "words": "é"},
                origin="web 192.0.2.0/24",
            )


@contextmanager
def disarmed() -> Iterator[None]:
    """Without the triggers, which whoever owns the tables can drop."""
    with connection.cursor() as cursor:
        disarm, arm = disarming(cursor, connection.vendor)
        for sql in disarm:
            cursor.execute(sql)
        yield
        for sql in arm:
            cursor.execute(sql)


def tamper(sql: str, *params: object) -> None:
    with disarmed(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def hashes() -> dict[int, str]:
    return dict(AuditEntry.objects.values_list("number", "hash"))
