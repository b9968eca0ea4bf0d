"""One contract, whatever its version and its spelling, to one record."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tenders.enums import Environmental, Social
from tenders.importers.decp.parsing import Rejected, parse
from tenders.importers.decp.rows import Record
from tests.suppliers.factories import siren
from tests.tenders.importers.decp.files import (
    BUYER,
    NO_SOCIAL,
    concession,
    holder,
    marche,
    v1,
)

TODAY = date(2026, 11, 25)


def read(raw: Any, listing: str = "marche") -> Record:
    found = parse(raw, listing, today=TODAY)
    assert isinstance(found, Record), found
    return found


def rules(record: Record) -> list[tuple[str, str]]:
    return [(anomaly.rule, anomaly.field) for anomaly in record.body.anomalies]


def test_a_contract_of_version_2_has_nothing_wrong() -> None:
    record = read(marche())
    row = record.body.row
    assert record.body.anomalies == ()
    assert (record.buyer, record.number, record.source) == (BUYER, "2025C01", "decp")
    assert (row.kind, row.cpv, row.amount, row.amount_text) == (
        "marche", "45000000", 10_000_000, "100000",
    )  # fmt: skip
    assert (row.notified_on, row.published_on) == (date(2025, 2, 3), date(2025, 2, 10))
    assert (row.social, row.environmental) == (Social.CLAUSE, Environmental.CLAUSE)
    assert (row.has_advance, row.advance_rate) == (True, Decimal("0.1"))
    assert record.body.holders[0] == ("SIRET", holder(1), siren(1))


def test_a_concession_has_other_names_for_its_day_and_its_value() -> None:
    row = read(concession(), "contrat-concession").body.row
    assert (row.kind, row.amount, row.notified_on) == (
        "concession", 200_000_000, date(2025, 12, 1),
    )  # fmt: skip
    assert row.social == Social.RESERVED
    assert row.others == {"dateDebutExecution": "2030-01-01", "montantSubventionPublique": 0.0}


def test_version_1_says_nothing_of_considerations_and_another_thing_of_prices() -> None:
    record = read(v1(), "")
    row = record.body.row
    assert record.numbered
    assert (row.social, row.environmental, row.social_values) == (0, 0, [])
    assert (row.forme_prix, row.types_prix) == ("", ["Définitif révisable"])
    assert row.is_framework
    assert record.names == ((holder(1), "DURAND"),)
    assert record.body.anomalies == ()


def test_the_version_is_told_record_by_record() -> None:
    assert not read(marche(_type="Marché"), "").numbered
    assert read(v1(considerationsSociales="test", ccag="test"), "").numbered
    assert read(v1(_type="Contrat de concession"), "").body.row.kind == "concession"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": None}, "NO_ID"),
        ({"id": " "}, "NO_ID"),
        ({"id": True}, "NO_ID"),
        ({"objet": ""}, "NO_OBJET"),
        ({"objet": ["x"]}, "NO_OBJET"),
        ({"acheteur": None}, "BAD_BUYER"),
        ({"acheteur": {"id": "123"}}, "BAD_BUYER"),
        ({"acheteur": {"id": "0" * 14}}, "BAD_BUYER"),
        ({"acheteur": {"id": "2000548070001X"}}, "BAD_BUYER"),
    ],
)
def test_what_keeps_a_record_out(change: dict[str, Any], rule: str) -> None:
    found = parse(marche(**change), "marche", today=TODAY)
    assert isinstance(found, Rejected)
    assert found.anomaly.rule == rule


@pytest.mark.parametrize("value", [None, 3, "x", ["x"], True])
def test_what_is_no_object_is_kept_out(value: Any) -> None:
    found = parse(value, "marche", today=TODAY)
    assert isinstance(found, Rejected)
    assert found.anomaly.rule == "NOT_AN_OBJECT"


@pytest.mark.parametrize(
    ("change", "column", "value", "rule"),
    [
        ({"objet": "NC"}, "objet", "NC", None),
        ({"objet": " l&#39;&eacute;cole\\n\u00a0 A "}, "objet", "l'école A", None),
        ({"objet": "a\x00b\u202ec"}, "objet", "a b c", None),
        ({"objet": "l'am\ufffdnagement"}, "objet", "l'am\ufffdnagement", "LOST_ACCENTS"),
        ({"objet": "\ud800"}, "objet", "\ufffd", "LOST_ACCENTS"),
        ({"nature": "MARCHE"}, "nature", "Marché", "SPELLING"),
        ({"nature": "Autre"}, "nature", "Autre", "UNKNOWN_VALUE"),
        ({"ccag": "Maîtrise d’œuvre"}, "ccag", "Maitrise d'œuvre", None),
        ({"ccag": "maitrise d'oeuvre"}, "ccag", "Maitrise d'œuvre", "SPELLING"),
        (
            {"ccag": "Techniques de l’information et de la communication"},
            "ccag",
            "Techniques de l'information et de la communication",
            None,
        ),
        (
            {"procedure": "Procédure concurrentielle avec négociation"},
            "procedure",
            "Procédure avec négociation",
            None,
        ),
        ({"codeCPV": "3111000"}, "cpv", "03111000", "SPELLING"),
        ({"codeCPV": "311100001"}, "cpv", "31110000", "SPELLING"),
        ({"codeCPV": "3"}, "cpv", "", "BAD_CPV"),
        ({"dureeMois": 48.0}, "duration_months", 48, None),
        ({"dureeMois": "NC"}, "duration_months", None, None),
        ({"dureeMois": 0}, "duration_months", None, "BAD_NUMBER"),
        ({"offresRecues": "test"}, "offers_received", None, "BAD_NUMBER"),
        ({"marcheInnovant": "oui"}, "is_innovative", True, None),
        ({"marcheInnovant": "False"}, "is_innovative", False, None),
        ({"marcheInnovant": "test"}, "is_innovative", None, "BAD_BOOLEAN"),
        ({"tauxAvance": 0}, "advance_rate", None, None),
        ({"tauxAvance": 10}, "advance_rate", None, "BAD_NUMBER"),
        ({"typesPrix": "Définitif ferme"}, "types_prix", ["Définitif ferme"], None),
        ({"typesPrix": None, "TypePrix": "Provisoire"}, "types_prix", ["Provisoire"], None),
        ({"techniques": ["Accord-cadre"]}, "is_framework", True, None),
        ({"lieuExecution": '{"code": "13001"}'}, "place_code", "13001", None),
    ],
)
def test_values(change: dict[str, Any], column: str, value: Any, rule: str | None) -> None:
    record = read(marche(**change))
    assert getattr(record.body.row, column) == value
    assert [name for name, _field in rules(record)] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("written", "cents", "rule"),
    [
        (21_982.68, 2_198_268, None),
        ("7789456.56", 778_945_656, None),
        ("1 234,56", 123_456, "SPELLING"),
        (1.01, 101, None),
        (1, None, "UNUSABLE_AMOUNT"),
        (0, None, "UNUSABLE_AMOUNT"),
        (-5, None, "UNUSABLE_AMOUNT"),
        (99_999_999_999.99, 9_999_999_999_999, None),
        (100_000_000_000, None, "UNUSABLE_AMOUNT"),
        (Decimal("1E+17"), None, "UNUSABLE_AMOUNT"),
        (Decimal("9e999999999"), None, "UNUSABLE_AMOUNT"),
        (Decimal("7" * 10_000), None, "UNUSABLE_AMOUNT"),
        ("NaN", None, "UNUSABLE_AMOUNT"),
        ("beaucoup", None, "UNUSABLE_AMOUNT"),
        (True, None, "UNUSABLE_AMOUNT"),
        ({"a": 1}, None, "BAD_SHAPE"),
        (None, None, "MISSING"),
    ],
)
def test_amounts(written: Any, cents: int | None, rule: str | None) -> None:
    exact = Decimal(str(written)) if isinstance(written, float) else written
    record = read(marche(montant=exact))
    assert record.body.row.amount == cents
    assert ([name for name, _field in rules(record)] or [None])[0] == rule
    assert len(record.body.row.amount_text) <= 40


@pytest.mark.parametrize(
    ("written", "day", "rule"),
    [
        ("2025-12-31T23:30:00-04:00", date(2025, 12, 31), "SPELLING"),
        ("2019-01-11+01:00", date(2019, 1, 11), "SPELLING"),
        ("2024-02-29", date(2024, 2, 29), None),
        ("2025-02-29", None, "BAD_DATE"),
        ("x2024-99-99y", None, "BAD_DATE"),
        ("0218-03-03", None, "BAD_DATE"),
        ("2925-04-04", None, "BAD_DATE"),
        ("2026-11-26", None, "BAD_DATE"),
        ("2026-11-25", date(2026, 11, 25), None),
        ("٢٠٢٤-٠١-٠١", None, "BAD_DATE"),
        ("", None, "MISSING"),
        (20250203, None, "BAD_DATE"),
    ],
)
def test_notification(written: Any, day: date | None, rule: str | None) -> None:
    record = read(marche(dateNotification=written))
    assert record.body.row.notified_on == day
    assert rules(record) == ([(rule, "dateNotification")] if rule else [])


@pytest.mark.parametrize(
    ("written", "flags", "rule"),
    [
        (["Clause sociale", "Marché réservé"], Social.CLAUSE | Social.RESERVED, None),
        ([NO_SOCIAL], Social.NONE, None),
        ([NO_SOCIAL, "Critère social"], Social.NONE | Social.CRITERION, "CONTRADICTORY"),
        (["Autre"], Social.OTHER, "UNKNOWN_VALUE"),
        ([NO_SOCIAL, "Autre"], Social.NONE | Social.OTHER, "UNKNOWN_VALUE"),
        (["CLAUSE SOCIALE"], Social.CLAUSE, "SPELLING"),
        ([], 0, None),
        (None, 0, None),
        ("", 0, None),
        ([None, "", "NC"], 0, None),
    ],
)
def test_social_considerations(written: Any, flags: int, rule: str | None) -> None:
    record = read(marche(social=written))
    assert record.body.row.social == flags
    assert rules(record) == ([(rule, "considerationsSociales")] if rule else [])


@pytest.mark.parametrize(
    "shape",
    [
        {"considerationSociale": ["Clause sociale"]},
        {"considerationSociale": "Clause sociale"},
        [{"considerationSociale": "Clause sociale"}],
        ["Clause sociale"],
        "Clause sociale",
        '{"considerationSociale": ["Clause sociale"]}',
    ],
)
def test_a_list_is_read_whatever_wraps_it(shape: Any) -> None:
    record = read(marche(considerationsSociales=shape))
    assert record.body.row.social_values == ["Clause sociale"]


@pytest.mark.parametrize(
    ("item", "kept", "rule"),
    [
        (
            {"typeIdentifiant": "SIRET", "id": "969 200 518 00013"},
            "96920051800013",
            None,
        ),
        ({"typeIdentifiant": "SIRET", "id": "123456789"}, "123456789", "HOLDER_CHECK"),
        ({"typeIdentifiant": "SIRET", "id": "FR12345678901"}, "FR12345678901", "HOLDER_CHECK"),
        ({"typeIdentifiant": "SIRET", "id": "35600000000048"}, "35600000000048", None),
        ({"typeIdentifiant": "HORS_UE", "id": "X1"}, "X1", "SPELLING"),
        ({"typeIdentifiant": "TVA_INTRACOMMUNAUTAIRE", "id": "FR1"}, "FR1", "SPELLING"),
        ({"id": holder(3)}, holder(3), "MISSING"),
    ],
)
def test_holders(item: dict[str, str], kept: str, rule: str | None) -> None:
    record = read(marche(titulaires=[{"titulaire": item}]))
    assert [row.identifier for row in record.body.holders] == [kept]
    assert [name for name, _field in rules(record)] == ([rule] if rule else [])


def test_holders_that_cannot_be_read_leave_the_contract() -> None:
    assert rules(read(marche(titulaires=["id"]))) == [
        ("BAD_HOLDERS", "titulaires"),
        ("MISSING", "titulaires"),
    ]
    assert read(marche(titulaires=[{}])).body.holders == ()
    twice = [{"titulaire": {"id": holder(1), "typeIdentifiant": "SIRET"}}] * 2
    assert len(read(marche(titulaires=twice)).body.holders) == 1


def test_a_holder_of_a_flat_copy_is_beside_the_contract() -> None:
    flat = v1(titulaires="test", titulaire_id=holder(4), titulaire_typeIdentifiant="SIRET")
    assert read(flat, "").body.holders == (("SIRET", holder(4), siren(4)),)


def test_contact_details_are_named_and_never_kept() -> None:
    secret = "marie@exemple.fr"
    acts = [{"acteSousTraitance": {"id": 1, "contact": {"nom": secret}, "mail": secret}}]
    item = {"id": holder(1), "typeIdentifiant": "SIRET", "contact.email": secret}
    record = read(marche(titulaires=[item], titulaire_contact=secret, actesSousTraitance=acts))
    assert secret not in str(record)
    assert ("PERSONAL_DATA", "contact.email") in rules(record)
    assert record.body.row.others["actesSousTraitance"] == [{"acteSousTraitance": {"id": 1}}]


def test_modifications_keep_what_they_do_not_say_unknown() -> None:
    modifications = [
        {
            "modification": {
                "id": 2,
                "dateNotificationModification": "2025-06-01",
                "montant": 130_000,
            }
        },
        {"id": 0, "dateNotificationModification": "2024-01-01", "dureeMois": 24, "montant": 1},
        {"titulaires": [{"titulaire": "id"}], "objetModification": "avenant"},
        {"titulaires": [{"id": holder(9), "typeIdentifiant": "SIRET"}]},
        "test",
    ]
    record = read(marche(modifications=modifications))
    first, second, third, fourth = record.body.modifications
    assert (first.number, first.amount, first.duration_months) == (2, 13_000_000, None)
    assert (second.number, second.amount, second.duration_months) == (0, None, 24)
    assert (third.holders, third.objet) == (None, "avenant")
    assert fourth.holders == [{"type": "SIRET", "id": holder(9)}]
    assert rules(record) == [
        ("EARLY_MODIFICATION", "modifications.dateNotificationModification"),
        ("UNUSABLE_AMOUNT", "modifications.montant"),
        ("BAD_HOLDERS", "modifications.titulaires"),
        ("BAD_SHAPE", "modifications"),
    ]


def test_more_french_than_european_is_named() -> None:
    record = read(marche(origineUE=0.1, origineFrance=0.2))
    assert rules(record) == [("ORIGINS", "origineFrance")]
    assert record.body.row.others == {"origineUE": 0.1, "origineFrance": 0.2}


def test_a_long_number_and_a_wrong_key_of_the_buyer_are_named() -> None:
    record = read(marche("X" * 80, acheteur={"id": "22740001400075"}))
    assert rules(record) == [("BUYER_CHECK", "acheteur.id"), ("LONG_ID", "id")]
    assert len(record.number) == 64
