"""The mails kept in `var/mails`, for who tries the product; 404 where they are not to be shown."""

from collections.abc import Callable
from functools import wraps

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mailing import letterbox
from mailing.letterbox import KeptMail

_SHOWN = 100
View = Callable[..., HttpResponse]


def _where_open(view: View) -> View:
    @require_safe
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, **values: str) -> HttpResponse:
        if not letterbox.is_open(request):
            raise Http404
        response = view(request, **values)
        response["Referrer-Policy"] = "no-referrer"  # the links of mails are secrets
        return response

    return guarded


@_where_open
def kept_list(request: HttpRequest) -> HttpResponse:
    context = {
        "h1": _("Courriers gardés"),
        "lead": _(
            "Aucun relais n’est réglé\u00a0: les courriers ne partent pas, ils sont gardés sur "
            "cette machine et se lisent ici."
        ),
        "mails": letterbox.kept_mails(limit=_SHOWN),
    }
    return render(request, "mailing/letterbox.html", context)


@_where_open
def kept_detail(request: HttpRequest, name: str) -> HttpResponse:
    mail = _get(name)
    return render(request, "mailing/letter.html", {"h1": mail.subject, "mail": mail})


@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "sandbox": [""]})
@_where_open
def kept_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part as it is, alone on its page: in a sandbox, nothing in it runs or loads."""
    return HttpResponse(_get(name).html)


def _get(name: str) -> KeptMail:
    mail = letterbox.kept_mail(name)
    if mail is None:
        raise Http404
    return mail
