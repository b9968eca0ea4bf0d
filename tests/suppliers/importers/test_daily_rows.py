from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.daily_rows import COMMUNE, parse_event
from suppliers.importers.sirene.findings import Findings, Place
from suppliers.importers.sirene.values import Values
from tests.suppliers.factories import siren, siret
from tests.suppliers.importers.files import DAILY_COLUMNS, Row, event

COMMUNES = Communes(current={"13005": "13005"}, territory=frozenset({"13005"}))


def values(row: Row) -> Values:
    raw = {**row, COMMUNE: row["DEPET"] + row["COMET"]}
    return Values(raw, Place("sirc.csv", 2), Findings())


def test_creation() -> None:
    found = parse_event(
        values(event(1, SIGLE="SE", ENSEIGNE="L'ÉTÉ", ESS="O", L3_NORMALISEE="ZA LES PRADEAUX")),
        COMMUNES,
    )
    assert found is not None
    company, place = found.company, found.establishment
    assert (company.name, company.other_names) == ("SOCIETE D'ÉTÉ 1", "SE")
    assert (company.naf, company.naf_nomenclature, company.size) == ("43.91B", "NAF_REV2", "tpe")
    assert (company.created_on, company.is_ess, company.is_mission) == (
        date(1957, 1, 1),
        True,
        None,
    )
    assert (place.siret, place.commune_id, place.trade_names) == (
        siret(siren(1)),
        "13005",
        "L'ÉTÉ",
    )
    assert place.address == "ZA LES PRADEAUX, 12 RUE DE LA REPUBLIQUE"
    assert place.is_seat
    assert place.is_active


@pytest.mark.parametrize("kind", ["C", "D", "F"])
def test_standing_states(kind: str) -> None:
    found = parse_event(values(event(1, kind)), COMMUNES)
    assert found is not None
    assert found.establishment.is_active
    assert found.company.is_active


def test_state_before_a_change_says_nothing() -> None:
    assert parse_event(values(event(1, "I")), COMMUNES) is None


@pytest.mark.parametrize(("eve", "company_lives"), [("SU", False), ("STS", True), ("SE", True)])
def test_end_of_an_establishment(eve: str, company_lives: bool) -> None:
    found = parse_event(values(event(1, "E", EVE=eve)), COMMUNES)
    assert found is not None
    assert not found.establishment.is_active
    assert found.company.is_active is company_lives


@pytest.mark.parametrize("row", [event(1, "O"), event(1, "F", DIFFCOM="N")])
def test_exit_from_diffusion_empties_everything(row: Row) -> None:
    found = parse_event(values(row), COMMUNES)
    assert found is not None
    assert (found.company.name, found.company.is_active) == ("", False)
    assert (found.establishment.address, found.establishment.is_active) == ("", False)


def test_sole_trader_is_named_by_the_person() -> None:
    found = parse_event(
        values(event(1, NJ="1000", NOM="DURAND", PRENOM="MARIE", NOMEN_LONG="DURAND*MARIE/")),
        COMMUNES,
    )
    assert found is not None
    assert (found.company.name, found.company.person_name) == ("", "DURAND MARIE")


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (event(1, "X"), "UNKNOWN_EVENT"),
        (event(1, ""), "UNKNOWN_EVENT"),
        (event(1, NIC="00000"), "SIRET_CHECK"),
        (event(1, SIREN="1"), "SIRET_CHECK"),
    ],
)
def test_unreadable_event_is_rejected(row: Row, rule: str) -> None:
    line = values(row)
    assert parse_event(line, COMMUNES) is None
    assert line.findings.counts == {rule: 1}
    assert line.findings.rejected == 1


@given(st.fixed_dictionaries(dict.fromkeys(DAILY_COLUMNS, st.text())), st.sampled_from("CDEFO"))
def test_no_event_raises(raw: dict[str, str], kind: str) -> None:
    parse_event(values(raw), COMMUNES)
    known = {"SIREN": siren(1), "NIC": siret(siren(1))[9:], "VMAJ": kind}
    assert parse_event(values(raw | known), COMMUNES) is not None
