"""The site answers in English to who asks for it, and the English translation is complete."""

import re
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.test import Client

from search.indexing import rebuild_index
from suppliers.models import Company
from tests.suppliers.factories import CompanyFactory

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
HOLES_AND_TAGS = re.compile(r"%\(\w+\)\w|%%|</?\w+>")
FRENCH_TYPOGRAPHY = re.compile(r"[«»]|\s[:;!?](\s|$)")


@pytest.fixture
def company(db: None) -> Company:
    company = CompanyFactory(name="COUVREURS DU GARLABAN")
    rebuild_index("suppliers")
    return company


def read(client: Client, path: str, language: str = "en", **params: object) -> str:
    """What is read on a page, without its tags, with one space between words."""
    html = client.get(path, params, headers={"accept-language": language}).content.decode()
    assert f'<html lang="{language}">' in html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize(
    ("path", "params", "sentences"),
    [
        ("/", {}, [
            "Public procurement of Aix-Marseille-Provence",
            "Who, near here, can do what you need?",
            "1 active company in the 92 communes of Aix-Marseille-Provence.",
        ]),
        ("/fournisseurs/", {}, ["Find local suppliers", "1 company", "Apply the filters"]),
        ("/fournisseurs/", {"size": "tpe", "near": "Aubagne", "radius_km": "15"}, [
            "Remove the filter Within 15 km of Aubagne",
            "Remove the filter Micro-enterprise, fewer than 10 people",
        ]),
        ("/fournisseurs/", {"q": "garlabann", "size": "ge"}, [
            "Results for garlaban", "No company matches all of this",
        ]),
        ("/fournisseurs/", {"sizee": "tpe"}, ["Did you mean “size”?"]),
        ("/fournisseurs/123456789/", {}, ["is not a SIREN company number"]),
        ("/donnees/", {}, ["Everything this site shows comes from the sources below"]),
        ("/nulle-part/", {}, ["This page does not exist", "Go back to the home page"]),
    ],
)  # fmt: skip
def test_pages_are_in_english_for_who_asks(
    client: Client, company: Company, path: str, params: dict[str, str], sentences: list[str]
) -> None:
    words = read(client, path, **params)
    assert [sentence for sentence in sentences if sentence not in words] == []


def test_a_company_page_is_in_english(client: Client, company: Company) -> None:
    words = read(client, f"/fournisseurs/{company.siren}/")
    assert "What the SIRENE company register says" in words
    assert "1 open establishment" in words
    assert "not declared" in words


def test_french_is_what_everybody_else_reads(client: Client, company: Company) -> None:
    assert "Qui, près d’ici" in client.get("/").content.decode()
    assert "Qui, près d’ici" in read(client, "/", language="fr")


def test_the_choice_of_a_language_is_kept(client: Client, company: Company) -> None:
    answer = client.post("/langue/setlang/", {"language": "en", "next": "/"})
    assert answer.status_code == 302
    assert "Who, near here" in client.get("/").content.decode()


@pytest.mark.django_db
def test_refusals_of_the_api_are_in_english(client: Client) -> None:
    answer = client.get(
        "/api/v1/suppliers/", {"page": "0", "per_page": "x"}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 400
    assert [error["detail"] for error in answer.json()["errors"]] == [
        "“0”: write a whole number, at least 1.",
        "“x”: write a whole number, at least 1 and at most 100.",
    ]


def test_every_message_is_translated() -> None:
    command = [sys.executable, "scripts/translations.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_english_keeps_holes_and_tags_and_drops_french_typography() -> None:
    entries = polib.pofile(str(CATALOGUE))
    wrong = [
        entry.msgid
        for entry in entries
        if not entry.msgid_plural and marks(entry.msgid) != marks(entry.msgstr)
    ]
    texts = [text for entry in entries for text in (entry.msgstr, *entry.msgstr_plural.values())]
    wrong += [text for text in texts if FRENCH_TYPOGRAPHY.search(text)]
    assert wrong == []


def marks(text: str) -> list[str]:
    return sorted(HOLES_AND_TAGS.findall(text))
