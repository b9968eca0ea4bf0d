"""What people come to do, in a real browser: by mouse, by keyboard, without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.suppliers.factories import siren

SEARCH = "/fournisseurs/?q=couverture&near=Aubagne&radius_km=15"


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_buyer_goes_from_the_home_page_to_a_company(open_page, width, javascript) -> None:
    page = open_page("/", width, java_script_enabled=javascript)
    page.get_by_label("Besoin, métier, nom ou SIRET").fill("toiture")
    page.get_by_label("Autour de").fill("aubagne")
    page.get_by_label("Rayon").select_option("15 km")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_role("heading", name="entreprises", exact=False)).to_be_visible()
    if width == 360:
        page.get_by_text("Filtrer (1)").click()
    page.get_by_role("checkbox", name="TPE, moins de 10").check()
    page.get_by_role("button", name="Appliquer les filtres").click()
    expect(page).to_have_url(re.compile("size=tpe"))
    page.get_by_role("link", name="COUVREURS DU GARLABAN 0", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("COUVREURS DU GARLABAN 0")
    expect(page.get_by_text("zinguerie et recherche de fuites")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Retirer le filtre TPE").click()
    expect(page).not_to_have_url(re.compile("size=tpe"))


def test_a_company_finds_its_page_by_its_siret(open_page) -> None:
    number = siren(5)
    page = open_page("/", 360)
    page.get_by_label("Votre nom ou votre SIRET").fill(f"{number[:3]} {number[3:6]} {number[6:]}")
    page.get_by_role("button", name="Trouver ma page").click()
    expect(page.get_by_role("heading", name="1 entreprise")).to_be_visible()
    page.get_by_role("link", name="COUVREURS DU GARLABAN 5").click()
    expect(page.get_by_text("Ce que dit le répertoire Sirene")).to_be_visible()


def test_somebody_who_checks_finds_sources_and_dates(open_page) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Données", exact=True).click()
    expect(page.get_by_role("row", name="Communes, populations")).to_contain_text("Licence")


def test_results_are_walked_page_by_page(open_page) -> None:
    page = open_page("/fournisseurs/", 360)
    page.get_by_role("link", name="Suivante").click()
    expect(page).to_have_title(re.compile("page 2"))
    page.get_by_role("link", name="Précédente").click()
    expect(page).not_to_have_title(re.compile("page 2"))


def test_sorting_by_distance_puts_the_nearest_first(open_page) -> None:
    page = open_page("/fournisseurs/?near=Aubagne")
    page.get_by_role("link", name="distance", exact=True).click()
    far = [text.replace(",", ".").split()[0] for text in page.locator(".far").all_inner_texts()]
    known = [0.0 if distance == "moins" else float(distance) for distance in far]
    assert known == sorted(known)
    assert known


def test_an_empty_answer_has_a_way_out(open_page) -> None:
    page = open_page("/fournisseurs/?q=couverture&commune=13042&size=ge")
    page.locator(".empty li a").first.click()
    expect(page.locator("#count")).to_contain_text("entreprise")
    expect(page.locator(".hit").first).to_be_visible()


def test_a_wrong_place_is_corrected_in_one_click(open_page) -> None:
    page = open_page("/fournisseurs/?q=couverture&near=Obagne")
    page.get_by_role("link", name="Aubagne", exact=True).click()
    expect(page.locator(".hit").first).to_be_visible()


def test_the_skip_link_comes_first_and_works(open_page) -> None:
    page = open_page(SEARCH)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page, width) -> None:
    page = open_page(SEARCH, width)
    seen = walk(page)
    assert all(outline.startswith("solid 3px") for outline in seen.values()), seen
    for wanted in ("q", "near", "radius_km", "Rechercher", "Fournisseurs", "English"):
        assert any(wanted in name for name in seen), wanted
    assert any("COUVREURS DU GARLABAN" in name for name in seen)
    if width == 1280:
        assert any("size=tpe" in name for name in seen)


def walk(page: Page) -> dict[str, str]:
    """Press Tab until it comes round; return the outline of each thing focused, by its name."""
    seen: dict[str, str] = {}
    for _step in range(200):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [[e.tagName, e.name ?? "", e.value ?? "", e.innerText ?? ""].join(" ")
              .replace(" tpe ", "=tpe "), `${s.outlineStyle} ${s.outlineWidth}`]; }"""
        )
        if name.startswith("BODY"):
            break
        seen[name] = outline
    return seen


def test_filters_open_and_apply_by_keyboard_on_a_phone(open_page) -> None:
    page = open_page("/fournisseurs/?q=couverture", 360)
    box = page.get_by_role("checkbox", name="TPE, moins de 10")
    expect(box).to_be_hidden()
    page.get_by_text("Filtrer", exact=True).last.focus()
    page.keyboard.press("Enter")
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("size=tpe"))


def test_the_language_is_kept_from_page_to_page(open_page) -> None:
    page = open_page(SEARCH)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "q=couverture" in page.url
    page.locator("footer a").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
