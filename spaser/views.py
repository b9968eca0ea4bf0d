"""The pages of figures: a report, the contracts behind each number, the method; its files."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from spaser import wording
from spaser.cohort import UnknownBuyer
from spaser.forms import CONTRACTS, REPORT, Parse, ReportForm
from spaser.indicators import INDICATORS
from spaser.pages.choice import choice_context
from spaser.pages.contracts import contracts_asked, list_context
from spaser.pages.report import editable_values, report_context
from spaser.queries import read_figures
from spaser.reports import FORMATS


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Choose a buyer and a year; then their figures."""
    if not request.GET:
        return _choose(request)

    def answer(form: ReportForm) -> HttpResponse:
        context = report_context(read_figures(form.query), request.GET)
        return render(request, "spaser/report.html", context)

    return _answered(request, REPORT, answer)


@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """The contracts behind a number of a report, or those left out of it."""

    def answer(form: ReportForm) -> HttpResponse:
        context = list_context(contracts_asked(form), form, request.GET)
        return render(request, "spaser/contracts.html", context)

    return _answered(request, CONTRACTS, answer)


@require_safe
def download(request: HttpRequest, format: str) -> HttpResponse:
    """The report as a file: the figures of the page and of the command."""
    write, media_type = FORMATS[format]

    def answer(form: ReportForm) -> HttpResponse:
        name = f"spaser-{form.query.buyer}-{form.query.year}.{format}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return HttpResponse(
            write(read_figures(form.query)), content_type=media_type, headers=headers
        )

    return _answered(request, REPORT, answer)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """What is counted, how, and what it cannot say."""
    context = {
        "h1": _("Méthode et définitions"),
        "indicators": INDICATORS.values(),
        "limits": list(wording.limits()),
        **editable_values(),
    }
    return render(request, "spaser/method.html", context)


def _answered(
    request: HttpRequest, known: Mapping[str, Parse], answer: Callable[[ReportForm], HttpResponse]
) -> HttpResponse:
    """Answer what is asked; else say what could not be read, or that the buyer is not known."""
    form = ReportForm(request.GET, known)
    if not form.is_valid():
        return _choose(request, form)
    try:
        return answer(form)
    except UnknownBuyer:
        return _choose(request, form, unknown=True)


def _choose(
    request: HttpRequest, form: ReportForm | None = None, *, unknown: bool = False
) -> HttpResponse:
    context = choice_context(request.GET, form, unknown=unknown)
    status: HTTPStatus = context.pop("status")
    return render(request, "spaser/choose.html", context, status=status)
