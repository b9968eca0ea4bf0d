"""`manage.py backup [FILE]`: save the database while the site works."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from jobs.backups import BackupError
from jobs.backups.saving import save
from jobs.backups.stores import get_store


class Command(BaseCommand):
    help = (
        "Saves the database to FILE, by default one of var/backups named after this moment, "
        "checks it and prints its SHA-256. The site goes on meanwhile (docs/operators/backup.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")

    def handle(self, *args: object, file: Path | None, **options: object) -> None:
        try:
            backup = save(get_store(), file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        message = _("Base sauvegardée et relue\u00a0: %(size)s. Gardez-la sur une autre machine.")
        self.stderr.write(message % {"size": filesizeformat(backup.size)})
        self.stdout.write(f"{backup.sha256}  {backup.path}")  # as sha256sum --check reads it
