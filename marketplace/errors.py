"""Error pages in plain French: what happened, and what to do; problem+json under /api/.

A refused form has templates/403_csrf.html, a breakdown the static templates/500.html.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from jobs.errors import is_disk_full
from marketplace.problems import problem

View = Callable[[HttpRequest], HttpResponse]


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        HTTPStatus.NOT_FOUND,
        _("Cette page n’existe pas"),
        _("L’adresse demandée ne mène nulle part\u00a0: elle a changé, ou une lettre manque."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        HTTPStatus.BAD_REQUEST,
        _("Cette demande n’a pas pu être lue"),
        _("L’adresse ou le formulaire contient quelque chose que le site n’attend pas."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        HTTPStatus.FORBIDDEN,
        _("Cette page ne vous est pas ouverte"),
        _("Elle demande un droit que votre session n’a pas."),
    )


def when_disk_is_full(get_response: View) -> View:
    """Answer 507 instead of 500 when nothing more can be written: reading goes on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _disk_full(request) if is_disk_full(exception) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _disk_full(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        HTTPStatus.INSUFFICIENT_STORAGE,
        _("Le site ne peut plus rien enregistrer"),
        _("Il n’y a plus de place sur son disque. Rien n’a été enregistré à moitié."),
    )


def _answer(request: HttpRequest, status: HTTPStatus, title: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(status, title, detail)
    context = {"h1": title, "lead": detail, "status": int(status)}
    return render(request, "error.html", context, status=status)
