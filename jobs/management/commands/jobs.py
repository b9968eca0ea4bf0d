"""`manage.py jobs list|show|retry`: what work there is, where it stands, trying it again."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.enums import JobState
from jobs.models import Job
from jobs.services import NotNow, retry


class Command(BaseCommand):
    help = "Lists jobs, shows one, or has one that was given up tried again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="the newest jobs, and how many in each state")
        listing.add_argument("--state", choices=JobState.values, help="only those in this state")
        listing.add_argument("--limit", type=int, default=20, help="how many at most (20)")
        for verb, purpose in (("show", "all about one job"), ("retry", "try a job at once")):
            verbs.add_parser(verb, help=purpose).add_argument("id", type=int)

    def handle(self, *args: object, verb: str, **options: Any) -> None:
        verbs: dict[str, Callable[..., None]]
        verbs = {"list": self._list, "show": self._show, "retry": self._retry}
        verbs[verb](**options)

    def _list(self, *, state: str | None, limit: int, **_options: object) -> None:
        jobs = Job.objects.filter(state=state) if state else Job.objects.all()
        for job in jobs[: max(limit, 0)]:
            self.stdout.write(f"{job.pk:>8}  {_state(job):<11}  {_progress(job):>15}  {job.key}")
        counts = Job.objects.order_by().values_list("state").annotate(Count("pk"))
        known = [f"{JobState(each).label} : {count}" for each, count in sorted(counts)]
        self.stderr.write(", ".join(known) or _("Aucun travail."))

    def _show(self, *, id: int, **_options: object) -> None:
        job = _get(id)
        for field in Job._meta.concrete_fields:
            value = getattr(job, field.attname)
            if field.name == "state":
                value = _state(job)
            elif value and field.get_internal_type() == "DateTimeField":
                value = timezone.localtime(value).strftime("%d/%m/%Y %H:%M:%S")
            if value not in (None, "", {}):
                self.stdout.write(f"{field.verbose_name} : {value}")

    def _retry(self, *, id: int, **_options: object) -> None:
        _get(id)
        try:
            job = retry(id)
        except NotNow as error:
            raise CommandError(str(error)) from error
        message = _("Le travail %(id)d (%(key)s) sera repris dès qu’un exécutant sera libre.")
        self.stdout.write(message % {"id": job.pk, "key": job.key})


def _get(pk: int) -> Job:
    try:
        return Job.objects.get(pk=pk)
    except Job.DoesNotExist as error:
        message = _("Aucun travail ne porte le numéro %(id)d. « manage.py jobs list » les montre.")
        raise CommandError(message % {"id": pk}) from error


def _state(job: Job) -> str:
    return str(job.get_state_display())


def _progress(job: Job) -> str:
    if job.total:
        return f"{job.done}/{job.total}"
    return str(job.done or "")
