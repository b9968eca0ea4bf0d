"""The change feed: whoever writes a row says, in the same transaction, what an index must re-read.

No dual write is possible: the row and its change commit together or not at all.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from jobs.models import Change
from jobs.pacing import Pace

_FORGOTTEN_AT_ONCE = 2_000
_LOCK = 0x504C41  # one arbitrary number, the same in every process


def record_changes(index: str, keys: Iterable[str]) -> None:
    """Note that the documents `keys` of `index` changed, in the caller's transaction.

    Raises TransactionManagementError outside `atomic()`: a change alone would promise a row
    that may never come.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record_changes() needs atomic().")
    take_turn()  # ids must become visible in their order: a reader keeps only the highest it saw
    Change.objects.bulk_create([Change(index=index, key=key) for key in keys], batch_size=5_000)


def take_turn() -> None:
    """Let nobody else write to an ordered log until the caller's transaction ends.

    One turn for all such logs: with two, two transactions could wait on each other. SQLite has
    one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def last_change(index: str) -> int:
    """Return the id of the newest change of `index`, 0 when there is none."""
    # Every search asks this: building the query with the ORM takes ten times as long.
    with connection.cursor() as cursor:
        cursor.execute('SELECT MAX(id) FROM jobs_change WHERE "index" = %s', [index])
        return cursor.fetchone()[0] or 0


def changed_keys(index: str, *, after: int, limit: int | None = None) -> list[tuple[int, str]]:
    """Return (id, key) of the changes of `index` after the id `after`, the first `limit`."""
    rows = Change.objects.filter(index=index, id__gt=after).order_by("id")
    return list(rows.values_list("id", "key")[:limit])


def forget_changes(index: str, *, through: int) -> None:
    """Delete the changes of `index` up to `through`, once every index holds them."""
    old = Change.objects.filter(index=index, id__lte=through).order_by("id")
    pace = Pace()
    while pks := list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE]):
        with pace.transaction():
            Change.objects.filter(pk__in=pks).delete()
