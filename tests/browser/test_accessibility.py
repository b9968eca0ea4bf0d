"""Every page by axe, on a phone and on a desk, light and dark; sizes, overflow and paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.suppliers.factories import siren

FIGURES = "buyer=20005480700017&year=2025"
PAGES = {
    "home": "/",
    "search": "/fournisseurs/?q=maconerie&near=Aubagne&radius_km=15&size=tpe",
    "directory": "/fournisseurs/?page=2",
    "empty": "/fournisseurs/?q=couverture&commune=13042&size=ge",
    "wrong": "/fournisseurs/?sizee=1&near=Obagne",
    "ranking": "/fournisseurs/classement/",
    "company": f"/fournisseurs/{siren(0)}/",
    "masked": f"/fournisseurs/{siren(900)}/",
    "unknown": "/fournisseurs/732829320/",
    "forecasts": "/previsions/?per_page=10",
    "no forecast": "/previsions/?q=piscine&category=works",
    "forecasts wrong": "/previsions/?commune=Obagne&horizon=1",
    "letters": "/lettres/?words=toiture&cpv=45261",
    "letters sent": "/lettres/envoyee/",
    "figures": "/spaser/",
    "figures of a buyer": f"/spaser/?{FIGURES}",
    "figures, wrong": f"/spaser/?{FIGURES}&scope=x&as_of=x&yeer=1",
    "contracts": f"/spaser/contrats/?{FIGURES}&figure=SOC_V&answer=yes",
    "contracts left out": f"/spaser/contrats/?{FIGURES}&answer=excluded",
    "method": "/spaser/methode/",
    "data": "/donnees/",
    "accessibility": "/accessibilite/",
    "privacy": "/donnees-personnelles/",
    "legal": "/mentions-legales/",
    "lost": "/nulle-part/",
}
every_page = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())


@every_page
def test_axe_finds_nothing(open_page, path) -> None:
    page = open_page(path, 360)
    if page.locator(".filters summary").count():
        page.locator(".filters summary").first.click()
    for width, scheme in ((360, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, (width, scheme, found.generate_report())


@every_page
def test_nothing_overflows(open_page, path) -> None:
    page = open_page(path)
    for width in (320, 360, 768, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    "path", ["/", "/fournisseurs/?page=2&size=tpe", PAGES["figures of a buyer"]]
)
def test_what_is_touched_is_big_enough(open_page, path) -> None:
    page = open_page(path, 360)
    if page.locator(".filters summary").count():
        page.locator(".filters summary").first.click()
    targets = page.locator(".button, .box, .menu a, .menu button, .pagination a, .chips a, input")
    for target in targets.filter(visible=True).all():
        if target.get_attribute("type") == "checkbox":
            continue  # its label is the target
        box = target.bounding_box()
        assert box, target
        assert box["height"] >= 44, (target.inner_text(), box)


def test_filters_stand_beside_the_results_on_a_desk(open_page) -> None:
    page = open_page(PAGES["search"], 1280)
    expect(page.get_by_role("checkbox", name="TPE, moins de 10")).to_be_visible()
    expect(page.locator(".filters > details > summary")).to_be_hidden()


@pytest.mark.parametrize("path", [PAGES["search"], PAGES["company"]])
def test_paper_keeps_the_facts_and_says_where_they_come_from(open_page, path) -> None:
    page = open_page(path)
    page.emulate_media(media="print")
    for gone in (".menu", ".crumbs", ".foot .links"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator(".foot .paper")).to_contain_text(path.split("?")[0])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Données de démonstration\u00a0:")).to_be_visible()


def test_motion_is_not_imposed(open_page) -> None:
    page = open_page("/", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_pages_of_the_api_work_under_the_policy(open_page) -> None:
    page = open_page("/api/v1/docs/")
    expect(page.get_by_text("/api/v1/suppliers/", exact=True).first).to_be_visible(timeout=15_000)


def test_the_font_is_ours(open_page) -> None:
    page = open_page("/")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('1rem \"Atkinson Hyperlegible Next\"')")
