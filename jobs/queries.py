"""What the pages of the work show."""

from django.db.models import Count

from jobs.enums import JobState
from jobs.models import Job, JobQuerySet
from jobs.schedules import schedules


def listed_jobs(state: JobState | None = None) -> JobQuerySet:
    """Return the jobs in a state, the newest first.

    Without a state, all but the upkeep that went well: it comes back every five minutes.
    """
    if state is not None:
        return Job.objects.filter(state=state)
    upkeep = [each.name for each in schedules()]
    return Job.objects.exclude(state=JobState.DONE, name__in=upkeep)


def count_by_state() -> dict[JobState, int]:
    """Return how many jobs there are in each state, those with none included."""
    counts = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: counts.get(state, 0) for state in JobState}
