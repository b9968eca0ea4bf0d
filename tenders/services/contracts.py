"""Every write of contracts: what an import applies, what a person decides."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.audit.imports import record_import
from accounts.models import Person
from accounts.services import meet_buyers
from jobs.enums import JobState, RunKind, RunStatus
from jobs.models import ImportRun, Job
from jobs.policy import LEASE
from jobs.services import NotNow, enqueue
from suppliers.services import record_awards
from tenders.enums import TenderAct
from tenders.importers.decp.rows import (
    ANOMALY_FIELDS,
    CONTRACT_FIELDS,
    HOLDER_FIELDS,
    MODIFICATION_FIELDS,
    Change,
)
from tenders.models import Contract, ContractAnomaly, ContractSource, Holder, Modification

#: The name of the job that applies a planned import (tenders/jobs.py).
IMPORT_DECP = "tenders.import_decp"
_KEY = ("buyer_id", "number", "discriminator")
_ROWS_PER_INSERT = 100


def latest_decp_run() -> int | None:
    """Return the run after which a plan is made; raise NotNow while an import is being applied."""
    at_work = Job.objects.filter(
        name=IMPORT_DECP,
        state__in=(JobState.LEASED, JobState.RUNNING),
        due__gt=timezone.now(),
    ).first()
    if at_work:
        message = _(
            "Un import de DECP est en cours (travail n° %(id)d)\u00a0: attendez sa fin, ou, s’il "
            "a été interrompu, recommencez dans une minute."
        )
        raise NotNow(message % {"id": at_work.pk})
    return _decp_runs().values_list("pk", flat=True).first()


def unfinished_decp_job(*, digest: str) -> Job | None:
    """Return the job of an import of the same files that was cut short, if it still may go on.

    It may not once another import has begun: what was planned then no longer holds.
    """
    jobs = Job.objects.filter(name=IMPORT_DECP, key__startswith=f"decp:{digest}:")
    job = jobs.exclude(state=JobState.DONE).order_by("-pk").first()
    return (
        job
        if job and job.args["run"] == _decp_runs().values_list("pk", flat=True).first()
        else None
    )


@transaction.atomic
def start_decp_run(
    *,
    digest: str,
    after: int | None,
    files: Sequence[Mapping[str, Any]],
    note: str,
    spool: str,
    counts: Mapping[str, Any],
    is_invented: bool = False,
) -> Job:
    """Open a run and enqueue its job; the imports cut short before it are given up.

    `after` is what `latest_decp_run` said before the plan was made: raises NotNow when the
    contracts have changed since.
    """
    list(_decp_runs().select_for_update()[:1])  # two imports begin one after the other
    if latest_decp_run() != after:
        raise NotNow(
            _(
                "Un autre import de DECP a eu lieu pendant le contrôle de celui-ci. Rien n’a été "
                "importé\u00a0: relancez la commande."
            )
        )
    _decp_runs().filter(status=RunStatus.RUNNING).update(
        status=RunStatus.FAILED, finished_at=timezone.now()
    )
    run = ImportRun.objects.create(
        kind=RunKind.DECP, files=list(files), note=note, is_invented=is_invented
    )
    args = {"run": run.pk, "spool": spool, "counts": dict(counts)}
    # Due later, or a worker could begin it before the command does.
    return enqueue(
        IMPORT_DECP, key=f"decp:{digest}:{run.pk}", args=args, due=timezone.now() + LEASE
    )


def may_go_on(*, run: int) -> bool:
    """Return whether a run is still the latest, in the caller's transaction."""
    latest = _decp_runs().select_for_update().first()
    return latest is not None and latest.pk == run


@transaction.atomic
def finish_decp_run(*, run: int, counts: Mapping[str, Any] | None) -> None:
    """Close a run; without `counts` it was cut short."""
    status = RunStatus.FAILED if counts is None else RunStatus.DONE
    values = {"status": status, "finished_at": timezone.now()}
    ImportRun.objects.filter(pk=run).update(**values, **({"counts": counts} if counts else {}))
    record_import(ImportRun.objects.get(pk=run))


def _decp_runs() -> models.QuerySet[ImportRun]:
    return ImportRun.objects.filter(kind=RunKind.DECP).order_by("-pk")


@transaction.atomic
def apply_decp_changes(*, run: int, changes: Sequence[Change], buyers: dict[str, int]) -> None:
    """Write planned changes, with the companies that hold the contracts.

    `buyers` remembers ids by SIRET from one batch to the next.
    """
    unknown = {c.buyer: c.buyer_name for c in changes if c.buyer not in buyers}
    if unknown:
        buyers.update(meet_buyers(names=unknown))
    record_awards(holders=[(siret, name) for c in changes for siret, name in c.awards])
    created = [change for change in changes if change.pk is None]
    pks = _create(run, created, buyers)
    pks |= {id(change): change.pk for change in changes if change.pk is not None}
    _update(run, [change for change in changes if change.pk is not None])
    _write_children(run, changes, pks)
    _link_resembling(changes, pks, buyers)


def _create(run: int, changes: Sequence[Change], buyers: Mapping[str, int]) -> dict[int, int]:
    """Insert contracts; return their ids by the identity of the change."""
    columns = (*_KEY, "run_id", "updated_at", "is_duplicate", *CONTRACT_FIELDS)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [
        (buyers[c.buyer], c.number, c.discriminator, run, now, False, *(c.row or ()))
        for c in changes
    ]
    found: dict[tuple[Any, ...], int] = {}
    for start in range(0, len(rows), _ROWS_PER_INSERT):
        some = rows[start : start + _ROWS_PER_INSERT]
        marks = f"({', '.join(['%s'] * len(columns))})"
        with connection.cursor() as cursor:
            cursor.execute(
                f"{_insert(Contract, columns)} {', '.join([marks] * len(some))}"
                f" RETURNING id, {', '.join(_KEY)}",
                [value for row in some for value in row],
            )
            found |= {tuple(key): pk for pk, *key in cursor.fetchall()}
    return {id(c): found[buyers[c.buyer], c.number, c.discriminator] for c in changes}


def _update(run: int, changes: Sequence[Change]) -> None:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    table = connection.ops.quote_name(Contract._meta.db_table)
    declared = ", ".join(f"{connection.ops.quote_name(name)} = %s" for name in CONTRACT_FIELDS)
    touch = f"UPDATE {table} SET run_id = %s, updated_at = %s"  # noqa: S608 - names come from the models
    with connection.cursor() as cursor:
        cursor.executemany(f"{touch} WHERE id = %s", [(run, now, c.pk) for c in changes])
        cursor.executemany(
            f"{touch}, {declared} WHERE id = %s",
            [(run, now, *c.row, c.pk) for c in changes if c.row is not None],
        )
    parts = ("holders", Holder), ("modifications", Modification), ("anomalies", ContractAnomaly)
    for part, model in parts:
        stale = [c.pk for c in changes if c.pk and getattr(c, part) is not None]
        if stale:
            model._default_manager.filter(contract_id__in=stale).delete()


def _write_children(run: int, changes: Iterable[Change], pks: Mapping[int, Any]) -> None:
    holders, modifications, anomalies, sources = [], [], [], []
    for change in changes:
        pk = pks[id(change)]
        holders += [(pk, rank, *row) for rank, row in enumerate(change.holders or ())]
        modifications += [(pk, rank, *row) for rank, row in enumerate(change.modifications or ())]
        anomalies += [(pk, *row) for row in change.anomalies or ()]
        sources += [(pk, name, run) for name in change.sources]
    _write(Holder, ("contract_id", "position", *HOLDER_FIELDS), holders)
    _write(Modification, ("contract_id", "position", *MODIFICATION_FIELDS), modifications)
    _write(ContractAnomaly, ("contract_id", *ANOMALY_FIELDS), anomalies)
    _write(ContractSource, ("contract_id", "name", "first_run_id"), sources)


def _write(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows that are not there yet.

    Plain SQL, the same on both databases: bulk_create() takes five times longer, and a
    transaction of SQLite keeps every other writer waiting.
    """
    if rows:
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"{_insert(model, columns)} ({marks}) ON CONFLICT DO NOTHING", rows)


def _insert(model: type[models.Model], columns: Iterable[str]) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES"


def _link_resembling(
    changes: Iterable[Change], pks: Mapping[int, Any], buyers: Mapping[str, int]
) -> None:
    for change in changes:
        if change.resembles is None:
            continue
        number, discriminator = change.resembles
        same = Contract.objects.filter(
            buyer_id=buyers[change.buyer], number=number, discriminator=discriminator
        )
        Contract.objects.filter(pk=pks[id(change)]).update(resembles=same.values("pk")[:1])


@transaction.atomic
def decide_duplicate(*, contract: Contract, is_duplicate: bool, by: Person) -> None:
    """Write a person's decision on a contract that an import suggested as repeating another.

    Raises NotNow, in French, for a contract that nothing suggests as a repetition.
    """
    if contract.resembles_id is None:
        message = _("Le marché %(uid)s ne ressemble à aucun autre\u00a0: rien à décider.")
        raise NotNow(message % {"uid": contract.uid})
    contract.is_duplicate = is_duplicate
    if not is_duplicate:
        contract.resembles = None
    contract.save(update_fields=["is_duplicate", "resembles", "updated_at"])
    record(
        by=by,
        action=TenderAct.DUPLICATE_DECIDED,
        target=contract,
        buyer=contract.buyer,
        after={"is_duplicate": is_duplicate},
    )
