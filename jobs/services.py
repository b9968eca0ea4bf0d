"""Asks for work: for a worker to do, or to be done here and now."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs import leases, registry
from jobs.enums import JobState
from jobs.errors import describe
from jobs.execution import Progress, Say, perform
from jobs.models import Job
from jobs.policy import LEASE

logger = logging.getLogger(__name__)


class NotNow(Exception):
    """The state of the job forbids what was asked; the message is for the user."""


def enqueue(
    name: str,
    *,
    key: str,
    args: Mapping[str, Any] | None = None,
    due: datetime | None = None,
) -> Job:
    """Insert a job in the caller's transaction: it will be done if and only if that commits.

    `key` says what is done once: when it is known already the existing job is returned, as it
    is. `args` are JSON: identifiers rather than personal data, since they are kept. Raises
    UnknownJob for a name that no room declares, ValueError for a key of over 200 characters.
    """
    registry.handler(name)
    if len(key) > 200:
        raise ValueError(f"The key of a job holds 200 characters at most: {key!r}")
    job = Job(name=name, key=key, args=dict(args or {}), due=due or timezone.now())
    # Unlike get_or_create, a conflict here raises nothing the caller's transaction would suffer.
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return Job.objects.get(key=key)


def run_now(
    name: str,
    *,
    key: str,
    args: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Job:
    """Do the work in this process, under the same lease and fence; return the finished job.

    A job of that key that was interrupted goes on from where it was; one that is done is
    returned as it is. Raises NotNow when another process is at it, and whatever the handler
    raises: nobody tries again behind the user's back, the same call does.
    """
    # Due later, or a worker could begin it first.
    job = enqueue(name, key=key, args=args, due=timezone.now() + LEASE)
    begun = leases.begin(job.pk, leased=False)
    if begun is not None:
        return _perform(begun, progress=progress)
    job.refresh_from_db()
    if job.state == JobState.DONE:
        return job
    raise _busy(job)


def run_alone(
    name: str,
    *,
    args: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    say: Say = logger.info,
) -> Job:
    """Do in this process a work of which there is one at a time; return the finished job.

    Each call is a new job, unless the last of that name was cut short or given up: that one is
    then done with the `args` of this call, and its handler finds in `step.cursor` what the
    former attempt left. Raises NotNow when another process is at it, and whatever the handler
    raises.
    """
    while True:
        job = enqueue(name, key=_key_of_next(name), args=args, due=timezone.now() + LEASE)
        anew: dict[str, Any] = {"done": 0, "begun_with": 0, "total": None}
        begun = leases.begin(job.pk, leased=False, args=dict(args or {}), **anew)
        if begun is not None:
            return _perform(begun, progress=progress, say=say)
        job.refresh_from_db()
        if job.state != JobState.DONE:  # else it ended just now: ours is the next one
            raise _busy(job)


def _key_of_next(name: str) -> str:
    """Return the key of the work after the last one done: the same for all who ask at once."""
    last = Job.objects.filter(name=name, state=JobState.DONE).aggregate(pk=Max("pk"))["pk"]
    return f"{name}:after:{last or 0}"


def _perform(job: Job, *, progress: Progress | None = None, say: Say = logger.info) -> Job:
    try:
        perform(job, progress=progress, say=say)
    except leases.LeaseLost as error:
        job.refresh_from_db()
        raise _busy(job) from error
    except BaseException as error:  # Ctrl-C too
        leases.fail(job, error=describe(error), final=True)
        raise
    job.refresh_from_db()
    return job


def retry(pk: int) -> Job:
    """Have a job given up, or waiting for its hour, tried at once; raise NotNow, DoesNotExist."""
    job = Job.objects.get(pk=pk)
    if not leases.retry(pk):
        message = _("Le travail %(id)d est dans l’état « %(state)s » : il n’est pas à relancer.")
        raise NotNow(message % {"id": pk, "state": job.get_state_display()})
    job.refresh_from_db()
    return job


def _busy(job: Job) -> NotNow:
    message = _(
        "Ce travail est déjà en cours (n° %(id)d, %(owner)s). Attendez sa fin, ou, s’il a été "
        "interrompu, recommencez après %(hour)s."
    )
    hour = timezone.localtime(job.due).strftime("%H:%M:%S")
    return NotNow(message % {"id": job.pk, "owner": job.owner, "hour": hour})
