import pytest

from suppliers.importers.sirene.layouts import (
    DAILY,
    ESTABLISHMENTS,
    UNITS,
    Layout,
    named_after,
    recognise,
)


@pytest.mark.parametrize("layout", [UNITS, ESTABLISHMENTS, DAILY])
def test_header_is_enough_whatever_the_name(layout: Layout) -> None:
    assert recognise("export.csv", [*layout.columns, "inconnue"]) is layout
    assert recognise("export.csv", layout.compulsory[1:]) is layout


def test_neighbours_of_the_stock_are_not_the_stock() -> None:
    assert (
        recognise("StockEtablissementHistorique_utf8.csv", [*ESTABLISHMENTS.columns, "dateFin"])
        is None
    )
    links = ["siretEtablissementPredecesseur", "siretEtablissementSuccesseur"]
    assert recognise("StockEtablissementLiensSuccession_utf8.csv", links) is None


def test_extract_with_half_the_columns_is_another_file() -> None:
    header = ["siren", "siret", "codeCommuneEtablissement", "activitePrincipaleEtablissement"]
    assert recognise("titulaires.csv", header) is None


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("StockUniteLegale_utf8.zip", UNITS),
        ("stocketablissement.parquet", ESTABLISHMENTS),
        ("sirc_2017020_E_Q.csv", DAILY),
        ("siren.csv", None),
    ],
)
def test_name_is_a_hint(name: str, layout: Layout | None) -> None:
    assert named_after(name) is layout
