"""Takes the README's pictures from a running demo: screenshots.py BASE_URL OUT_DIR.

Needs Chromium (Debian: apt-get install chromium). The address must be of this machine.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEAVIEST = 250_000  # bytes: pictures must not weigh on a clone
BUYER, REFERENCE_YEAR = "00499000800015", 2025  # of the demo (marketplace/demo/buyers.py)
SEARCH = "/fournisseurs/?q=maconerie&near=Aubagne&radius_km=15&size=tpe"


class Picture(NamedTuple):
    name: str
    path: str
    width: int
    height: int


PICTURES = (
    Picture("home", "/", 1280, 900),
    Picture("search", SEARCH, 1280, 950),
    Picture("search-phone", SEARCH, 390, 1100),
    Picture("forecasts", "/previsions/", 1280, 1100),
    Picture("spaser", f"/spaser/?buyer={BUYER}&year={REFERENCE_YEAR}", 1280, 1000),
)


def main(base: str, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    too_heavy = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for picture in PICTURES:
            size = {"width": picture.width, "height": picture.height}
            page = browser.new_page(viewport=size, locale="fr-FR", color_scheme="light")
            answer = page.goto(base.rstrip("/") + picture.path)
            if answer is None or not answer.ok:
                sys.exit(f"{picture.path} does not answer at {base}: start the demo (make run).")
            page.evaluate("document.fonts.ready")
            weight = len(page.screenshot(path=folder / f"{picture.name}.png"))
            too_heavy += weight > HEAVIEST
            print(f"{folder / picture.name}.png  {weight:,} bytes")
        browser.close()
    return too_heavy


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
