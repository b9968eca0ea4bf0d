"""The pages of figures, as a visitor without JavaScript gets them."""

import json
import re
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from spaser import wording
from spaser.enums import Answer
from spaser.figures import Figure
from spaser.indicators import INDICATORS
from tests.spaser.conftest import SIRET
from tests.tenders.factories import BuyerFactory, ContractFactory

pytestmark = pytest.mark.django_db
REPORT, CONTRACTS = "/spaser/", "/spaser/contrats/"
ASKED = {"buyer": SIRET, "year": "2025", "as_of": "2026-11-01"}


def page(client: Client, path: str = REPORT, status: int = 200, **params: object) -> str:
    answer = client.get(path, params)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def text(html: str) -> str:
    """What is read on a page: without tags, with one space between words."""
    body = html.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_a_report_says_each_figure_with_its_base_and_its_target(client, cohort_x) -> None:
    words = text(page(client, **ASKED))
    for said in (
        "SPASER 2025, Métropole d’Exemple",
        "10 marchés comptés, rapport arrêté le 1er novembre 2026.",
        "50 % 5 sur 10 · 2 non déclarés",
        "✔ Cible de 30 % atteinte",
        "60 % 6 sur 10 · 1 non déclaré ",
        "✘ Cible de 100 % non atteinte",
        "65,89 % 1 275 000 € sur 1 935 000 € · 400 000 € non déclarés",
        "Pas de cible en vigueur pour 2025",
        "marchés d’au moins 40 000 € hors taxes",
        "Concession, comptée à part : 1 marché",
        "Considération déclarée présente et absente à la fois (CONTRADICTORY) : 1 marché",
    ):
        assert said in words, said


def test_the_bar_draws_the_shares_and_says_them(client, cohort_x) -> None:
    html = page(client, **ASKED)
    assert 'class="bar-yes" y="8" width="160.00"' in html
    assert re.search(
        r'<rect x="160.00" y="8" width="64.00" height="18" fill="url\(#hatch-SOC_N', html
    )
    assert '<line class="bar-target" x1="96.00"' in html
    assert 'aria-label="oui 50\u00a0%, oui ou non déclaré 70\u00a0%, cible 30\u00a0%"' in html
    assert "style=" not in html


@pytest.mark.parametrize(
    "method",
    [
        {},
        {"scope": "all", "strict": "true"},
        {"policy": "exclude_call_offs", "concessions": "true"},
        {"as_of": "2025-10-09", "buyer": SIRET[:9]},
    ],
)
def test_page_files_and_command_give_the_same_numbers(
    client, cohort_x, method, capsysbinary
) -> None:
    asked = ASKED | method
    html = text(page(client, **asked))
    document = json.loads(client.get("/spaser/rapport.json", asked).content)
    pdf = PdfReader(BytesIO(client.get("/spaser/rapport.pdf", asked).content))
    printed = re.sub(r"\s+", " ", " ".join(found.extract_text() for found in pdf.pages))
    call_command("spaser_report", *_as_options(asked))
    assert json.loads(capsysbinary.readouterr().out) == document
    for code, written in document["figures"].items():
        figure = _figure(code, written)
        for read in (html, printed):
            assert _loose(wording.percent(figure.floor) + wording.base(figure)) in _loose(read)
        for _name, value in wording.measures(figure):
            assert _loose(value) in _loose(html)
            assert _loose(value) in _loose(printed)
    for exclusion in document["excluded"]:
        assert exclusion["uid"] in printed


def _loose(words: str) -> str:
    return re.sub(r"\s", "", words)


def _as_options(asked: dict[str, str]) -> list[str]:
    names = {"as_of": "--as-of", "concessions": "--with-concessions", "strict": "--strict"}
    options: list[str] = []
    for name, value in asked.items():
        options.append(names.get(name, f"--{name}"))
        if name not in {"strict", "concessions"}:
            options.append(value)
    return options


def _figure(code: str, written: dict[str, object]) -> Figure:
    """Read a figure again from the document: cents from euros written with two decimals."""
    numbers = [int(str(written[answer.value]).replace(".", "")) for answer in Answer]
    return Figure(INDICATORS[code].basis, *numbers)


def test_files_are_attachments_that_nobody_keeps(client, cohort_x) -> None:
    for format, kind in (("json", "application/json"), ("pdf", "application/pdf")):
        answer = client.get(f"/spaser/rapport.{format}", ASKED)
        assert answer["Content-Type"] == kind
        assert (
            answer["Content-Disposition"] == f'attachment; filename="spaser-{SIRET}-2025.{format}"'
        )
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_each_number_leads_to_its_contracts(client, cohort_x) -> None:
    html = page(client, **ASKED)
    links = re.findall(r'href="(/spaser/contrats/[^"]*figure=(\w+)&amp;answer=(\w+)[^"]*)"', html)
    assert len(links) == 12
    document = json.loads(client.get("/spaser/rapport.json", ASKED).content)
    for href, code, answer in links:
        words = text(page(client, href.replace("&amp;", "&")))
        figure = _figure(code, document["figures"][code])
        quantity = wording.quantity(figure.of(Answer(answer)), figure.basis)
        unit = "hors taxes" if code.endswith("_V") else "marché"
        assert _loose(f"{quantity} {unit}") in _loose(words)


def test_contracts_left_out_say_why(client, cohort_x) -> None:
    words = text(page(client, CONTRACTS, **ASKED, answer="excluded"))
    assert "5 marchés" in words
    assert "Objet de C07" in words
    assert "Marché subséquent, contenu dans son accord-cadre" in words
    assert "date inconnue" in words
    alone = text(page(client, CONTRACTS, **ASKED, reason="CONCESSION"))
    assert "Objet de C16" in alone
    assert "Objet de C07" not in alone


def test_a_contract_says_what_it_declares(client, cohort_x) -> None:
    words = text(page(client, CONTRACTS, **ASKED))
    assert "13 marchés" in words
    assert "80 000 € Critère social, Pas de considération sociale Clause environnementale" in words
    assert "Clause sociale, Marché réservé" in words


def test_long_lists_have_pages(client, buyer) -> None:
    ContractFactory.create_batch(51, buyer=buyer, social_clause=True)
    asked = ASKED | {"figure": "SOC_N", "answer": "yes"}
    first, second = page(client, CONTRACTS, **asked), page(client, CONTRACTS, **asked, page=2)
    assert "51 marchés" in text(first)
    assert first.count('<th scope="row">') == 50
    assert second.count('<th scope="row">') == 1
    assert "page=2" in first


def test_the_text_of_contracts_is_shown_as_text(client, buyer) -> None:
    ContractFactory(buyer=buyer, objet="<script>alert(1)</script>", social_clause=True)
    html = page(client, CONTRACTS, **ASKED)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>" not in html


def test_without_contracts_the_page_says_so(client) -> None:
    assert "Aucun marché n’est encore connu" in text(page(client))


def test_buyers_are_found_by_name(client, cohort_x) -> None:
    BuyerFactory(name="Commune sans marché")
    html = page(client)
    assert "Métropole d’Exemple" in html
    assert "Commune sans marché" not in html
    assert f'href="/spaser/?buyer={SIRET}&amp;year=2025"' in html
    found = text(page(client, buyer="exemple", year="2025"))
    assert "1 acheteur répond à « exemple »" in found
    lost = text(page(client, status=400, buyer="Atlantide", year="2025"))
    assert "Aucun acheteur connu ne s’appelle « Atlantide »." in lost


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"yeer": "2025"}, "Le paramètre « yeer » n’existe pas. Vouliez-vous dire « year » ?"),
        ({"scope": "legl"}, "« legl » n’est pas une valeur connue : legal, all."),
        ({"year": "x"}, "« x » : écrivez un nombre de 1900 à 2999."),
        ({"year": "2027"}, "L’année 2027 commence après le jour de l’arrêté, le 01/11/2026."),
        ({"as_of": "demain"}, "« demain » n’est pas une date"),
        ({"strict": "oui"}, "« oui » n’est pas une valeur connue : true, false."),
        ({"year": ["2024", "2025"]}, "« year » ne se donne qu’une fois."),
        ({"buyer": "123"}, "« 123 » n’est ni un SIRET"),
        ({"buyer": ""}, "Il manque l’acheteur"),
        ({"figure": "SOC_N"}, "Le paramètre « figure » n’existe pas."),
    ],
)
def test_what_cannot_be_read_is_said(client, cohort_x, params, said) -> None:
    for path in (REPORT, "/spaser/rapport.pdf"):
        assert said in text(page(client, path, 400, **(ASKED | params)))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"figure": "SOC"}, "« SOC » n’est pas une valeur connue : SOC_N, SOC_V, ENV_N, ENV_V."),
        ({"figure": "SOC_N", "answer": "peut-être"}, "n’est pas une valeur connue : yes, no, nd"),
        ({"answer": "yes"}, "Une réponse demande un indicateur : ajoutez « figure »."),
        ({"figure": "SOC_N"}, "Un indicateur demande une réponse : ajoutez « answer »."),
        ({"figure": "SOC_N", "answer": "excluded"}, "Un indicateur demande une réponse"),
        ({"reason": "CALL_OFF", "figure": "SOC_N", "answer": "yes"}, "Une raison concerne"),
        ({"figure": "SOC_N", "page": "0"}, "« 0 » : écrivez un nombre de 1 à"),
    ],
)
def test_what_cannot_be_listed_is_said(client, cohort_x, params, said) -> None:
    assert said in text(page(client, CONTRACTS, 400, **(ASKED | params)))


def test_an_unknown_buyer_is_not_found(client, cohort_x) -> None:
    for path in (REPORT, CONTRACTS, "/spaser/rapport.json"):
        said = text(page(client, path, 404, buyer="111111111", year="2025"))
        assert "Aucun acheteur connu ne porte ce numéro." in said


def test_the_method_shows_what_is_editable(client) -> None:
    words = text(page(client, "/spaser/methode/"))
    assert "Seuil de 40 000 € depuis le 1er janvier 2020" in words
    assert (
        "Considération sociale, en nombre : 30 %, du 1er janvier 2022 au 31 décembre 2025" in words
    )
    assert "on ne peut pas conclure" in words


def test_the_door_of_who_checks_leads_there(client) -> None:
    html = client.get("/").content.decode()
    assert 'href="/spaser/"' in html.split('id="check"')[1]
    assert 'href="/spaser/"' in html.split("<nav")[1].split("</nav>")[0]


def test_pages_cost_the_same_whatever_their_length(client, cohort_x, buyer) -> None:
    def cost(path: str, **more: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client, path, **ASKED, **more)
        return len(seen)

    def costs() -> tuple[int, ...]:
        return cost(REPORT), cost(CONTRACTS, answer="excluded"), cost(CONTRACTS)

    before = costs()
    ContractFactory.create_batch(30, buyer=buyer, euros=100)
    assert costs() == before
