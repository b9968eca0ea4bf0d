"""`manage.py demo`: fills the database with a territory of invented companies and buyers."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from jobs.services import NotNow, run_alone
from marketplace.demo.loading import RealData, is_filled
from marketplace.demo.volumes import SIZES
from marketplace.jobs import DEMO


class Command(BaseCommand):
    help = (
        "Replaces the demo by invented companies and buyers on the real communes of the "
        "territory, and indexes them. The same seed gives the same rows (docs/demo.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--force", action="store_true", help="even beside real imports")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when there are companies"
        )

    def handle(
        self, *args: Any, size: str, seed: int, force: bool, if_empty: bool, **options: Any
    ) -> None:
        if if_empty and is_filled():
            return
        try:
            job = run_alone(DEMO, args={"count": SIZES[size], "seed": seed, "force": force})
        except (RealData, ImproperlyConfigured, NotNow) as error:
            raise CommandError(str(error)) from error
        self.stderr.write(
            _("%(companies)d entreprises et %(buyers)d acheteurs inventés.") % job.result
        )
