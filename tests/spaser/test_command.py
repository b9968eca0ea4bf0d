"""`spaser_report`, as a person or a script runs it."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from spaser.enums import Policy, Scope
from spaser.figures import SpaserQuery
from spaser.queries import read_figures
from tests.spaser.conftest import SIRET

pytestmark = pytest.mark.django_db


def run(*more: str) -> None:
    call_command(
        "spaser_report", "--buyer", SIRET, "--year", "2025", "--as-of", "2026-11-01", *more
    )


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("spaser_report", *arguments)
    return str(caught.value)


def test_standard_output_carries_the_document_alone(cohort_x, capsysbinary) -> None:
    run()
    out, _err = capsysbinary.readouterr()
    assert json.loads(out) == read_figures(SpaserQuery(SIRET, 2025, date(2026, 11, 1))).as_json()


def test_options_change_the_method(cohort_x, capsysbinary) -> None:
    run("--scope", "all", "--policy", "exclude_call_offs", "--strict", "--with-concessions")
    query = SpaserQuery(
        SIRET, 2025, date(2026, 11, 1), scope=Scope.ALL, policy=Policy.EXCLUDE_CALL_OFFS,
        strict=True, concessions=True,
    )  # fmt: skip
    assert json.loads(capsysbinary.readouterr().out) == read_figures(query).as_json()


def test_a_siret_with_spaces_is_understood(cohort_x, capsysbinary) -> None:
    call_command("spaser_report", "--buyer", "200 054 807", "--year", "2025")
    assert json.loads(capsysbinary.readouterr().out)["buyer"] == "200054807"


def test_a_pdf_goes_to_its_file(cohort_x, tmp_path, capsysbinary) -> None:
    path = tmp_path / "rapport.pdf"
    path.write_text("l’ancien")
    run("--format", "pdf", "-o", str(path))
    assert path.read_bytes().startswith(b"%PDF")
    assert os.listdir(tmp_path) == ["rapport.pdf"]
    assert capsysbinary.readouterr().out == b""


def test_every_mistake_is_told_at_once_in_french(cohort_x) -> None:
    said = refused("--buyer", "12", "--year", "1789", "--scope", "legl", "--as-of", "hier")
    assert said.splitlines() == [
        "--buyer\u00a0: «\u00a012\u00a0» n’est ni un SIRET (14 chiffres) ni un SIREN "
        "(9 chiffres).",
        "--year\u00a0: «\u00a01789\u00a0»\u00a0: écrivez un nombre de 1900 à 2999.",
        "--scope\u00a0: «\u00a0legl\u00a0» n’est pas une valeur connue\u00a0: legal, all.",
        "--as-of\u00a0: «\u00a0hier\u00a0» n’est pas une date\u00a0: écrivez année-mois-jour "
        "(2024-03-14).",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Il manque l’acheteur"),
        (("--buyer", "111111111", "--year", "2025"), "aucun acheteur connu ne porte le numéro"),
        (("--buyer", SIRET, "--year", "2026", "--as-of", "2025-12-31"), "2026 commence après"),
        (("--buyer", SIRET, "--year", "2025", "--format", "csv"), "Le format csv est à venir"),
        (("--buyer", SIRET, "--year", "2025", "--format", "xlsx"), "Le format xlsx est à venir"),
        (("--buyer", SIRET, "--year", "2025", "--format", "doc"), "n’est pas un format connu"),
        (("--buyer", SIRET, "--year", "9" * 5000), "écrivez un nombre"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(cohort_x, arguments, words) -> None:
    assert words in refused(*arguments)


@pytest.mark.parametrize("place", ["absent/rapport.json", ".", "\0"])
def test_an_unwritable_path_leaves_nothing_behind(cohort_x, tmp_path, place) -> None:
    path = tmp_path / place
    assert "ne peut pas être écrit" in refused("--buyer", SIRET, "--year", "2025", "-o", str(path))
    assert os.listdir(tmp_path) == []


def test_a_file_cut_short_leaves_the_former_one(cohort_x, tmp_path, monkeypatch) -> None:
    path = tmp_path / "rapport.json"
    path.write_text("l’ancien")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "ne peut pas être écrit" in refused("--buyer", SIRET, "--year", "2025", "-o", str(path))
    assert path.read_text() == "l’ancien"
    assert os.listdir(tmp_path) == ["rapport.json"]
