"""Small SIRENE files for tests: `stock(folder, [unit(1)], [place(1, commune="13005")])`."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from suppliers.importers.sirene.layouts import DAILY, ESTABLISHMENTS, UNITS
from tests.suppliers.factories import siren, siret

Row = Mapping[str, str]

#: What real files hold and the directory does not read.
_UNREAD = ("dateDernierTraitement", "nombrePeriodes")
UNIT_COLUMNS = (*UNITS.columns, *_UNREAD)
PLACE_COLUMNS = ("nic", *ESTABLISHMENTS.columns, *_UNREAD)
DAILY_COLUMNS = (*DAILY.columns, "EPCI", "TEL")


def unit(number: int, **values: str) -> Row:
    """Return a line of StockUniteLegale: an active, public company of rank `number`."""
    return {
        "siren": siren(number),
        "statutDiffusionUniteLegale": "O",
        "etatAdministratifUniteLegale": "A",
        "denominationUniteLegale": f"ENTREPRISE {number}",
        "categorieJuridiqueUniteLegale": "5499",
        "activitePrincipaleUniteLegale": "43.91B",
        "nomenclatureActivitePrincipaleUniteLegale": "NAFRev2",
        "dateCreationUniteLegale": "2001-02-03",
        **values,
    }


def sole_trader(number: int, **values: str) -> Row:
    """Return a line of a natural person."""
    person = {
        "denominationUniteLegale": "",
        "categorieJuridiqueUniteLegale": "1000",
        "nomUniteLegale": "DURAND",
        "prenom1UniteLegale": "MARIE",
    }
    return unit(number, **{**person, **values})


def place(number: int, nic: int = 1, *, commune: str = "13005", **values: str) -> Row:
    """Return a line of StockEtablissement: an open, public seat of the company `number`."""
    code = siret(siren(number), nic)
    return {
        "siren": code[:9],
        "nic": code[9:],
        "siret": code,
        "statutDiffusionEtablissement": "O",
        "etablissementSiege": "true" if nic == 1 else "false",
        "etatAdministratifEtablissement": "A",
        "codeCommuneEtablissement": commune,
        "codePostalEtablissement": "13400",
        "numeroVoieEtablissement": "12",
        "typeVoieEtablissement": "RUE",
        "libelleVoieEtablissement": "DE LA REPUBLIQUE",
        "activitePrincipaleEtablissement": "43.91B",
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        "coordonneeLambertAbscisseEtablissement": "909000.5",
        "coordonneeLambertOrdonneeEtablissement": "6246000.5",
        **values,
    }


def event(
    number: int, kind: str = "C", *, nic: int = 1, insee: str = "13005", **values: str
) -> Row:
    """Return a line of a daily file of 2017."""
    code = siret(siren(number), nic)
    return {
        "SIREN": code[:9],
        "NIC": code[9:],
        "VMAJ": kind,
        "DATEMAJ": "2017-01-20T12:00:00",
        "EVE": {"E": "SU", "C": "CS"}.get(kind, "MS"),
        "DEPET": insee[:2],
        "COMET": insee[2:],
        "SIEGE": "1" if nic == 1 else "0",
        "DIFFCOM": "O",
        "L4_NORMALISEE": "12 RUE DE LA REPUBLIQUE",
        "CODPOS": "13400",
        "NOMEN_LONG": f"SOCIETE D'ÉTÉ {number}",
        "NJ": "5499",
        "APEN700": "4391B",
        "APET700": "4391B",
        "CATEGORIE": "PME",
        "TEFEN": "01",
        "DCREN": "19570101",
        **values,
    }


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    """Write a CSV as INSEE does for the stock: UTF-8, comma, header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, columns, restval="", extrasaction="ignore", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
    return path


def units(folder: Path, rows: Iterable[Row], columns: Sequence[str] = UNIT_COLUMNS) -> Path:
    return write_csv(folder / "StockUniteLegale_utf8.csv", columns, rows)


def places(folder: Path, rows: Iterable[Row], columns: Sequence[str] = PLACE_COLUMNS) -> Path:
    return write_csv(folder / "StockEtablissement_utf8.csv", columns, rows)


def stock(folder: Path, unit_rows: Iterable[Row], place_rows: Iterable[Row]) -> list[Path]:
    """Write both files of the stock."""
    folder.mkdir(exist_ok=True)
    return [units(folder, unit_rows), places(folder, place_rows)]


def daily(path: Path, rows: Iterable[Row]) -> Path:
    """Write a daily file as INSEE did: Latin-1, semicolons, all quoted, CRLF."""
    with path.open("w", encoding="latin-1", newline="") as file:
        writer = csv.DictWriter(
            file, DAILY_COLUMNS, restval="", delimiter=";", quoting=csv.QUOTE_ALL
        )
        writer.writeheader()
        writer.writerows(rows)
    return path
