from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.models import StaffBracket
from suppliers.importers.sirene.findings import SHOWN, Findings, Place, Rule
from suppliers.importers.sirene.values import Values


def read(value: str | None) -> Values:
    return Values({"x": value}, Place("stock.csv", 7), Findings())


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  LA  POSTE ", "LA POSTE"),
        ("[ND]", ""),
        (None, ""),
        ("A\0B\x1fC\nD", "A B C D"),
        ("ŒUVRES\u00a0D’ÉTÉ", "ŒUVRES D’ÉTÉ"),
        ("X" * 300, "X" * 250),
    ],
)
def test_text_is_one_clean_line(raw: str | None, text: str) -> None:
    assert read(raw).text("x") == text


def test_missing_column_is_empty() -> None:
    assert read("a").text("unknown") == ""


@pytest.mark.parametrize("raw", ["2017-04-07", "20170407", "2017-04-07T12:00:00"])
def test_dates_of_both_layouts(raw: str) -> None:
    assert read(raw).date("x") == date(2017, 4, 7)


@pytest.mark.parametrize("raw", ["19740000", "2023-02-29", "07/04/2017", "hier", "0000-01-01"])
def test_bad_date_is_noted_and_left_empty(raw: str) -> None:
    values = read(raw)
    assert values.date("x") is None
    assert values.findings.counts == {"BAD_DATE": 1}
    assert "stock.csv, ligne 7, x = «\u00a0" + raw in str(values.findings.first[0])


@pytest.mark.parametrize(
    ("raw", "nomenclature", "expected"),
    [
        ("43.91B", "NAFRev2", ("43.91B", "NAF_REV2")),
        ("4391B", "", ("43.91B", "NAF_REV2")),
        ("43.91B", "NAF2025", ("43.91B", "NAF_2025")),
        ("45.2B", "NAFRev1", ("45.2B", "NAFRev1")),
        ("452B", "NAF1993", ("45.2B", "NAF1993")),
        ("55.12", "NAP", ("55.12", "NAP")),
        ("0000Z", "", ("", "")),
        ("[ND]", "NAFRev2", ("", "")),
    ],
)
def test_naf_keeps_its_nomenclature(
    raw: str, nomenclature: str, expected: tuple[str, str]
) -> None:
    values = read(raw)
    assert values.naf("x", nomenclature) == expected
    assert not values.findings.counts


@pytest.mark.parametrize(
    ("reader", "bad", "rule"),
    [
        (lambda v: v.naf("x", "NAFRev2")[0], "MACON", Rule.BAD_NAF),
        (lambda v: v.naf("x", "NAFRev1")[0], "MACON", Rule.BAD_NAF),
        (lambda v: v.bracket("x"), "99", Rule.BAD_BRACKET),
        (lambda v: v.category("x"), "TPE", Rule.BAD_CATEGORY),
        (lambda v: v.legal_category("x"), "54", Rule.BAD_LEGAL_FORM),
        (lambda v: v.postcode("x"), "006", Rule.BAD_POSTCODE),
    ],
)
def test_bad_code_is_noted_and_left_empty(reader, bad: str, rule: Rule) -> None:
    values = read(bad)
    assert reader(values) == ""
    assert values.findings.counts == {rule: 1}


@pytest.mark.django_db
def test_every_bracket_of_the_vocabulary_is_known() -> None:
    brackets = list(StaffBracket.objects.values_list("code", flat=True))
    assert len(brackets) == 16
    assert [read(bracket).bracket("x") for bracket in brackets] == brackets


@pytest.mark.parametrize(
    ("raw", "flag"), [("O", True), ("N", False), ("", None), (" ", None), ("[ND]", None)]
)
def test_flags_have_three_states(raw: str, flag: bool | None) -> None:
    assert read(raw).flag("x") is flag


def test_only_the_first_anomalies_are_kept_whole() -> None:
    findings = Findings()
    for line in range(100):
        findings.note(Place("a", line), Rule.BAD_DATE, "x", "?" * 500)
    assert findings.counts["BAD_DATE"] == 100
    assert len(findings.first) == SHOWN
    assert len(findings.first[0].value) == 60


@given(st.text(), st.text())
def test_no_value_raises_and_all_can_be_stored(raw: str, other: str) -> None:
    values = read(raw)
    stored = [
        (values.text("x"), 250),
        *zip(values.naf("x", other), (6, 10), strict=True),
        *zip(values.naf("x", "NAFRev2"), (6, 10), strict=True),
        (values.bracket("x"), 2),
        (values.category("x"), 3),
        (values.legal_category("x"), 4),
        (values.postcode("x"), 5),
    ]
    values.date("x"), values.year("x"), values.flag("x")
    for text, longest in stored:
        assert len(text) <= longest
        assert "\0" not in text
        text.encode()  # no lone surrogate reaches the database
