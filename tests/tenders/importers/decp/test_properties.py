"""What holds whatever a file says."""

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tenders.importers.decp.findings import Rule
from tenders.importers.decp.parsing import Rejected, parse
from tenders.importers.decp.rows import Record
from tenders.models import Contract
from tests.tenders.importers.decp.conftest import Decp
from tests.tenders.importers.decp.files import concession, holder, marche, v1, write_flat, zipped

TODAY = date(2026, 11, 25)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.text(alphabet=st.characters(), max_size=30),
    st.sampled_from(
        [
            "NC",
            "test",
            "[",
            "{}",
            '["a"]',
            "2025-01-01",
            "0218-01-01",
            "=A1",
            "1E17",
            "&#0;",
            "\ud800",
        ]
    ),
)
_names = st.sampled_from(
    ["titulaire", "concessionnaire", "modification", "id", "typeIdentifiant", "code", "montant",
     "titulaires", "technique", "typePrix", "considerationSociale", "contact", "dureeMois"]
)  # fmt: skip
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=8,
)
_fields = sorted(
    {*marche(), *concession(), *v1(), "modifications", "actesSousTraitance", "source"}
)


@settings(max_examples=400, deadline=None)
@given(
    base=st.sampled_from([marche, concession, v1]),
    changes=st.dictionaries(st.sampled_from(_fields), _values, max_size=6),
    listing=st.sampled_from(["", "marche", "contrat-concession", "autre"]),
)
def test_parsing_never_raises_and_says_what_can_be_stored(
    base: Any, changes: dict[str, Any], listing: str
) -> None:
    record = parse(base() | changes, listing, today=TODAY)
    if isinstance(record, Rejected):
        assert record.anomaly.rule in set(Rule)
        return
    row = record.body.row
    text = json.dumps([record.number, record.source, row, record.body], default=str)
    text.encode()  # no half of a surrogate pair
    assert "\\u0000" not in text
    assert row.objet
    assert row.amount is None or 100 < row.amount < 10**13
    assert row.notified_on is None or row.notified_on <= TODAY
    for text, longest in (
        (row.nature, 60), (row.procedure, 80), (row.ccag, 60), (row.grouping, 30),
        (row.place_code, 20), (row.place_type, 30), (row.forme_prix, 40), (row.amount_text, 40),
        (row.notified_text, 40), (row.framework_number, 64), (record.number, 64),
    ):  # fmt: skip
        assert len(text) <= longest
    assert {anomaly.rule for anomaly in record.body.anomalies} <= set(Rule)
    assert parse(base() | changes, listing, today=TODAY) == record


@settings(max_examples=200, deadline=None)
@given(raw=_values)
def test_anything_may_stand_for_a_contract(raw: Any) -> None:
    assert isinstance(parse(raw, "", today=TODAY), Record | Rejected)


#: Each try imports four times: shrinking would last for minutes.
_NO_SHRINK = (Phase.explicit, Phase.reuse, Phase.generate)
_contracts = st.lists(
    st.builds(
        lambda base, number, objet, amount, who, source, suffix: base(
            number + suffix, objet=objet, montant=amount, source=source,
            **({"holders": [holder(who)]} if base is marche else {}),
        ),
        base=st.sampled_from([marche, v1]),
        number=st.sampled_from(["2018A1", "2018A101", "B"]),
        objet=st.sampled_from(["Lot 1", "Lot 2"]),
        amount=st.sampled_from([2_000, 3_000]),
        who=st.integers(1, 2),
        source=st.sampled_from(["a", "b"]),
        suffix=st.sampled_from(["", "00", "01"]),
    ),
    max_size=7,
)  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    phases=_NO_SHRINK,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(contracts=_contracts, order=st.randoms(use_true_random=False))
def test_importing_again_changes_nothing_whatever_the_order(
    decp: Decp, contracts: list[Any], order: Any
) -> None:
    Contract.objects.all().delete()
    with TemporaryDirectory() as folder:
        file = write_flat(Path(folder) / "a.json", contracts)
        created = decp(file).json["created"]
        assert decp(file).counts == (0, 0, len(contracts), 0)
        assert Contract.objects.count() == created
        before = _stored()
        order.shuffle(contracts)
        assert decp(write_flat(Path(folder) / "b.json", contracts)).counts[:2] == (0, 0)
        Contract.objects.all().delete()
        assert decp(Path(folder) / "b.json").json["created"] == created
        assert _stored() == before


def _stored() -> list[Any]:
    fields = ("number", "objet", "amount", "holders__identifier", "kind")
    return sorted(Contract.objects.values_list(*fields))


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    phases=_NO_SHRINK,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=_contracts, second=_contracts)
def test_importing_an_archive_again_changes_nothing(
    decp: Decp, first: list[Any], second: list[Any]
) -> None:
    Contract.objects.all().delete()
    with TemporaryDirectory() as folder:
        members = [write_flat(Path(folder) / "a.json", first)]
        members.append(write_flat(Path(folder) / "b.json", second))
        archive = zipped(Path(folder) / "f.zip", *members)
        decp(archive)
        before = _stored()
        assert decp(archive).counts == (0, 0, len(first) + len(second), 0)
        assert _stored() == before
