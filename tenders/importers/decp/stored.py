"""Reads the contracts that are stored, as rows that compare with those of a file."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from tenders.importers.decp.findings import Anomaly, Rule
from tenders.importers.decp.pairing import Standing
from tenders.importers.decp.rows import (
    CONTRACT_FIELDS,
    HOLDER_FIELDS,
    MODIFICATION_FIELDS,
    Body,
    ContractRow,
    HolderRow,
    ModificationRow,
)
from tenders.models import Contract, ContractAnomaly, ContractSource, Holder, Modification

#: Anomalies that say something of a contract's neighbours rather than of its record.
_OF_NEIGHBOURS = frozenset({Rule.ID_REUSED.value, Rule.SOURCES_DIFFER.value})


def read_standings(pks: Iterable[int]) -> dict[int, Standing]:
    """Return the stored contracts of these ids, in five queries."""
    wanted = sorted(set(pks))
    if not wanted:
        return {}
    holders = _by_contract(
        Holder.objects.order_by("contract_id", "position"), wanted, HOLDER_FIELDS
    )
    modifications = _by_contract(
        Modification.objects.order_by("contract_id", "position"), wanted, MODIFICATION_FIELDS
    )
    anomalies = _by_contract(
        ContractAnomaly.objects.order_by("contract_id", "pk"), wanted, Anomaly._fields
    )
    sources = _by_contract(ContractSource.objects.order_by("contract_id", "pk"), wanted, ("name",))
    found = {}
    rows = Contract.objects.filter(pk__in=wanted).order_by("pk")
    for pk, number, discriminator, *columns in rows.values_list(
        "pk", "number", "discriminator", *CONTRACT_FIELDS
    ):
        said = [Anomaly(*values) for values in anomalies.get(pk, ())]
        body = Body(
            ContractRow(*columns),
            tuple(HolderRow(*values) for values in holders.get(pk, ())),
            tuple(ModificationRow(*values) for values in modifications.get(pk, ())),
            tuple(anomaly for anomaly in said if anomaly.rule not in _OF_NEIGHBOURS),
        )
        found[pk] = Standing(
            number=number,
            discriminator=discriminator,
            body=body,
            sources=[name for (name,) in sources.get(pk, ())],
            notes=[anomaly for anomaly in said if anomaly.rule in _OF_NEIGHBOURS],
            pk=pk,
            before=body,
        )
    return found


def _by_contract(
    rows: Any, pks: list[int], fields: tuple[str, ...]
) -> dict[int, list[tuple[Any, ...]]]:
    found = rows.filter(contract_id__in=pks).values_list("contract_id", *fields)
    return {
        pk: [values[1:] for values in group] for pk, group in groupby(found, lambda row: row[0])
    }
