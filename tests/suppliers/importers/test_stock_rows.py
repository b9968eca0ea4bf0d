from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.findings import Findings, Place
from suppliers.importers.sirene.layouts import ESTABLISHMENTS, UNITS
from suppliers.importers.sirene.stock_rows import parse_establishment, parse_unit, point_of
from suppliers.importers.sirene.values import Values
from tests.suppliers.factories import siren, siret
from tests.suppliers.importers.files import Row, place, sole_trader, unit

COMMUNES = Communes(
    current={"13005": "13005", "13201": "13201", "13999": "13005", "75101": "75101"},
    territory=frozenset({"13005", "13201"}),
)
LA_POSTE = "35600000049837"  # fails the check of the others, passes its own


def values(row: Row) -> Values:
    return Values(row, Place("stock.csv", 2), Findings())


def test_legal_person() -> None:
    row = parse_unit(
        values(
            unit(
                1,
                sigleUniteLegale="E1",
                denominationUsuelle1UniteLegale="LA PREMIERE",
                trancheEffectifsUniteLegale="11",
                anneeEffectifsUniteLegale="2023",
                categorieEntreprise="PME",
                economieSocialeSolidaireUniteLegale="O",
                societeMissionUniteLegale="N",
                activitePrincipaleNAF25UniteLegale="43.42H",
            )
        )
    )
    assert row is not None
    assert (row.siren, row.name, row.other_names) == (siren(1), "ENTREPRISE 1", "E1\nLA PREMIERE")
    assert (row.naf, row.naf_nomenclature, row.naf_2025) == ("43.91B", "NAF_REV2", "43.42H")
    assert (row.size, row.staff_bracket, row.staff_year) == ("pme", "11", 2023)
    assert (row.is_ess, row.is_mission, row.is_active) == (True, False, True)
    assert (row.diffusion, row.created_on) == ("O", date(2001, 2, 3))


def test_flags_and_staff_not_declared_are_unknown() -> None:
    row = parse_unit(values(unit(1, trancheEffectifsUniteLegale="NN", categorieEntreprise="PME")))
    assert row is not None
    assert (row.is_ess, row.is_mission, row.size) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("fields", "person"),
    [
        ({}, "DURAND MARIE"),
        ({"nomUsageUniteLegale": "MARTIN", "prenomUsuelUniteLegale": "LISE"}, "MARTIN LISE"),
        ({"prenom1UniteLegale": ""}, "DURAND"),
        ({"nomUniteLegale": "[ND]", "prenom1UniteLegale": "[ND]"}, ""),
    ],
)
def test_sole_trader_has_usage_name_and_usual_first_name(
    fields: dict[str, str], person: str
) -> None:
    row = parse_unit(values(sole_trader(1, **fields)))
    assert row is not None
    assert (row.name, row.person_name) == ("", person)


def test_usual_denomination_names_a_sole_trader() -> None:
    row = parse_unit(values(sole_trader(1, denominationUsuelle1UniteLegale="CHEZ MARIE")))
    assert row is not None
    assert (row.name, row.other_names) == ("CHEZ MARIE", "")


def test_partial_diffusion_empties_the_names() -> None:
    row = parse_unit(
        values(
            sole_trader(
                1,
                statutDiffusionUniteLegale="P",
                sigleUniteLegale="SECRET",
                denominationUsuelle1UniteLegale="SECRET",
            )
        )
    )
    assert row is not None
    assert (row.name, row.other_names, row.person_name) == ("", "", "")
    assert (row.diffusion, row.is_active, row.naf) == ("P", True, "43.91B")
    assert (row.legal_category, row.created_on, row.size) == ("", None, "unknown")


@pytest.mark.parametrize(
    "fields",
    [
        {"statutDiffusionUniteLegale": "N"},
        {"statutDiffusionUniteLegale": ""},
        {"unitePurgeeUniteLegale": "true"},
    ],
)
def test_unit_that_may_not_be_shown_is_empty_and_inactive(fields: dict[str, str]) -> None:
    row = parse_unit(values(unit(1, **fields)))
    assert row is not None
    assert (row.name, row.diffusion, row.is_active) == ("", "P", False)


def test_wrong_siren_is_rejected_with_its_line() -> None:
    line = values(unit(1, siren="123456789"))
    assert parse_unit(line) is None
    assert line.findings.rejected == 1
    assert str(line.findings.first[0]).startswith(
        "stock.csv, ligne 2, siren = «\u00a0123456789\u00a0»"
    )


def test_establishment() -> None:
    line = values(
        place(
            1,
            commune="13201",
            complementAdresseEtablissement="BAT B",
            indiceRepetitionEtablissement="BIS",
            enseigne1Etablissement="A L'ETOILE",
            denominationUsuelleEtablissement="ETOILE",
        )
    )
    row = parse_establishment(line, COMMUNES)
    assert row is not None
    assert (row.siret, row.company_id) == (siret(siren(1)), siren(1))
    assert (row.address, row.postcode, row.commune_id) == (
        "BAT B, 12 BIS RUE DE LA REPUBLIQUE",
        "13400",
        "13201",
    )
    assert row.trade_names == "A L'ETOILE\nETOILE"
    assert (row.is_seat, row.is_active, row.diffusion) == (True, True, "O")
    assert point_of(line) == (909000.5, 6246000.5)


def test_former_commune_becomes_that_of_today() -> None:
    row = parse_establishment(values(place(1, commune="13999")), COMMUNES)
    assert row is not None
    assert row.commune_id == "13005"


@pytest.mark.parametrize(("commune", "anomalies"), [("13998", 1), ("", 0), ("98818", 0)])
def test_place_without_a_known_commune(commune: str, anomalies: int) -> None:
    line = values(place(1, commune=commune))
    row = parse_establishment(line, COMMUNES)
    assert row is not None
    assert row.commune_id is None
    assert line.findings.counts["UNKNOWN_COMMUNE"] == anomalies


def test_partial_diffusion_leaves_activity_and_commune_only() -> None:
    line = values(place(1, statutDiffusionEtablissement="P", enseigne1Etablissement="SECRET"))
    row = parse_establishment(line, COMMUNES)
    assert row is not None
    assert point_of(line) is None
    assert (row.trade_names, row.address, row.postcode) == ("", "", "")
    assert (row.commune_id, row.naf, row.is_active) == ("13005", "43.91B", True)


@pytest.mark.parametrize(
    "fields",
    [
        {"siret": siret(siren(1))[:-1] + "9"},
        {"siret": siret(siren(2))},
        {"siret": siret(siren(1))[:-1]},
        {"siret": ""},
        {"siren": ""},
    ],
)
def test_wrong_siret_is_rejected(fields: dict[str, str]) -> None:
    line = values(place(1, **fields))
    assert parse_establishment(line, COMMUNES) is None
    assert line.findings.counts == {"SIRET_CHECK": 1}
    assert line.findings.rejected == 1


def test_la_poste_has_its_own_check() -> None:
    row = parse_establishment(values(place(1, siren=LA_POSTE[:9], siret=LA_POSTE)), COMMUNES)
    assert row is not None


def test_coordinates_out_of_france_are_noted() -> None:
    line = values(place(1, coordonneeLambertAbscisseEtablissement="5.37"))
    assert point_of(line) is None
    assert line.findings.counts == {"BAD_COORDINATES": 1}


texts = st.one_of(st.none(), st.text(), st.sampled_from(["[ND]", "O", "P", "A", "true", "13005"]))


@given(st.fixed_dictionaries(dict.fromkeys(UNITS.columns, texts)))
def test_no_unit_raises(raw: dict[str, str | None]) -> None:
    parse_unit(values(raw | {"siren": siren(1)}))  # type: ignore[operator]
    assert parse_unit(values(raw | {"siren": "1"})) is None  # type: ignore[operator]


@given(st.fixed_dictionaries(dict.fromkeys(ESTABLISHMENTS.columns, texts)))
def test_no_establishment_raises(raw: dict[str, str | None]) -> None:
    known = {"siren": siren(1), "siret": siret(siren(1))}
    row = parse_establishment(values(raw | known), COMMUNES)  # type: ignore[operator]
    assert row is not None
    assert row.commune_id in {None, *COMMUNES.current}
    point_of(values(raw))  # type: ignore[arg-type]
