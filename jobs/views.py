"""The pages of the work: what is being done, what failed, what was imported."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs.enums import JobState
from jobs.models import ImportRun, Job
from jobs.queries import count_by_state, listed_jobs
from jobs.services import NotNow, retry

_PER_PAGE = 25
_REFRESH_SECONDS = 5

View = Callable[..., HttpResponse]


def for_who_may(permission: str) -> Callable[[View], View]:
    """Send who is not signed in to the login page; without the right there is no page at all."""

    def guard(view: View) -> View:
        @login_required
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard


@require_safe
@for_who_may("jobs.view_job")
def job_list(request: HttpRequest) -> HttpResponse:
    """The work there is, the newest first; `state` keeps one state only."""
    state = _state(request)
    counts = count_by_state()
    context = {
        "h1": _("Travaux"),
        "lead": _("Ce que le site fait en arrière-plan, où il en est, et ce qui a échoué."),
        "state": state,
        "states": list(counts.items()),
        "now": timezone.now(),
        "may_retry": request.user.has_perm("jobs.change_job"),
        **_page(request, listed_jobs(state)),
    }
    return render(request, "jobs/list.html", context)


@require_safe
@for_who_may("jobs.view_job")
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """All about one job; while it runs the page comes back by itself, to who asks for it."""
    job = get_object_or_404(Job, pk=pk)
    running = job.state == JobState.RUNNING
    followed = request.GET.get("refresh") == "yes"
    context = {
        "h1": _("Travail n°\u00a0%(number)d") % {"number": job.pk},
        "lead": job.title,
        "job": job,
        "texts": [
            (_("Arguments"), _written(job.args)),
            (_("Résultat"), _written(job.result)),
            (_("Dernière erreur"), job.last_error),
        ],
        "is_running": running,
        "refresh": _REFRESH_SECONDS if running and followed else None,
        "now": timezone.now(),
        "may_retry": request.user.has_perm("jobs.change_job"),
    }
    return render(request, "jobs/detail.html", context)


@require_POST
@for_who_may("jobs.change_job")
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a job tried again at once, or say why it is not to be."""
    try:
        retry(pk)
    except Job.DoesNotExist as error:
        raise Http404 from error
    except NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Ce travail sera repris dès qu’un exécutant sera libre."))
    return redirect("jobs:detail", pk=pk)


@require_safe
@for_who_may("jobs.view_importrun")
def run_list(request: HttpRequest) -> HttpResponse:
    """What was imported, when, from which files, and how much."""
    page = _page(request, ImportRun.objects.all())
    context = {"h1": _("Imports"), "runs": page["page"], **page}
    return render(request, "jobs/runs.html", context)


def _state(request: HttpRequest) -> JobState | None:
    value = request.GET.get("state", "")
    if value and value not in JobState.values:
        raise BadRequest(f"No state is called {value!r}.")
    return JobState(value) if value else None


def _page(request: HttpRequest, rows: QuerySet[Any]) -> dict[str, Any]:
    """Return what pieces/pagination.html needs; a page past the last one is the last one."""
    paginator = Paginator(rows, _PER_PAGE)
    page: Page[Any] = paginator.get_page(request.GET.get("page"))
    numbers = paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    several = paginator.num_pages > 1
    return {
        "page": page,
        "total": paginator.count,
        "page_number": page.number,
        "pages": [n if isinstance(n, int) else None for n in numbers] if several else [],
        "previous_page": page.number - 1,
        "next_page": page.number + 1 if page.has_next() else None,
    }


def _written(value: Any) -> str:
    return "" if value in (None, {}, "") else json.dumps(value, ensure_ascii=False, indent=2)
