"""`manage.py restore FILE --yes`: put a backup in place of the database."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jobs.backups import BackupError
from jobs.backups.restoring import Restored, restore
from jobs.backups.stores import get_store


class Command(BaseCommand):
    help = (
        "Replaces the whole database by a backup, all or nothing; stop the site and the workers "
        "first (docs/operators/backup.md)."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--yes", action="store_true", help="replace the database, really")

    def handle(self, *args: object, file: Path, yes: bool, **options: object) -> None:
        if not yes:
            raise CommandError(
                _(
                    "La base actuelle va être remplacée par cette sauvegarde\u00a0: arrêtez le "
                    "site et les exécutants, puis ajoutez --yes."
                )
            )
        try:
            self._report(restore(get_store(), file))
        except BackupError as error:
            raise CommandError(str(error)) from error

    def _report(self, restored: Restored) -> None:
        self.stderr.write(_("La sauvegarde est en place."))
        if restored.kept:
            message = _("L’ancienne base est gardée\u00a0: %(path)s")
            self.stderr.write(message % {"path": restored.kept})
        if restored.migrations:
            self.stderr.write(
                _(
                    "Elle vient d’une version antérieure\u00a0: lancez «\u00a0manage.py "
                    "migrate\u00a0»."
                )
            )
        self.stderr.write(
            _(
                "Les envois dont l’heure était passée attendent un opérateur\u00a0: voyez "
                "«\u00a0manage.py jobs list --state dead\u00a0», puis lancez «\u00a0manage.py "
                "jobs retry\u00a0» pour ceux qui ne sont pas partis."
            )
        )
