"""`manage.py worker`: does the work asked for, until it is told to stop."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.relay import serve


class Command(BaseCommand):
    help = (
        "Runs a worker in the foreground: jobs, their schedules and, unless CELERY_BROKER_URL "
        "is set, their broker. Stop it with SIGTERM or Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--concurrency", type=int, default=2, help="jobs done at the same time (2)"
        )

    def handle(self, *args: object, concurrency: int, **options: object) -> None:
        if concurrency < 1:
            raise CommandError(_("--concurrency : indiquez un nombre d’au moins 1."))
        try:
            Job.objects.exists()
        except DatabaseError as error:
            raise CommandError(
                _(
                    "La base de données ne répond pas, ou ses tables ne sont pas à jour "
                    "(%(error)s). Vérifiez DATABASE_URL, puis lancez « manage.py migrate »."
                )
                % {"error": error}
            ) from error
        # By name: a room imports nothing of what composes them.
        serve(import_string("marketplace.celery.app"), concurrency=concurrency)
