"""`manage.py import_sirene PATH...`: bring SIRENE's files into the directory of companies."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jobs.services import NotNow, run_alone
from suppliers.importers.sirene import SireneError
from suppliers.importers.sirene.run import import_sirene
from suppliers.jobs import SIRENE


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

    def handle(self, *args: Any, paths: list[Path], dry_run: bool, **options: Any) -> None:
        try:
            counts = self._try(paths, options) if dry_run else self._import(paths, options)
        except (SireneError, ImproperlyConfigured, NotNow) as error:
            raise CommandError(str(error)) from error
        summary = _summary(counts)
        if options["format"] == "json":
            self._say(summary)
            summary = json.dumps(counts, ensure_ascii=False)
        self.stdout.write(summary)

    def _try(self, paths: list[Path], options: dict[str, Any]) -> dict[str, Any]:
        outcome = import_sirene(paths, step=None, force=options["force"], say=self._say)
        for anomaly in outcome.findings.first:
            self._say(str(anomaly))
        return outcome.as_json()

    def _import(self, paths: list[Path], options: dict[str, Any]) -> dict[str, Any]:
        # A worker that takes over from this process works in another folder.
        args = {"paths": [str(path.absolute()) for path in paths], "force": options["force"]}
        return dict(run_alone(SIRENE, args=args, say=self._say).result or {})

    def _say(self, text: str) -> None:
        self.stderr.write(text, self.style.NOTICE)


def _summary(counts: dict[str, Any]) -> str:
    anomalies = sum(counts["anomalies"].values())
    head = _("Essai, rien n’est écrit. ") if counts["run"] is None else ""
    return head + _(
        "Lignes lues\u00a0: %(read)d, écartées\u00a0: %(rejected)d, anomalies\u00a0: %(count)d. "
        "Entreprises dans l’annuaire\u00a0: %(kept)d (créées\u00a0: %(created)d, mises à "
        "jour\u00a0: %(updated)d, inchangées\u00a0: %(unchanged)d)\u00a0; sorties\u00a0: "
        "%(closed)d, masquées\u00a0: %(masked)d."
    ) % {**counts, "count": anomalies}
