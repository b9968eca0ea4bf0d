"""The room's own work: forgetting what was done long ago."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.enums import JobState
from jobs.models import Job
from jobs.registry import atomic_job
from jobs.schedules import daily, schedule

_KEPT = timedelta(days=30)
_BATCH = 5_000


@atomic_job("jobs.forget", title=_("Oubli des travaux anciens"))
def forget() -> int:
    """Delete what was done over 30 days ago (what was given up stays); return how many.

    A bounded number each night, because an atomic job must be short.
    """
    old = Job.objects.filter(state=JobState.DONE, finished_at__lt=timezone.now() - _KEPT)
    old = old.order_by("pk")  # the key of `run_alone` counts from the last one done
    return Job.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_BATCH])).delete()[0]


schedule("jobs.forget", daily(at="04:15"))
