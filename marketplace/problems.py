"""Errors of the API as RFC 9457 problems: all at once, in the language asked."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import exception_handler

from search.engines.base import SearchUnavailable

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int, title: str, detail: str, errors: Iterable[dict[str, str]] = ()
) -> HttpResponse:
    """Return a problem; `errors` are {"code", "detail", "pointer"}."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": list(errors),
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def not_found() -> HttpResponse:
    """Return the 404 of the API."""
    return problem(HTTPStatus.NOT_FOUND, _("Introuvable"), _("Rien ne se trouve à cette adresse."))


def search_unavailable() -> HttpResponse:
    """Return the 503 of a search engine that cannot answer."""
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Recherche indisponible"),
        _("La recherche ne répond pas pour le moment. Réessayez dans quelques minutes."),
    )


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Turn what the API raises into a problem (REST framework's EXCEPTION_HANDLER)."""
    if isinstance(error, SearchUnavailable):
        return search_unavailable()
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    answer = exception_handler(error, context)
    if answer is None or not isinstance(error, exceptions.APIException):
        return None
    turned = problem(answer.status_code, _title(answer.status_code), *_details(error))
    for name, value in answer.items():
        if name.lower() != "content-type":
            turned[name] = value
    return turned


def _title(status: int) -> str:
    titles = {
        HTTPStatus.BAD_REQUEST: _("Demande refusée"),
        HTTPStatus.UNAUTHORIZED: _("Identification nécessaire"),
        HTTPStatus.FORBIDDEN: _("Accès refusé"),
        HTTPStatus.METHOD_NOT_ALLOWED: _("Méthode refusée"),
        HTTPStatus.TOO_MANY_REQUESTS: _("Trop de demandes"),
    }
    return titles.get(HTTPStatus(status)) or HTTPStatus(status).phrase


def _details(error: exceptions.APIException) -> tuple[str, list[dict[str, str]]]:
    """Return the sentence and the list of errors of what was raised."""
    if not isinstance(error.detail, dict):
        return str(error.detail), []
    listed = [
        {"code": "invalid", "detail": str(message), "pointer": f"#/{name}"}
        for name, messages in error.detail.items()
        for message in messages
    ]
    return _("Corrigez ce qui est nommé dans «\u00a0errors\u00a0» et recommencez."), listed
