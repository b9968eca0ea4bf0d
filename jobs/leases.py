"""Who holds which work, and until when: every change of a job's row is written here.

A lease is a promise with an end (`Job.due`), renewed by who works. The fence tells two holders
apart: beginning adds one to it, and nothing is written for a holder whose number has passed.
"""

import os
import socket
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.enums import JobState
from jobs.models import Job, JobQuerySet
from jobs.policy import LEASE, MAX_ATTEMPTS, MAX_KILLS, STALE, retry_delay
from jobs.registry import external_jobs

#: This process; the children a worker forks keep its name, so that it can answer for them.
OWNER = f"{socket.gethostname()}:{os.getpid()}"[:120]

#: The states of a job, and those it may go to.
TRANSITIONS: dict[JobState, set[JobState]] = {
    JobState.PENDING: {JobState.LEASED, JobState.RUNNING, JobState.DEAD},
    JobState.LEASED: {JobState.LEASED, JobState.RUNNING, JobState.PENDING, JobState.DEAD},
    JobState.RUNNING: {
        JobState.RUNNING,
        JobState.LEASED,
        JobState.PENDING,
        JobState.DONE,
        JobState.DEAD,
    },
    JobState.DEAD: {JobState.PENDING, JobState.RUNNING},
    JobState.DONE: set(),
}


class LeaseLost(Exception):
    """Somebody else holds this work now: what is not committed must not be."""


def lease_due(*, limit: int, owner: str = OWNER) -> list[int]:
    """Take up to `limit` jobs whose hour has come or whose lease has run out; return their ids.

    Two relays at once never get the same job. Work that took its process down too often is
    given up instead, and so is work that reaches people when it waited too long (policy.STALE).
    """
    now = timezone.now()
    with transaction.atomic():
        jobs = list(Job.objects.due(now).select_for_update(skip_locked=True)[:limit])
        lost = {job.pk for job in jobs if job.state == JobState.RUNNING}
        killers = {job.pk for job in jobs if job.pk in lost and job.kills + 1 >= MAX_KILLS}
        stale = {job.pk for job in jobs if job.due < now - STALE and job.name in external_jobs()}
        taken = [job.pk for job in jobs if job.pk not in killers | stale]
        Job.objects.filter(pk__in=lost).update(kills=F("kills") + 1)
        _move(_among(killers), JobState.DEAD, last_error=f"Killed its process {MAX_KILLS} times.")
        _move(
            _among(stale),
            JobState.DEAD,
            last_error=_("Resté trop longtemps en attente\u00a0: à relancer par un opérateur."),
        )
        _move(_among(taken), JobState.LEASED, owner=owner, due=now + LEASE)
    return taken


def begin(pk: int, *, leased: bool = True, owner: str = OWNER, **values: Any) -> Job | None:
    """Begin a leased job; return None when it is not to be done, or not by the caller.

    With `leased` false, begin it whatever it waits for, unless it is done or somebody holds it.
    `values` are what else is written in its row.
    """
    now = timezone.now()
    free = Q(state=JobState.RUNNING, due__lte=now) | ~Q(state=JobState.RUNNING)
    jobs = _among([pk]).filter(Q(state=JobState.LEASED) if leased else free)
    with transaction.atomic():
        values = {"begun_at": now, "begun_with": F("done")} | values
        values |= {"fence": F("fence") + 1, "owner": owner, "due": now + LEASE}
        return Job.objects.get(pk=pk) if _move(jobs, JobState.RUNNING, **values) else None


def renew(job: Job, *, done: int, total: int | None) -> None:
    """Keep the job for another lease and show how far it is; raise LeaseLost."""
    _write(job, done=done, total=total)


def advance(job: Job, *, cursor: Any, done: int, total: int | None) -> None:
    """Save how far a stepwise job has gone, in the caller's transaction; raise LeaseLost.

    Progress forgives earlier failures: what kills work is failing at the same place.
    """
    _write(job, cursor=cursor, done=done, total=total, attempts=0, kills=0)


def finish(job: Job, *, result: Any) -> None:
    """End the job, in the caller's transaction if there is one; raise LeaseLost."""
    if not _move(_held(job), JobState.DONE, result=result):
        raise LeaseLost


def fail(job: Job, *, error: str, final: bool = False) -> JobState:
    """Put the job off after a failure, or give it up; return its state, raise LeaseLost."""
    with transaction.atomic():
        held = _held(job).select_for_update().first()
        if held is None:
            raise LeaseLost
        attempts = held.attempts + 1
        state = JobState.DEAD if final or attempts >= MAX_ATTEMPTS else JobState.PENDING
        due = timezone.now() + retry_delay(attempts)
        _move(_held(job), state, attempts=attempts, due=due, last_error=error)
    return state


def release(*, owner: str = OWNER) -> int:
    """Give back what a worker that stops still holds, to be taken up at once."""
    # A new fence, or a child still at work could write after another has begun.
    held = Job.objects.unfinished().filter(owner=owner)
    return _move(held, JobState.PENDING, due=timezone.now(), fence=F("fence") + 1)


def give_back(pks: Iterable[int]) -> int:
    """Undo `lease_due` for the jobs that could not be sent."""
    jobs = _among(pks).filter(state=JobState.LEASED)
    return _move(jobs, JobState.PENDING, due=timezone.now())


def retry(pk: int) -> bool:
    """Have a job that was given up, or that waits, tried at once; False when it is neither."""
    values = {"attempts": 0, "kills": 0, "due": timezone.now()}
    waiting = _among([pk]).filter(state=JobState.PENDING)
    dead = _among([pk]).filter(state=JobState.DEAD)
    return bool(_move(dead, JobState.PENDING, **values) or waiting.update(**values))


def is_at_work(holder: str) -> bool:
    """Say whether an attempt (`Step.holder`) may still write: nobody has begun after it."""
    pk, _, fence = holder.partition(":")
    return Job.objects.filter(pk=int(pk), fence=int(fence), state=JobState.RUNNING).exists()


def _move(jobs: JobQuerySet, state: JobState, **values: Any) -> int:
    """Change the state of those jobs that may; return how many."""
    origins = [origin for origin, targets in TRANSITIONS.items() if state in targets]
    finished_at = timezone.now() if state in Job.FINISHED else None
    return jobs.filter(state__in=origins).update(state=state, finished_at=finished_at, **values)


def _write(job: Job, **values: Any) -> None:
    if not _held(job).update(due=timezone.now() + LEASE, **values):
        raise LeaseLost


def _held(job: Job) -> JobQuerySet:
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)


def _among(pks: Iterable[int]) -> JobQuerySet:
    return Job.objects.filter(pk__in=list(pks))
