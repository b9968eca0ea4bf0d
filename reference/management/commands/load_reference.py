"""`manage.py load_reference`: loads the vocabularies; `migrate` already does it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from reference.loading import DamagedReference, load_reference


class Command(BaseCommand):
    help = (
        "Load the reference vocabularies (communes, CPV, NAF…) whose files changed. "
        "`migrate` runs it; run it by hand after editing a typed table, or to repair."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="load unchanged files too")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        try:
            done = load_reference(only_changed=not force, report=self.stderr.write)
        except DamagedReference as error:
            raise CommandError(str(error)) from error
        if not done.loaded:
            self.stderr.write(_("Les vocabulaires sont déjà à jour."))
