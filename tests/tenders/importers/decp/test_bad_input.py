"""Every bad file: one French sentence, nothing written, a failure for the shell."""

import json
import os
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from accounts.models import Buyer
from jobs.models import ImportRun, Job
from tenders.models import Contract
from tests.tenders.importers.decp.conftest import Decp
from tests.tenders.importers.decp.files import marche, write, zipped

pytestmark = pytest.mark.django_db
GOOD = json.dumps(marche(), ensure_ascii=False)
Refused = Callable[..., str]


@pytest.fixture
def refused(decp: Decp, tmp_path: Path) -> Refused:
    def run(content: bytes | str | Path, match: str) -> str:
        path = content if isinstance(content, Path) else tmp_path / "fichier.json"
        if isinstance(content, str):
            content = content.encode()
        if isinstance(content, bytes):
            path.write_bytes(content)
        with pytest.raises(CommandError, match=match) as caught:
            decp(path)
        assert "\n" not in str(caught.value)
        for model in (Contract, Buyer, ImportRun, Job):
            assert not model.objects.exists()
        assert not [p for p in (tmp_path / "var" / "imports").glob("*") if p.suffix != ".draft"]
        return str(caught.value)

    return run


@pytest.mark.parametrize("content", ["", " \n\t", "\ufeff"])
def test_empty(refused: Refused, content: str) -> None:
    refused(content, "est vide")


def test_paths(refused: Refused, tmp_path: Path) -> None:
    refused(tmp_path / "rien.json", "n’existe pas")
    refused(tmp_path, "est un dossier")
    loop = tmp_path / "boucle"
    loop.symlink_to(loop)
    refused(loop, "ne peut pas être lu")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("a;b;c\n1;2;3\n", "versions tabulaires"),
        ("uid,id,montant\n1,2,3\n", "versions tabulaires"),
        ("<!DOCTYPE html><html><body>404</body></html>", "page web"),
        ("\n<HTML><head></head></HTML>", "page web"),
        ("bonjour", "ni du JSON, ni du XML"),
        ('{"$schema": "x", "definitions": {}}', "pas de clé"),
        ("{}", "pas de clé"),
        ("[1, 2]", "pas de clé"),
        ('{"marches": "x"}', "pas de clé"),
        ('<?xml version="1.0"?><xs:schema xmlns:xs="http://x/"/>', "sa racine est <schema>"),
        (b"\x1f\x8b\x08\x00\x00" + b"\0" * 20, "UTF-8"),
        ('{"marches": []}'.encode("utf-16"), "UTF-8"),
    ],
)
def test_files_of_another_kind(refused: Refused, content: bytes | str, match: str) -> None:
    refused(content, match)


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        (f'{{"marches": [{GOOD},\n{GOOD} {GOOD}]}}', "ligne 2, après 2 contrats"),
        (f'{{"marches": [{GOOD},\n{{"id": }}]}}', "ligne 2, après 1 contrats"),
        (f'{{"marches": [{GOOD}', "s’arrête avant la fin"),
        (f'{{"marches": [{GOOD[:-30]}', "abîmé"),
        (f'{{"marches": [{GOOD}]', "s’arrête avant la fin"),
        (f'{{"marches": [{GOOD}]}} x', "pas à sa place"),
        (f'{{"marches": [{GOOD},,]}}', "pas à sa place"),
        ('{"marches" []}', "pas à sa place"),
        ("{marches: []}", "pas à sa place"),
        ('{"marches": [' + "[" * 100_000, "trop imbriqué"),
        ('{"marches": [' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "]}", "trop imbriqué"),
        ('{"marches": ["' + "x" * (9 << 20), "abîmé"),
    ],
)
def test_broken_json_says_where(refused: Refused, broken: str, match: str) -> None:
    refused(broken, match)


def test_text_that_is_not_utf_8(refused: Refused) -> None:
    refused(f'{{"marches": [{GOOD}]}}'.encode("cp1252"), r"pas en UTF-8 \(octet \d+\)")


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        ("<marches><marche><id>1</id></marche>", "abîmé à la ligne 1, après 1 contrats"),
        ("<marches>\n<marche></id></marche></marches>", "ligne 2, après 0"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><marches>&x;</marches>', "entités"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><marches/>', "entités"),
        ("<marches>" + "<a>" * 1_000_000, "démesuré"),
        ("<marches><marche><objet>" + "x" * (9 << 20), "démesuré"),
        ('<?xml version="1.0" encoding="klingon"?><marches/>', "abîmé"),
    ],
)
def test_broken_xml(refused: Refused, broken: str, match: str) -> None:
    refused(broken, match)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
def test_truncated_zip(refused: Refused, tmp_path: Path, kept: float) -> None:
    path = zipped(tmp_path / "f.zip", write(tmp_path / "f.json", [marche()]))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    refused(path, "abîmé, incomplet")


def test_zip_whose_content_changed(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.write(write(tmp_path / "f.json", [marche()]), "f.json")
    path.write_bytes(path.read_bytes().replace(b"Travaux 2025C01", b"Travaux 2025C02"))
    refused(path, "abîmé, incomplet")


def test_zip_of_other_things(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(bytes(range(256)))
    refused(zipped(tmp_path / "a.zip", tmp_path / "photo.jpg"), "aucun fichier JSON ou XML")
    (tmp_path / "[Content_Types].xml").write_text("<Types/>")
    refused(zipped(tmp_path / "b.xlsx", tmp_path / "[Content_Types].xml"), "versions tabulaires")
    (tmp_path / "schema.json").write_text("{}")
    refused(zipped(tmp_path / "c.zip", tmp_path / "schema.json"), "pas de clé")


def test_zip_bomb_is_not_opened(refused: Refused, tmp_path: Path) -> None:
    bomb = tmp_path / "bombe.json"
    bomb.write_bytes(b" " * (200 << 20))
    path = zipped(tmp_path / "bombe.zip", bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path, "démesurément")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_number_given_to_too_many_contracts(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenders.importers.decp.staging._LARGEST", 3)
    refused(write(tmp_path / "f.json", [marche(objet=str(n)) for n in range(4)]), "plus de 3")


def test_what_is_odd_and_still_json_is_kept(decp: Decp, tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    odd = GOOD[:-1] + ', "montant": NaN, "dureeMois": ' + "9" * 10_000 + ', "id": "DEUX"}'
    path.write_bytes(b"\xef\xbb\xbf" + f'{{"a": [1], "marches": [{odd}], "b": 12}}'.encode())
    answer = decp(path)
    assert answer.counts == (1, 0, 0, 0)
    assert answer.json["anomalies"] == {
        "BAD_NUMBER": 1, "DUPLICATE_KEY": 3, "UNUSABLE_AMOUNT": 1,
    }  # fmt: skip
    assert Contract.objects.get().number == "DEUX"


def test_a_single_contract_may_stand_for_its_list(decp: Decp, tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text(f'{{"marches": {{"marche": {GOOD}, "date": "2025"}}}}')
    assert decp(path).counts == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "content", ['{"marches": []}', '{"marches": {"marche": null}}', "<marches/>"]
)
def test_a_file_without_contracts_is_one(decp: Decp, tmp_path: Path, content: str) -> None:
    path = tmp_path / "f.json"
    path.write_text(content)
    assert decp(path).json["read"] == 0


def test_what_is_not_decp_in_an_archive_is_told_and_left_alone(decp: Decp, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text("{}")
    (tmp_path / "LISEZMOI.txt").write_text("bonjour")
    members = [tmp_path / "schema.json", tmp_path / "LISEZMOI.txt"]
    answer = decp(zipped(tmp_path / "f.zip", *members, write(tmp_path / "f.json", [marche()])))
    assert answer.counts == (1, 0, 0, 0)
    assert "Ignoré\u00a0: «\u00a0f.zip/schema.json" in answer.stderr


def test_a_spool_is_for_its_owner(decp: Decp, tmp_path: Path) -> None:
    decp(write(tmp_path / "f.json", [marche()]))
    assert os.stat(tmp_path / "var" / "imports").st_mode & 0o077 == 0
