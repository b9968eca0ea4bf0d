"""`manage.py import_decp FILE...`: bring the essential data of contracts in."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jobs.progress import progress_bar
from jobs.services import NotNow
from search.indexing import refresh_index
from suppliers.documents import INDEX
from tenders.importers.decp import DecpError
from tenders.importers.decp.run import Outcome, import_decp


class Command(BaseCommand):
    help = (
        "Imports DECP, the essential data of public contracts: versions 1.3 to 2.0.4, JSON, XML, "
        "or zip of either. A second run of the same file changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="JSON, XML or zip")
        parser.add_argument("--source", default="", help="where the contracts come from")
        parser.add_argument("--note", default="", help="kept with the run")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--anomalies-out", type=Path, metavar="FILE.csv", help="write every anomaly there"
        )

    def handle(self, *args: Any, paths: list[Path], **options: Any) -> None:
        names = ("source", "note", "dry_run", "anomalies_out")
        try:
            outcome = import_decp(paths, **{name: options[name] for name in names}, say=self._say)
        except (DecpError, NotNow) as error:
            raise CommandError(str(error)) from error
        if outcome.run is not None:
            with progress_bar(_("Index de recherche")) as advance:
                refresh_index(INDEX, progress=advance)
        self._report(outcome, as_json=options["format"] == "json")

    def _say(self, text: str) -> None:
        self.stderr.write(text, self.style.NOTICE)

    def _report(self, outcome: Outcome, *, as_json: bool) -> None:
        for anomaly in outcome.first:
            self._say(str(anomaly))
        summary = _summary(outcome)
        if as_json:
            self._say(summary)
            self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(summary)


def _summary(outcome: Outcome) -> str:
    head = _("Essai, rien n’est écrit. ") if outcome.run is None else ""
    return head + _(
        "Contrats lus\u00a0: %(read)d (créés\u00a0: %(created)d, mis à jour\u00a0: %(updated)d, "
        "inchangés\u00a0: %(unchanged)d, écartés\u00a0: %(rejected)d). Anomalies\u00a0: %(count)d."
    ) % {**outcome.counts, "count": sum(outcome.counts["anomalies"].values())}
