"""The columns of the trail as they are stored, to be hashed again: fast, and to the last byte."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from accounts.audit import content
from accounts.models import AuditEntry

Row = tuple[Any, ...]

_PAGE = 10_000


def stored_rows(*, after: int) -> Iterator[Row]:
    """Yield the columns of the table, its order, from the entry after `after` to the last.

    Model instances would take ten times as long, and would hide what a date or an identifier
    written otherwise in the file would have changed.
    """
    normalised = _from_sqlite if connection.vendor == "sqlite" else _from_postgresql
    while rows := _page(after):
        yield from map(normalised, rows)
        after = rows[-1][0]


def _page(after: int) -> list[Row]:
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in AuditEntry._meta.concrete_fields]
    if connection.vendor == "sqlite":
        columns[1] = f"CAST({columns[1]} AS TEXT)"  # else it comes parsed
    sql = (
        f"SELECT {', '.join(columns)} FROM {quote(AuditEntry._meta.db_table)} "  # noqa: S608 - names come from the model
        f"WHERE {columns[0]} > %s ORDER BY {columns[0]} LIMIT {_PAGE}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [after])
        return list(cursor.fetchall())


def _from_sqlite(row: Row) -> Row:
    return row


def _from_postgresql(row: Row) -> Row:
    number, at, actor, *rest = row
    return (number, content.moment(at), content.author(actor), *rest)
