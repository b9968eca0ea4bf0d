"""Every bad input: one French sentence, nothing written, a failure for the shell."""

import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest
from django.core.management.base import CommandError

from jobs.models import ImportRun
from suppliers.models import Company
from tests.suppliers.factories import siren, siret
from tests.suppliers.importers.conftest import Sirene
from tests.suppliers.importers.files import (
    PLACE_COLUMNS,
    daily,
    event,
    place,
    places,
    stock,
    unit,
    units,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(sirene: Sirene):
    def run(*paths: Path, match: str) -> None:
        with pytest.raises(CommandError, match=match) as caught:
            sirene(*paths)
        assert "\n" not in str(caught.value)
        assert not Company.objects.exists()
        assert not ImportRun.objects.exists()

    return run


@pytest.fixture
def good(tmp_path: Path) -> Path:
    stock(tmp_path, [unit(1)], [place(1)])
    return tmp_path


def test_path_that_does_not_exist(refused, tmp_path: Path) -> None:
    refused(tmp_path / "rien.csv", match="n’existe pas")


def test_file_that_cannot_be_read(refused, tmp_path: Path) -> None:
    loop = tmp_path / "boucle.csv"
    loop.symlink_to(loop)
    refused(loop, match="ne peut pas être lu")
    (tmp_path / "dossier").mkdir()
    refused(tmp_path / "dossier", match="vu\u00a0: aucun fichier")


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_empty_file(refused, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "StockUniteLegale_utf8.csv"
    path.write_bytes(content)
    refused(path, match="est vide")
    refused(tmp_path, match="est vide")  # in a folder too: its name promises SIRENE


def test_header_without_lines(refused, tmp_path: Path) -> None:
    refused(*stock(tmp_path, [], []), match="aucune ligne")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16(refused, good: Path, encoding: str) -> None:
    path = good / "StockUniteLegale_utf8.csv"
    path.write_text(path.read_text("utf-8"), encoding)
    refused(good, match="enregistrez-le en UTF-8")


def test_stock_in_latin_1(refused, tmp_path: Path) -> None:
    rows = [unit(1), unit(2, denominationUniteLegale="MAÇONNERIE"), unit(3)]
    path = stock(tmp_path, rows, [place(n) for n in (1, 2, 3)])[0]
    path.write_text(path.read_text("utf-8"), "latin-1")
    refused(tmp_path, match=r"n’est pas en UTF-8 \(ligne 3\)")


@pytest.mark.parametrize("kept", [0.3, 0.99])
def test_truncated_zip(refused, good: Path, kept: float) -> None:
    path = good / "StockUniteLegale_utf8.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(good / "StockUniteLegale_utf8.csv", "StockUniteLegale_utf8.csv")
    (good / "StockUniteLegale_utf8.csv").unlink()
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    refused(path, match="abîmé ou incomplet")
    refused(good, match="abîmé ou incomplet")


def test_zip_whose_content_changed(refused, good: Path) -> None:
    path = good / "stock.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.write(good / "StockUniteLegale_utf8.csv", "StockUniteLegale_utf8.csv")
    path.write_bytes(path.read_bytes().replace(b"ENTREPRISE 1", b"ENTREPRISE 2"))
    refused(path, match="abîmé ou incomplet")


def test_zip_of_something_else(refused, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", bytes(range(256)))
    refused(path, match="photo.jpg")


def test_missing_compulsory_columns_are_all_named(refused, tmp_path: Path) -> None:
    lost = {"siret", "codeCommuneEtablissement"}
    places(tmp_path, [place(1)], [name for name in PLACE_COLUMNS if name not in lost])
    units(tmp_path, [unit(1)])
    refused(tmp_path, match="les colonnes siret, codeCommuneEtablissement")


def test_header_that_names_a_column_twice(refused, good: Path) -> None:
    path = good / "StockUniteLegale_utf8.csv"
    path.write_text(path.read_text("utf-8").replace("dateDernierTraitement", "siren"), "utf-8")
    refused(good, match="deux fois la même colonne")


@pytest.mark.parametrize("content", [b"PAR1" + b"x" * 90 + b"PAR1", b"PAR1"])
def test_damaged_parquet(refused, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "StockUniteLegale_utf8.parquet"
    path.write_bytes(content)
    refused(path, match="abîmé ou incomplet")


def test_parquet_damaged_inside(refused, good: Path) -> None:
    path = good / "StockUniteLegale_utf8.parquet"
    source = f"read_csv('{good}/StockUniteLegale_utf8.csv', all_varchar = true)"
    duckdb.sql(f"COPY (FROM {source}) TO '{path}'")
    (good / "StockUniteLegale_utf8.csv").unlink()
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 40 + content[44:])
    refused(good, match="abîmé ou incomplet")


@pytest.mark.parametrize("cut", [-5, -60])
def test_stock_cut_in_its_last_line(refused, tmp_path: Path, cut: int) -> None:
    units(tmp_path, [unit(1), unit(2)])
    path = places(tmp_path, [place(1), place(2)], PLACE_COLUMNS[:-2])
    path.write_bytes(path.read_bytes()[:cut])
    refused(tmp_path, match="La ligne 3 de «\u00a0StockEtablissement_utf8.csv\u00a0»")


def test_quote_never_closed(refused, tmp_path: Path) -> None:
    path = stock(tmp_path, [unit(1), unit(2)], [place(1)])[0]
    path.write_text(path.read_text("utf-8").replace("ENTREPRISE 1", '"ENTREPRISE 1'), "utf-8")
    refused(tmp_path, match="incomplet")


def test_line_that_never_ends(refused, tmp_path: Path) -> None:
    stock(tmp_path, [unit(1, denominationUniteLegale="X" * 3_000_000)], [place(1)])
    refused(tmp_path, match="incomplet")


def test_daily_file_without_lines_or_with_an_endless_one(refused, tmp_path: Path) -> None:
    refused(daily(tmp_path / "sirc_a.csv", []), match="aucune ligne")
    refused(daily(tmp_path / "sirc_b.csv", [event(1, NOMEN_LONG="X" * 200_000)]), match="abîmé")


def test_zip_that_would_fill_the_disk(
    refused, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = good / "stock.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(good / "StockUniteLegale_utf8.csv", "StockUniteLegale_utf8.csv")
    full = shutil._ntuple_diskusage(10, 10, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: full)
    refused(path, match="faites de la place ou changez TMPDIR")


def test_folder_with_nothing_recognised(refused, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    (tmp_path / "vide.txt").write_text("")
    refused(tmp_path, match="vu\u00a0: notes.csv, vide.txt")


def test_file_of_something_else(refused, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("a,b\n1,2\n")
    refused(path, match="ses colonnes ne sont pas les leurs")


def test_only_lines_with_a_wrong_siret(refused, tmp_path: Path) -> None:
    wrong = siret(siren(1))[:-1] + "9"
    stock(tmp_path, [unit(1)], [place(1, siret=wrong)])
    refused(tmp_path, match=f"ligne 2, siret = «\u00a0{wrong}\u00a0»")


def test_half_of_the_stock_on_an_empty_directory(refused, good: Path) -> None:
    refused(good / "StockEtablissement_utf8.csv", match="StockUniteLegale ensemble")
    refused(good / "StockUniteLegale_utf8.csv", match="StockUniteLegale ensemble")


def test_what_is_not_sirene_in_a_folder_is_told_and_left_alone(sirene: Sirene, good: Path) -> None:
    (good / "notes.csv").write_text("a,b\n1,2\n")
    (good / "plan.pdf").write_bytes(b"%PDF-1.7 \0\xff")
    answer = sirene(good)
    assert answer.json["created"] == 1
    assert "Ignoré\u00a0: notes.csv" in answer.stderr
    assert "Ignoré\u00a0: plan.pdf" in answer.stderr
