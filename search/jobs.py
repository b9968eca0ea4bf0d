"""Keeps the indexes up to date: follows the changes, and writes each anew at night.

Both do over again without harm what an interruption undid, so they save no cursor.
"""

from django.utils.translation import gettext_lazy as _

from jobs.execution import Step
from jobs.registry import stepwise_job
from jobs.schedules import daily, every, schedule
from search.indexing import get_type, indexes, rebuild_index, refresh_index


@stepwise_job("search.refresh", title=_("Mise à jour de l’index"))
def refresh(step: Step, *, index: str) -> None:
    """Bring an index up to date with the change feed."""
    refresh_index(index, progress=step.progress)


@stepwise_job("search.rebuild", title=_("Reconstruction de l’index"))
def rebuild(step: Step, *, index: str) -> int:
    """Write an index anew; return its documents."""
    step.progress(0, get_type(index).count())
    return rebuild_index(index, progress=step.progress)


for _index in indexes():
    schedule("search.refresh", every(minutes=5), label=_index, args={"index": _index})
    # Labels expire from one day to the next, and nothing is written when they do.
    schedule("search.rebuild", daily(at="03:30"), label=_index, args={"index": _index})
