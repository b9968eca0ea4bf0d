"""Properties of figures, the JSON document, and what a computation costs."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from spaser.cohort import UnknownBuyer
from spaser.current import current_figures
from spaser.enums import Answer, Basis, Policy, Reason, Scope, Verdict
from spaser.figures import Figure, SpaserQuery
from spaser.indicators import INDICATORS
from spaser.models import Target
from spaser.queries import contracts_behind, contracts_left_out, read_figures
from tests.spaser.conftest import SIRET
from tests.suppliers.factories import siret
from tests.tenders.factories import (
    BuyerFactory,
    ContractFactory,
    ImportRunFactory,
    ModificationFactory,
)

QUERY = SpaserQuery(SIRET, 2025, date(2026, 11, 1))
METHODS = [
    QUERY,
    replace(QUERY, scope=Scope.ALL),
    replace(QUERY, policy=Policy.EXCLUDE_CALL_OFFS, strict=True),
    replace(QUERY, concessions=True, as_of=date(2025, 10, 9)),
]
COUNTS = st.integers(0, 10**15)


@given(COUNTS, COUNTS, COUNTS)
def test_a_figure_holds_together(yes, no, nd) -> None:
    figure = Figure(Basis.COUNT, yes, no, nd)
    assert figure.total == sum(figure.of(answer) for answer in Answer)
    if figure.total:
        assert 0 <= figure.floor <= figure.ceiling <= 1
        assert figure.ceiling - figure.floor + figure.coverage == 1
    if yes + no:
        assert figure.floor <= figure.declared <= figure.ceiling
    else:
        assert figure.declared is None


@given(COUNTS, COUNTS, COUNTS, st.fractions(0, 1))
def test_more_knowledge_never_reverses_a_verdict(yes, no, nd, target) -> None:
    verdict = Figure(Basis.COUNT, yes, no, nd).verdict(target)
    told = {Figure(Basis.COUNT, yes + nd, no).verdict(target),
            Figure(Basis.COUNT, yes, no + nd).verdict(target)}  # fmt: skip
    if verdict == Verdict.OPEN:
        assert told == {Verdict.REACHED, Verdict.NOT_REACHED}
    else:
        assert told == {verdict}


@pytest.mark.django_db
def test_the_document_has_its_exact_shape(cohort_x) -> None:
    document = json.loads(json.dumps(read_figures(QUERY).as_json()))
    assert list(document) == [
        "schema", "buyer", "year", "as_of", "method", "figures", "excluded", "anomalies",
    ]  # fmt: skip
    assert document["schema"] == "spaser-figures/1"
    assert (document["buyer"], document["year"], document["as_of"]) == (SIRET, 2025, "2026-11-01")
    assert document["method"] == {
        "scope": "legal", "policy": "all", "strict": False, "threshold": "40000.00",
    }  # fmt: skip
    assert document["figures"]["SOC_V"] == {
        "yes": "1275000.00", "no": "260000.00", "nd": "400000.00", "total": "1935000.00",
        "floor": "65.8914728682", "declared": "83.0618892508",
        "ceiling": "86.5633074935", "coverage": "79.3281653747",
    }  # fmt: skip
    assert list(document["figures"]) == ["SOC_N", "SOC_V", "ENV_N", "ENV_V"]
    assert document["excluded"][0] == {
        "uid": f"{SIRET}C07", "objet": "Objet de C07", "figures": ["SOC_V", "ENV_V"],
        "reason": "CALL_OFF",
    }  # fmt: skip
    assert document["anomalies"] == {"CALLOFF_DIFFERS": 1, "CONTRADICTORY": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("query", METHODS)
def test_the_contracts_behind_a_number_add_up_to_it(cohort_x, query) -> None:
    figures = read_figures(query)
    for code, figure in figures.figures.items():
        for answer in Answer:
            found = contracts_behind(query, code, answer)
            added = (
                sum(contract.amount for contract in found) if code.endswith("_V") else len(found)
            )
            assert added == figure.of(answer), (code, answer)
    listed = contracts_left_out(query)
    assert sorted(contract.uid for contract in listed) == [e.uid for e in figures.excluded]
    for reason in Reason:
        uids = {contract.uid for contract in contracts_left_out(query, reason)}
        assert uids == {e.uid for e in figures.excluded if e.reason == reason}


@pytest.mark.django_db
@pytest.mark.parametrize("query", METHODS)
def test_every_contract_of_the_year_is_counted_or_left_out(cohort_x, query) -> None:
    figures = read_figures(query)
    fully_out = sum("SOC_N" in exclusion.figures for exclusion in figures.excluded)
    of_2025_or_no_year = len(cohort_x) - 1  # C09 is of 2024
    assert figures.figures["SOC_N"].total + fully_out == of_2025_or_no_year


@pytest.mark.django_db
def test_a_siren_adds_up_its_sirets(cohort_x) -> None:
    other = BuyerFactory(siret=siret(SIRET[:9], 2))
    ContractFactory.create_batch(2, buyer=other, social_clause=True)
    ContractFactory(buyer=other, no_social=True)
    ContractFactory(buyer=other, framework_number="C06")  # a framework of another SIRET
    whole = read_figures(replace(QUERY, buyer=SIRET[:9])).figures
    parts = [read_figures(replace(QUERY, buyer=buyer)).figures for buyer in (SIRET, other.siret)]
    for code in INDICATORS:
        for answer in Answer:
            assert whole[code].of(answer) == sum(part[code].of(answer) for part in parts)
    assert whole["SOC_N"].floor == Fraction(7, 14)  # from the sums, not a mean of rates


@pytest.mark.django_db
def test_another_buyer_changes_nothing(cohort_x) -> None:
    before = read_figures(QUERY)
    ContractFactory(social_clause=True)
    ContractFactory(notified_on=None)
    assert read_figures(QUERY) == before


@pytest.mark.django_db
def test_an_unknown_buyer_is_said(cohort_x) -> None:
    with pytest.raises(UnknownBuyer):
        read_figures(replace(QUERY, buyer="111111111"))


@pytest.mark.django_db
def test_the_largest_amounts_add_up_to_the_cent(buyer) -> None:
    run = ImportRunFactory()
    for _ in range(300):
        ContractFactory(buyer=buyer, run=run, social_clause=True, amount=9_999_999_999_999)
    assert read_figures(QUERY).as_json()["figures"]["SOC_V"]["yes"] == "29999999999997.00"


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(cohort_x, buyer) -> None:
    def cost(read) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            read(QUERY)
        return len(seen)

    before = cost(read_figures), cost(current_figures)
    for number in range(20):
        contract = ContractFactory(
            buyer=buyer, framework_number="C06" if number % 2 else "", social=number,
            euros=number * 10_000 or None,
        )  # fmt: skip
        ModificationFactory(contract=contract)
    assert (cost(read_figures), cost(current_figures)) == before
    assert before[0] == 6


@pytest.mark.django_db
def test_a_target_holds_for_the_years_it_is_valid(cohort_x) -> None:
    assert "SOC_N" not in read_figures(replace(QUERY, year=2026)).goals
    Target.objects.create(
        indicator="SOC_N", percent="40.5", valid_from=date(2024, 5, 1), source="Nous"
    )
    goal = read_figures(QUERY).goals["SOC_N"]
    assert (goal.share, goal.source) == (Fraction(405, 1000), "Nous")
    assert read_figures(replace(QUERY, year=2023)).goals["SOC_N"].share == Fraction(30, 100)


def test_every_indicator_says_what_it_is() -> None:
    for code, indicator in INDICATORS.items():
        assert indicator.code == code
        assert indicator.version >= 1
        assert all(str(words) for words in (indicator.name, indicator.formula, indicator.source))
