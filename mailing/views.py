"""The pages behind the links of mails: GET shows, POST acts.

Neither needs a cookie: the token says who acts, and a mail client posts without one (RFC 8058).
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mailing import services
from mailing.services import LinkRefused

View = Callable[[HttpRequest, str], HttpResponse]


def _secret_address(view: View) -> View:
    """Keep the address of a page, which is a secret, out of caches and of other sites.

    Browsers send no origin from such a page, so Django's check of forms could never pass.
    """

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except LinkRefused as error:
            context = {"h1": _("Ce lien ne peut pas servir"), "lead": str(error)}
            response = render(request, "mailing/refused.html", context, status=HTTPStatus.GONE)
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


@_secret_address
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what will be agreed to and a button: programs that open links confirm nothing."""
    if request.method != "POST":
        consent = services.consent_to_confirm(token)
        with translation.override(consent.language):
            context = {"h1": _("Confirmer votre inscription"), "consent": consent}
            return render(request, "mailing/confirm.html", context)
    consent = services.confirm(token)
    with translation.override(consent.language):
        context = {
            "h1": _("Votre inscription est confirmée"),
            "consent": consent,
            "stop": services.stop_token(consent),
        }
        return render(request, "mailing/confirmed.html", context)


@_secret_address
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button, or stop the mails; done twice, it is done."""
    consent = services.consent_of(token)
    if request.method == "POST":
        services.withdraw(consent=consent)
    with translation.override(consent.language):
        stopped = consent.withdrawn_at is not None
        title = _("Ces courriers sont arrêtés") if stopped else _("Arrêter ces courriers")
        context = {"h1": title, "consent": consent, "stopped": stopped}
        return render(request, "mailing/stop.html", context)
