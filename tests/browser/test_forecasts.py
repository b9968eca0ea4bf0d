"""A company hears of a forecast: from the front door to the mail, and out again."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TITLE = "Zinguerie du théâtre"


def link(text: str, path: str) -> str:
    """The path of the address of that page in a mail."""
    found = re.search(rf"https?://[^/\s]+({path}\S+)", text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_company_subscribes_confirms_and_is_told(open_page, house, javascript) -> None:
    address = f"zinc-{javascript}@exemple.fr".lower()
    page = open_page("/", 360, java_script_enabled=javascript)
    page.get_by_role("link", name="Recevoir les prévisions").click()
    page.get_by_role("button", name="Recevoir les prévisions").click()
    expect(page.get_by_role("alert")).to_contain_text("Votre adresse de courriel")
    page.get_by_label("Votre adresse de courriel").fill(address)
    page.get_by_label("Vos métiers, avec vos mots").fill("zinguerie du théâtre")
    page.get_by_label("Communes où vous travaillez").fill("Aubagne")
    page.get_by_role("button", name="Recevoir les prévisions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez votre boîte")

    house.run("-m", "tests.browser.work")
    page.goto(link(house.mails()[-1], "/lettres/confirmer/"))
    page.get_by_role("button", name="Confirmer mon inscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre inscription est confirmée")

    house.run("-m", "tests.browser.work", TITLE)
    told = house.mails()[-1]
    assert "Parce que vous suivez «\u00a0zinguerie du théâtre\u00a0», à Aubagne." in told
    page.goto(link(told, "/previsions/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_text("ce projet n’engage pas l’acheteur")).to_be_visible()

    page.goto(link(told, "/lettres/preferences/"))
    if javascript:
        assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name="Arrêter ces courriels").click()
    page.get_by_role("button").filter(has_text="rrêter").click()
    before = len(house.mails())
    house.run("-m", "tests.browser.work", TITLE)
    assert len(house.mails()) == before


def test_quarters_and_words_narrow_the_list(open_page) -> None:
    page = open_page("/previsions/", 1280)
    page.get_by_label("Mot, métier ou code CPV").fill("couverture")
    page.get_by_label("Où").fill("Aubagne")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.locator("#count")).to_contain_text("achats prévus")
    page.locator(".year a").first.click()
    expect(page).to_have_url(re.compile("quarter="))
    expect(page.locator(".year a[aria-current]")).to_have_count(1)
    page.get_by_role("link", name="Retirer le filtre").last.click()
    expect(page).not_to_have_url(re.compile("quarter="))


def test_the_history_of_a_forecast_is_in_words(open_page) -> None:
    page = open_page("/previsions/?q=toitures&ordering=recent", 360)
    page.get_by_role("link", name="Toitures de 14 écoles", exact=True).click()
    expect(page.get_by_text("Le trimestre passe de T1 à T4")).to_be_visible()
