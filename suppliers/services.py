"""Every write of suppliers. What companies say of themselves is written elsewhere (Profile)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from jobs.changes import record_changes
from jobs.models import ImportRun
from suppliers.documents import INDEX
from suppliers.importers.sirene.rows import (
    COMPANY_FIELDS,
    ESTABLISHMENT_FIELDS,
    CompanyRow,
    EstablishmentRow,
)
from suppliers.models import Company, Establishment


@transaction.atomic
def apply_sirene_batch(
    *,
    run: ImportRun,
    companies: Sequence[CompanyRow],
    establishments: Sequence[EstablishmentRow],
) -> None:
    """Upsert what SIRENE says, with the changes the search follows, in one transaction.

    `run.counts["written"]` grows by the companies touched, in the same transaction: a run cut
    short says how far it came.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [(*_values(company, COMPANY_FIELDS), now) for company in companies]
    _upsert(Company, (*COMPANY_FIELDS, "updated_at"), rows)
    places = [_values(place, ESTABLISHMENT_FIELDS) for place in establishments]
    _upsert(Establishment, ESTABLISHMENT_FIELDS, places)
    touched = {row.siren for row in companies} | {row.company_id for row in establishments}
    record_changes(INDEX, sorted(touched))
    run.counts = {"written": run.counts.get("written", 0) + len(touched)}
    run.save(update_fields=["counts"])


@transaction.atomic
def record_awards(*, holders: Sequence[tuple[str, str]]) -> None:
    """Know the companies that hold contracts, given as (valid SIRET, name or "").

    An unknown company is kept out of the directory, or the size and place of its contracts could
    never be told; its establishment is kept too, so that the next import of SIRENE completes
    both. It counts as closed until SIRENE says it is open. What is known is never overwritten.
    Companies of the directory go through the change feed.
    """
    names: dict[str, str] = {}
    for siret, name in holders:
        names[siret[:9]] = names.get(siret[:9]) or name
    known = dict(Company.objects.filter(siren__in=names).values_list("siren", "in_directory"))
    Company.objects.bulk_create(
        [
            Company(siren=siren, name=name, in_directory=False)
            for siren, name in names.items()
            if siren not in known
        ],
        ignore_conflicts=True,
    )
    sirets = {siret for siret, _name in holders}
    known_sirets = Establishment.objects.filter(siret__in=sirets).values_list("siret", flat=True)
    Establishment.objects.bulk_create(
        [
            Establishment(siret=siret, company_id=siret[:9], is_active=False)
            for siret in sorted(sirets.difference(known_sirets))
        ],
        ignore_conflicts=True,
    )
    record_changes(INDEX, sorted(siren for siren, listed in known.items() if listed))


def _values(row: object, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in columns)


def _upsert(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, or update those whose first column is there.

    Plain SQL, the same on both databases: bulk_create() takes five times longer, and a
    transaction of SQLite keeps every other writer waiting.
    """
    quote = connection.ops.quote_name
    names = [quote(column) for column in columns]
    updates = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)}) "  # noqa: S608 - names come from the models
            f"VALUES ({', '.join(['%s'] * len(names))}) "
            f"ON CONFLICT ({names[0]}) DO UPDATE SET {updates}",
            rows,
        )
