"""The printed report, read back; and hostile text, which must stay text."""

import re
import subprocess
import sys
from datetime import date
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader

from spaser.enums import Reason
from spaser.figures import Exclusion, Figure, Goal, SpaserFigures, SpaserQuery
from spaser.indicators import IN_VALUE, INDICATORS
from spaser.queries import read_figures
from spaser.reports import as_json, as_pdf
from spaser.reports.paragraphs import LONGEST_TEXT, plain
from spaser.reports.story import MOST_ROWS
from tests.spaser.conftest import SIRET

QUERY = SpaserQuery(SIRET, 2025, date(2026, 11, 1))


def figures(name: str = "Ville", excluded: tuple[Exclusion, ...] = (), **more) -> SpaserFigures:
    return SpaserFigures(
        query=QUERY,
        buyer_name=name,
        threshold=4_000_000,
        figures={code: Figure(found.basis, 5, 3, 2) for code, found in INDICATORS.items()},
        excluded=excluded,
        **more,
    )


def read(document: bytes) -> str:
    pages = PdfReader(BytesIO(document)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.mark.django_db
def test_the_report_says_the_figures_and_their_method(cohort_x) -> None:
    words = read(as_pdf(read_figures(QUERY)))
    for said in (
        "SPASER 2025, Métropole d’Exemple",
        "SIRET 200 054 807 00017. Rapport arrêté le 1er novembre 2026.",
        "50 % 5 sur 10 · 2 non déclarés",
        "✔ Cible de 30 % atteinte",
        "✘ Cible de 100 % non atteinte",
        "65,89 % 1 275 000 € sur 1 935 000 € · 400 000 € non déclarés",
        "seuil de publication au 1er janvier 2025",
        f"{SIRET}C07 – Objet de C07 en valeur seulement Marché subséquent",
        f"{SIRET}C14 – Objet de C14 tous les chiffres Date de notification inutilisable",
        "CONTRADICTORY Considération déclarée présente et absente à la fois 1",
        "page 1 / 3",
        "La Place locale",
    ):
        assert said in words, said


def test_the_file_has_a_title_a_language_an_outline_and_its_own_fonts() -> None:
    reader = PdfReader(BytesIO(as_pdf(figures("Ville d’Aubagne"))))
    assert reader.metadata.title == "SPASER 2025, Ville d’Aubagne"
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    assert [entry.title for entry in reader.outline][:2] == ["Les chiffres", "Tous les nombres"]
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all("DejaVuSans" in name for name in fonts), fonts


def test_the_same_figures_give_the_same_bytes() -> None:
    script = (
        "import django; django.setup()\n"
        "import hashlib\n"
        "from tests.spaser.test_pdf import figures\n"
        "from spaser.reports import as_pdf\n"
        "print(hashlib.sha256(as_pdf(figures())).hexdigest())"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "PATH": ""}
    seen = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=settings.BASE_DIR, env=environment,
            capture_output=True, text=True, check=True,
        ).stdout
        for _ in range(2)
    }  # fmt: skip
    assert len(seen) == 1
    assert as_pdf(figures()) == as_pdf(figures())
    assert as_json(figures()) == as_json(figures())


def test_an_open_verdict_and_an_empty_year_are_said() -> None:
    goals = {"SOC_N": Goal(Fraction(6, 10), "Plan")}
    assert "? Cible de 60 % : on ne peut pas conclure" in read(as_pdf(figures(goals=goals)))
    empty = SpaserFigures(
        QUERY, "Ville", None, {code: Figure(found.basis) for code, found in INDICATORS.items()},
        goals,
    )  # fmt: skip
    words = read(as_pdf(empty))
    assert "sans objet 0 sur 0" in words
    assert "Cible de 60 % : sans objet, aucun marché" in words


HOSTILE = [
    "ACME <b>SARL",
    "</para><para>",
    '<a href="javascript:alert(1)">ici</a>',
    '<font color="[[[1]]]">rouge</font>',
    "&lt;&amp;&#0;&unknown;",
    "<unichar code='1+1'/>",
    "nul\0 cloche\7 sens\u202einversé \ud800 privé\ue000",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_stays_text(text) -> None:
    one = Exclusion(f"{SIRET}{text}", text, IN_VALUE, Reason.CALL_OFF)
    words = read(as_pdf(figures(text, (one,), anomalies={text: 1})))
    shown = re.sub(r"\s+", " ", plain(text)).strip()
    assert shown in words


def test_no_image_of_the_server_is_ever_shown(tmp_path) -> None:
    canary = tmp_path / "canari.png"
    canary.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
            "78da63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
        )
    )
    markup = f'<img src="{canary}" width="9" height="9"/>'
    document = as_pdf(figures(markup, (Exclusion("1", markup, IN_VALUE, Reason.CALL_OFF),)))
    reader = PdfReader(BytesIO(document))
    assert not any(page.images for page in reader.pages)
    assert "canari.png" in read(document).replace(" ", "")  # as text


def test_a_text_without_end_is_cut_and_its_words_broken() -> None:
    endless = "m" * 200_000
    assert len(plain(endless)) < LONGEST_TEXT * 1.1
    assert max(map(len, plain(endless).split())) <= 101
    one = Exclusion(f"{SIRET}1", endless, IN_VALUE, Reason.CALL_OFF)
    assert read(as_pdf(figures(endless[:300], (one,)))).count("m") < 2 * LONGEST_TEXT


def test_a_long_list_is_cut_and_says_so() -> None:
    many = tuple(
        Exclusion(f"{SIRET}{number}", "Objet", IN_VALUE, Reason.CALL_OFF)
        for number in range(MOST_ROWS + 3)
    )
    assert "Et 3 autres marchés, dans le fichier JSON et sur le site." in read(
        as_pdf(figures(excluded=many))
    )


def test_every_paragraph_is_made_in_one_place() -> None:
    rooms = [path for path in Path(settings.BASE_DIR).glob("*/") if (path / "apps.py").exists()]
    made = [
        str(path.relative_to(settings.BASE_DIR))
        for room in rooms
        for path in room.rglob("*.py")
        if re.search(r"\bX?Paragraph\(", path.read_text("utf-8"))
    ]
    assert made == ["spaser/reports/paragraphs.py"]
