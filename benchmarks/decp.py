"""The DECP import against its floor: ijson, then a bare insertion of the same rows.

The floor checks, compares and plans nothing; it writes the same tables with the same SQL and the
same short transactions. Each run has a process and a new SQLite database of its own.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import django

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
CONTRACTS = 50_000


class Measure(NamedTuple):
    """Seconds, and the most memory the process held, in MB."""

    seconds: float
    memory: float


def measure(folder: Path) -> dict[str, list[Measure]]:
    """Return the measures of each contender, one a round, the rounds interleaved."""
    from benchmarks import contracts

    folder.mkdir(parents=True, exist_ok=True)
    source, empty = folder / "contracts.json", folder / "empty.sqlite3"
    contracts.write(source, CONTRACTS)
    empty.unlink(missing_ok=True)
    _run(["manage.py", "migrate", "--verbosity", "0"], empty)
    found: dict[str, list[Measure]] = {name: [] for name in ("import", "again", "floor")}
    for number in range(ROUNDS):
        for names in (("import", "again"), ("floor",))[:: 1 if number % 2 else -1]:
            database = folder / "round.sqlite3"
            for leftover in folder.glob("round.sqlite3*"):
                leftover.unlink()
            shutil.copy(empty, database)
            for name in names:
                said = _run(["-m", "benchmarks.decp", name, str(source)], database)
                found[name].append(Measure(*json.loads(said)))
    return found


def rows(found: dict[str, list[Measure]]) -> Iterator[list[str]]:
    """Yield the lines of the table."""
    floors = [each.seconds for each in found["floor"]]
    names = {
        "floor": "floor: ijson and bare insertion",
        "import": "import_decp, first time",
        "again": "import_decp, again (nothing changes)",
    }
    for name, label in names.items():
        seconds = statistics.median(each.seconds for each in found[name])
        ratios = [floor / each.seconds for floor, each in zip(floors, found[name], strict=True)]
        memory = max(each.memory for each in found[name])
        yield [
            label,
            f"{seconds:.1f}",
            f"{CONTRACTS / seconds:.0f}",
            f"{statistics.median(ratios):.2f}",
            f"{memory:.0f}",
        ]


def _run(arguments: list[str], database: Path) -> str:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{database}"}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _imported(source: Path) -> None:
    from tenders.importers.decp.run import import_decp

    import_decp([source], say=lambda text: None)


def _inserted(source: Path) -> None:
    """The floor."""
    import ijson

    from jobs.enums import RunKind
    from jobs.models import ImportRun
    from jobs.pacing import Pace
    from tenders.services.contracts import apply_decp_changes

    run = ImportRun.objects.create(kind=RunKind.DECP).pk
    pace, buyers = Pace(), dict[str, int]()
    with source.open("rb") as file:
        changes = map(_bare, ijson.items(file, "marches.marche.item"))
        while some := list(islice(changes, pace.size)):
            with pace.transaction(len(some)):
                apply_decp_changes(run=run, changes=some, buyers=buyers)


def _bare(raw: dict[str, Any]) -> Any:
    """One contract as the tables take it, nothing looked at."""
    from tenders.importers.decp.rows import Change

    holders = [holder["titulaire"] for holder in raw["titulaires"]]
    return Change(
        raw["acheteur"]["id"],
        "",
        raw["id"],
        0,
        None,
        _columns(raw),
        [["SIRET", holder["id"], holder["id"][:9]] for holder in holders],
        [_modification(item["modification"]) for item in raw["modifications"]],
        [],
        ["decp"],
        [[holder["id"], ""] for holder in holders],
        None,
    )


def _columns(raw: dict[str, Any]) -> list[Any]:
    social = raw["considerationsSociales"]["considerationSociale"]
    environmental = raw["considerationsEnvironnementales"]["considerationEnvironnementale"]
    return [
        "marche",
        raw["nature"],
        raw["objet"],
        raw["codeCPV"],
        raw["procedure"],
        json.dumps(raw["techniques"]["technique"], ensure_ascii=False),
        json.dumps(raw["modalitesExecution"]["modaliteExecution"], ensure_ascii=False),
        False,
        "",
        raw["marcheInnovant"],
        raw["ccag"],
        raw["offresRecues"],
        raw["attributionAvance"],
        str(raw["tauxAvance"]),
        raw["typeGroupementOperateurs"],
        raw["sousTraitanceDeclaree"],
        raw["lieuExecution"]["code"],
        raw["lieuExecution"]["typeCode"],
        raw["dureeMois"],
        json.dumps(raw["typesPrix"]["typePrix"], ensure_ascii=False),
        raw["formePrix"],
        raw["dateNotification"],
        raw["dateNotification"],
        raw["datePublicationDonnees"],
        int(raw["montant"] * 100),
        str(raw["montant"]),
        1,
        json.dumps(social, ensure_ascii=False),
        1,
        json.dumps(environmental, ensure_ascii=False),
        "{}",
    ]


def _modification(raw: dict[str, Any]) -> list[Any]:
    return [
        raw["id"],
        raw["dateNotificationModification"],
        raw["datePublicationDonneesModification"],
        "",
        None,
        int(raw["montant"] * 100),
        None,
    ]


_CONTENDERS: dict[str, Callable[[Path], None]] = {
    "import": _imported,
    "again": _imported,
    "floor": _inserted,
}


def _main(name: str, source: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
    django.setup()
    started = time.perf_counter()
    _CONTENDERS[name](Path(source))
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    print(json.dumps([seconds, memory]))


if __name__ == "__main__":
    _main(*sys.argv[1:3])
