"""Error pages in plain French: what happened, and what to do; problem+json under /api/.

A refused form has templates/403_csrf.html, a breakdown the static templates/500.html.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from marketplace.problems import problem


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


def _answer(request: HttpRequest, status: HTTPStatus, title: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(status, title, detail)
    context = {"h1": title, "lead": detail, "status": int(status)}
    return render(request, "error.html", context, status=status)
