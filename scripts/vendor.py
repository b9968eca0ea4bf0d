"""Takes the fonts and the land of the maps from the packages pinned in `package.json` (npm).

    .venv/bin/python scripts/vendor.py

The results are committed: neither npm nor a network is needed to run the product.
"""

import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from build_coast import build_coast

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "marketplace" / "static" / "marketplace" / "fonts"
FONT = "atkinson-hyperlegible-next-latin-wght-normal.woff2"
#: A PDF embeds TrueType fonts, with the narrow spaces of French.
PDF_FONTS = ROOT / "spaser" / "reports" / "fonts"


def main() -> None:
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    with tempfile.TemporaryDirectory() as folder:
        for name, version in pinned.items():
            unpack(f"{name}@{version}", Path(folder) / name)
        font = Path(folder) / "@fontsource-variable" / "atkinson-hyperlegible-next" / "package"
        shutil.copy(font / "files" / FONT, FONTS / FONT)
        shutil.copy(font / "LICENSE", FONTS / "OFL.txt")
        dejavu = Path(folder) / "dejavu-fonts-ttf" / "package"
        for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
            shutil.copy(dejavu / "ttf" / name, PDF_FONTS / name)
        shutil.copy(dejavu / "LICENSE", PDF_FONTS / "LICENSE")
        land = "@geo-maps/countries-land-100m"
        build_coast(Path(folder) / land / "package" / "map.geo.json", land, pinned[land])


def unpack(package: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")


if __name__ == "__main__":
    main()
