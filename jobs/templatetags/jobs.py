"""Filters of the pages of the work."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from jobs.models import Job

register = template.Library()


@register.filter
def time_left(job: Job, now: datetime) -> str:
    """Write the time a running job still needs: « encore 2 minutes environ »."""
    left = job.remaining(now)
    if left is None:
        return ""
    if left.total_seconds() < 60:
        return _("encore moins d’une minute")
    return _("encore %(time)s environ") % {"time": timesince(now, now + left, depth=1)}


@register.filter
def moment(value: datetime) -> str:
    """Write a date and its time, to the second."""
    local = timezone.localtime(value)
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S}"


@register.filter
def first_line(text: str) -> str:
    """Return the message of an error without the places it came from."""
    return text.partition("\n")[0]
