"""The worked example, T01 to T12 and T18: every figure of it, by its number in the example."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from spaser.current import current_figures, current_value, terms_on
from spaser.enums import Answer, Basis, Policy, Reason, Scope, Verdict
from spaser.figures import Figure, SpaserQuery
from spaser.queries import contracts_behind, contracts_left_out, read_figures
from tests.spaser.conftest import NO, SIRET
from tests.tenders.factories import AnomalyFactory, ContractFactory, ModificationFactory

pytestmark = pytest.mark.django_db
QUERY = SpaserQuery(SIRET, 2025, date(2026, 11, 1))


def numbers(figure: Figure) -> tuple[int, int, int]:
    return figure.yes, figure.no, figure.nd


def rates(figure: Figure) -> list[str | None]:
    """Floor, among declared, ceiling, coverage, in percent with two decimals."""
    written = figure.as_json()
    return [
        written[name] and f"{float(written[name]):.2f}"
        for name in ("floor", "declared", "ceiling", "coverage")
    ]


def left_out(figures) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {e.uid.removeprefix(SIRET): (e.reason.value, e.figures) for e in figures.excluded}


EVERY = ("SOC_N", "SOC_V", "ENV_N", "ENV_V")
VALUE = ("SOC_V", "ENV_V")


def test_t01_counts(cohort_x) -> None:
    figures = read_figures(QUERY)
    social, environmental = figures.figures["SOC_N"], figures.figures["ENV_N"]
    assert numbers(social) == (5, 3, 2)
    assert rates(social) == ["50.00", "62.50", "70.00", "80.00"]
    assert figures.verdict("SOC_N") == Verdict.REACHED
    assert numbers(environmental) == (6, 3, 1)
    assert rates(environmental) == ["60.00", "66.67", "70.00", "90.00"]
    assert figures.verdict("ENV_N") == Verdict.NOT_REACHED
    assert figures.goals["SOC_N"].share == Fraction(30, 100)


def test_t01_the_contracts_behind_each_count(cohort_x) -> None:
    def behind(code: str, answer: Answer) -> set[str]:
        return {str(c.pk) for c in contracts_behind(QUERY, code, answer)}

    def named(*names: str) -> set[str]:
        return {str(cohort_x[name].pk) for name in names}

    assert behind("SOC_N", Answer.YES) == named("C01", "C03", "C05", "C06", "C12")
    assert behind("SOC_N", Answer.NO) == named("C02", "C07", "C08")
    assert behind("SOC_N", Answer.ND) == named("C04", "C10")
    assert behind("ENV_N", Answer.NO) == named("C03", "C08", "C12")
    assert behind("SOC_V", Answer.NO) == named("C02", "C08")
    assert behind("SOC_V", Answer.ND) == named("C04")


def test_t02_value_at_initial_amounts(cohort_x) -> None:
    figures = read_figures(QUERY)
    social, environmental = figures.figures["SOC_V"], figures.figures["ENV_V"]
    assert numbers(social) == (127_500_000, 26_000_000, 40_000_000)
    assert social.total == 193_500_000
    assert rates(social) == ["65.89", "83.06", "86.56", "79.33"]
    assert rates(environmental)[0] == "91.99"
    assert (environmental.yes, environmental.nd) == (178_000_000, 0)
    assert left_out(figures)["C07"] == ("CALL_OFF", VALUE)
    assert left_out(figures)["C10"] == ("UNUSABLE_AMOUNT", VALUE)


def test_t03_current_value(cohort_x) -> None:
    later = replace(QUERY, as_of=date(2026, 2, 1))
    current = current_figures(later)
    assert current["SOC_V"].total == 199_500_000
    assert rates(current["SOC_V"])[0] == "63.91"
    assert rates(current["ENV_V"])[0] == "92.23"
    assert current_value(cohort_x["C02"], date(2026, 1, 19)) == 20_000_000
    assert read_figures(replace(later, year=2026)).figures["SOC_N"].total == 0
    assert read_figures(later).figures == read_figures(QUERY).figures


def test_t04_framework_policy(cohort_x) -> None:
    figures = read_figures(replace(QUERY, policy=Policy.EXCLUDE_CALL_OFFS))
    social, environmental = figures.figures["SOC_N"], figures.figures["ENV_N"]
    assert (social.yes, social.total, rates(social)[0]) == (5, 9, "55.56")
    assert (environmental.yes, environmental.total) == (5, 9)
    assert left_out(figures)["C07"] == ("CALL_OFF", EVERY)
    assert figures.anomalies["CALLOFF_DIFFERS"] == 1
    assert figures.figures["SOC_V"] == read_figures(QUERY).figures["SOC_V"]


def test_t04_a_call_off_of_an_unknown_framework_counts_in_value(cohort_x, buyer) -> None:
    ContractFactory(buyer=buyer, framework_number="AC-INCONNU", no_social=True)
    elsewhere = ContractFactory(number="AC-AILLEURS", framework=True)
    ContractFactory(buyer=buyer, framework_number=elsewhere.number, no_social=True)
    figures = read_figures(replace(QUERY, policy=Policy.EXCLUDE_CALL_OFFS))
    assert figures.figures["SOC_V"].no == 26_000_000 + 2 * 10_000_000


def test_t04_any_known_framework_contains_its_call_offs(cohort_x, buyer) -> None:
    """Whatever the year, the scope or the amount of the framework."""
    for number, more in {
        "AC-2019": {"notified_on": date(2019, 1, 1)},
        "AC-PETIT": {"euros": 10},
        "AC-SANS": {"euros": None},
    }.items():
        ContractFactory(buyer=buyer, number=number, framework=True, **more)
        ContractFactory(buyer=buyer, number=f"MS-{number}", framework_number=number)
    found = left_out(read_figures(QUERY))
    assert {number for number, why in found.items() if why[0] == "CALL_OFF"} == {
        "C07", "MS-AC-2019", "MS-AC-PETIT", "MS-AC-SANS",
    }  # fmt: skip


def test_t04_a_framework_that_names_itself_is_no_call_off(cohort_x, buyer) -> None:
    for discriminator in (0, 1):
        ContractFactory(
            buyer=buyer, number="AC", discriminator=discriminator, framework=True,
            framework_number="AC",
        )  # fmt: skip
    assert "AC" not in left_out(read_figures(QUERY))


def test_t05_clause_and_reserved_together_count_once(cohort_x) -> None:
    assert list(contracts_behind(QUERY, "SOC_N", Answer.YES)).count(cohort_x["C03"]) == 1


def test_t06_contradiction(cohort_x) -> None:
    assert read_figures(QUERY).anomalies["CONTRADICTORY"] == 1
    figures = read_figures(replace(QUERY, strict=True))
    social, environmental = figures.figures["SOC_N"], figures.figures["ENV_N"]
    assert numbers(social) == (4, 3, 3)
    assert (rates(social)[0], rates(social)[2]) == ("40.00", "70.00")
    assert numbers(environmental) == (5, 3, 2)
    assert (rates(environmental)[0], rates(environmental)[2]) == ("50.00", "70.00")
    strict = replace(QUERY, strict=True)
    assert cohort_x["C05"] in contracts_behind(strict, "SOC_N", Answer.ND)


def test_t07_nothing_declared_cannot_be_concluded(buyer) -> None:
    ContractFactory.create_batch(3, buyer=buyer)
    ContractFactory(buyer=buyer, social=NO | 16)  # "Pas de..." and a value nobody knows
    figures = read_figures(QUERY)
    social = figures.figures["SOC_N"]
    assert numbers(social) == (0, 0, 4)
    assert rates(social) == ["0.00", None, "100.00", "0.00"]
    assert figures.verdict("SOC_N") == Verdict.OPEN


def test_t08_the_year_is_that_of_the_notification(cohort_x) -> None:
    of_2025 = {c.pk for answer in Answer for c in contracts_behind(QUERY, "SOC_N", answer)}
    assert cohort_x["C08"].pk in of_2025
    assert cohort_x["C09"].pk not in of_2025
    assert read_figures(replace(QUERY, year=2024)).figures["SOC_N"].yes == 1


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2025, 12, 31)])
def test_t08_the_first_and_last_days_are_in_the_year(buyer, day) -> None:
    ContractFactory(buyer=buyer, notified_on=day)
    assert read_figures(QUERY).figures["SOC_N"].total == 1


@pytest.mark.parametrize("year", [2023, 2025])
def test_t09_a_contract_of_no_year_is_listed_every_year(cohort_x, year) -> None:
    figures = read_figures(replace(QUERY, year=year))
    assert left_out(figures)["C14"] == ("NO_YEAR", EVERY)
    assert cohort_x["C14"] in contracts_left_out(QUERY, Reason.NO_YEAR)


def test_t09_what_is_notified_after_the_report_is_in_no_year(cohort_x) -> None:
    figures = read_figures(replace(QUERY, as_of=date(2025, 10, 9)))
    assert figures.figures["SOC_N"].total == 9  # C10 is of the next day
    assert left_out(figures)["C10"] == ("NO_YEAR", EVERY)


def test_t10_scope(cohort_x) -> None:
    assert left_out(read_figures(QUERY))["C15"] == ("BELOW_THRESHOLD", EVERY)
    figures = read_figures(replace(QUERY, scope=Scope.ALL))
    social = figures.figures["SOC_N"]
    assert (social.yes, social.total, rates(social)[0]) == (6, 11, "54.55")
    assert figures.threshold is None


def test_t10_concessions_are_apart_unless_asked(cohort_x) -> None:
    assert left_out(read_figures(QUERY))["C16"] == ("CONCESSION", EVERY)
    figures = read_figures(replace(QUERY, concessions=True))
    social, value = figures.figures["SOC_N"], figures.figures["SOC_V"]
    assert (social.yes, social.total, rates(social)[0]) == (6, 11, "54.55")
    assert (value.yes, value.total, rates(value)[0]) == (327_500_000, 393_500_000, "83.23")
    assert figures.as_json()["method"]["concessions"] is True


@pytest.mark.parametrize(
    ("year", "euros"), [(2016, 25_000), (2019, 25_000), (2020, 40_000), (2026, 40_000)]
)
def test_t10_the_threshold_is_that_of_the_year(buyer, year, euros) -> None:
    for amount in (euros - 1, euros):
        ContractFactory(buyer=buyer, notified_on=date(year, 6, 1), euros=amount)
    assert read_figures(replace(QUERY, year=year)).figures["SOC_N"].total == 1


def test_t10_an_unusable_amount_stays_in_scope_whatever_a_modification_says(buyer) -> None:
    contract = ContractFactory(buyer=buyer, euros=None, social_clause=True)
    ModificationFactory(contract=contract, notified_on=date(2025, 5, 1), amount=9_000_000)
    figures = read_figures(QUERY)
    assert figures.figures["SOC_N"].yes == 1
    assert figures.figures["SOC_V"].total == 0
    assert current_figures(QUERY)["SOC_V"].total == 0


def test_t11_a_confirmed_duplicate_is_out_and_a_reused_number_is_not(cohort_x, buyer) -> None:
    again = ContractFactory(
        buyer=buyer, number="C02", discriminator=1, is_duplicate=True,
        resembles=cohort_x["C02"], euros=200_000, no_social=True,
    )  # fmt: skip
    ContractFactory(buyer=buyer, number="C08", discriminator=1, resembles=cohort_x["C08"])
    AnomalyFactory(contract=cohort_x["C12"], rule="ID_REUSED")
    figures = read_figures(QUERY)
    assert figures.figures["SOC_N"].total == 11  # a suggestion is not a decision
    assert left_out(figures)["C02~1"] == ("DUPLICATE", EVERY)
    assert again.uid == f"{SIRET}C02~1"
    assert figures.anomalies["ID_REUSED"] == 1


def test_t12_modifications_apply_by_date_and_carry_the_rest_forward(buyer) -> None:
    contract = ContractFactory(
        buyer=buyer, notified_on=date(2025, 1, 10), euros=100_000, duration_months=12
    )
    for number, day, changed in (
        (2, date(2025, 6, 1), {"amount": 13_000_000}),
        (1, date(2025, 3, 1), {"duration_months": 24}),
        (3, date(2025, 5, 1), {"amount": 12_000_000}),
    ):
        ModificationFactory(contract=contract, number=number, notified_on=day, **changed)
    ModificationFactory(contract=contract, number=4, notified_on=date(2025, 7, 1))  # says nothing
    may, december = (terms_on(contract, date(2025, *day)) for day in ((5, 15), (12, 31)))
    assert (may.amount, may.duration_months) == (12_000_000, 24)
    assert (december.amount, december.duration_months) == (13_000_000, 24)
    assert december.holders is None


def test_t12_without_a_date_the_file_decides_then_the_number(buyer) -> None:
    contract = ContractFactory(buyer=buyer)
    published = date(2025, 4, 1)
    for position, (number, day, cents) in enumerate(
        [(5, published, 1_500), (4, published, 1_400), (None, None, 1_600), (None, None, 1_700)]
    ):
        ModificationFactory(
            contract=contract, position=position, number=number, published_on=day, amount=cents
        )
    assert current_value(contract, date(2025, 3, 31)) == 10_000_000
    assert current_value(contract, published) == 1_700


def test_t18_without_contracts_every_rate_is_null(buyer) -> None:
    written = read_figures(QUERY).as_json()["figures"]
    assert written["SOC_N"] == {
        "yes": 0, "no": 0, "nd": 0, "total": 0,
        "floor": None, "declared": None, "ceiling": None, "coverage": None,
    }  # fmt: skip
    assert written["SOC_V"]["total"] == "0.00"
    assert read_figures(QUERY).verdict("SOC_N") is None


def test_t18_targets_are_judged_on_exact_fractions() -> None:
    nearly = Figure(Basis.COUNT, yes=299, no=701)
    assert nearly.verdict(Fraction(30, 100)) == Verdict.NOT_REACHED
    assert Figure(Basis.COUNT, yes=300, no=700).verdict(Fraction(30, 100)) == Verdict.REACHED
    assert Figure(Basis.COUNT, yes=95, no=5).verdict(Fraction(1)) == Verdict.NOT_REACHED


@pytest.mark.parametrize(
    ("yes", "total", "written"),
    [
        (5, 9, "55.5555555556"), (2, 3, "66.6666666667"), (1, 1, "100.0000000000"),
        (1, 2 * 10**12, "0.0000000000"), (3, 2 * 10**12, "0.0000000002"),  # half to even
    ],
)  # fmt: skip
def test_t18_rates_have_ten_decimals_half_to_even(yes, total, written) -> None:
    assert Figure(Basis.COUNT, yes=yes, no=total - yes).as_json()["floor"] == written
