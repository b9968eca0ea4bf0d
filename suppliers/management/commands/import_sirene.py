"""`manage.py import_sirene PATH...`: bring SIRENE's files into the directory of companies."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jobs.progress import progress_bar
from search.indexing import refresh_index
from suppliers.documents import INDEX
from suppliers.importers.sirene import SireneError
from suppliers.importers.sirene.run import Outcome, import_sirene


class Command(BaseCommand):
    help = (
        "Imports SIRENE: the monthly stock (StockUniteLegale and StockEtablissement together; "
        "CSV, zip or Parquet) or the daily sirc files of 2017. Run it once a month; a second "
        "run of the same files changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument(
            "--force",
            action="store_true",
            help="accept a stock a fifth smaller than the directory",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, paths: list[Path], **options: Any) -> None:
        try:
            outcome = import_sirene(
                paths, dry_run=options["dry_run"], force=options["force"], say=self._say
            )
        except (SireneError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        if outcome.run is not None:
            with progress_bar(_("Index de recherche")) as advance:
                refresh_index(INDEX, progress=advance)
        self._report(outcome, as_json=options["format"] == "json")

    def _say(self, text: str) -> None:
        self.stderr.write(text, self.style.NOTICE)

    def _report(self, outcome: Outcome, *, as_json: bool) -> None:
        for anomaly in outcome.findings.first:
            self._say(str(anomaly))
        summary = _summary(outcome)
        if as_json:
            self._say(summary)
            self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(summary)


def _summary(outcome: Outcome) -> str:
    counts = outcome.as_json()
    anomalies = sum(outcome.findings.counts.values())
    head = _("Essai, rien n’est écrit. ") if outcome.run is None else ""
    return head + _(
        "Lignes lues\u00a0: %(read)d, écartées\u00a0: %(rejected)d, anomalies\u00a0: %(count)d. "
        "Entreprises dans l’annuaire\u00a0: %(kept)d (créées\u00a0: %(created)d, mises à "
        "jour\u00a0: %(updated)d, inchangées\u00a0: %(unchanged)d)\u00a0; sorties\u00a0: "
        "%(closed)d, masquées\u00a0: %(masked)d."
    ) % {**counts, "count": anomalies}
