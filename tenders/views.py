"""The pages of forecasts: the list, one forecast, and the letters that bring them."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mailing.addresses import InvalidAddress
from mailing.services import LinkRefused, consent_of
from search.listing import page_numbers
from tenders import listing, wording
from tenders.forecast_enums import Category
from tenders.forms.searching import ForecastSearchForm
from tenders.forms.subscribing import SubscriptionForm
from tenders.models import NoticeVersion, Subscription
from tenders.queries.forecasts import (
    ForecastPage,
    budget_years,
    get_forecast,
    list_forecasts,
    place_names,
    places_named_in,
    publishing_buyers,
    subscription_of,
)
from tenders.services.subscriptions import consent_text, subscribe


@require_safe
def forecast_list(request: HttpRequest) -> HttpResponse:
    """Search the forecasts; a wrong parameter is an error page that says which and why."""
    form = ForecastSearchForm(request.GET)
    if not form.is_valid():
        context = {
            "h1": _("Cette recherche n’a pas pu être lue"),
            "mistakes": listing.mistakes(form.errors_list, request.GET),
            "wrong": dict(form.errors_list),
            **_search_context(request),
        }
        template = "tenders/list_error.html"
        return render(request, template, context, status=HTTPStatus.BAD_REQUEST)
    context = _list_context(request, list_forecasts(form.query))
    return render(request, "tenders/list.html", context)


def _search_context(request: HttpRequest) -> dict[str, Any]:
    return {
        "params": request.GET,
        "categories": Category.choices,
        "years": [str(year) for year in budget_years()],
        "buyers": publishing_buyers(),
        "carried": listing.carried(request.GET),
    }


def _list_context(request: HttpRequest, page: ForecastPage) -> dict[str, Any]:
    query, params = page.query, request.GET
    last = -(-page.total // query.per_page)
    return {
        "h1": _("Ce que les acheteurs publics prévoient d’acheter"),
        "page": page,
        "page_number": query.page,
        "pages": page_numbers(last, query.page),
        "last_page": last,
        "previous_page": min(query.page - 1, last or 1),
        "next_page": query.page + 1 if query.page < last else None,
        "chips": listing.chips(page, params),
        "clear": listing.cleared(params),
        "timeline": listing.timeline(page, params),
        "follow": listing.follow(query),
        **_search_context(request),
    }


@require_safe
def forecast_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one forecast as published, with what changed from one version to the next."""
    notice = get_forecast(reference)
    if notice is None or notice.current is None:
        raise Http404
    versions = list(notice.versions.all())
    names = place_names(code for past in versions for code in places_named_in(past))
    content = notice.current.content
    context = {
        "h1": content["title"],
        "notice": notice,
        "version": notice.current,
        "content": content,
        "facts": [
            (wording.label(field), wording.said(field, content[field], names))
            for field in wording.FACTS
        ],
        "history": [_told(version, names) for version in reversed(versions)],
        "follow": listing.follow_like(notice.current),
    }
    return render(request, "tenders/detail.html", context)


def _told(version: NoticeVersion, names: wording.Names) -> tuple[NoticeVersion, list[str]]:
    return version, [wording.change(change, names) for change in version.changes]


@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """Subscribe; whoever asks reads the same answer, known or not."""
    posted = request.method == "POST"
    form = SubscriptionForm(request.POST if posted else None, initial=_wished(request))
    if posted and form.is_valid():
        try:
            subscribe(
                **form.cleaned_data,
                language=get_language() or "fr",
                ip=request.META.get("REMOTE_ADDR", ""),
            )
        except InvalidAddress as error:
            form.add_error("address", str(error))
        else:
            return redirect("tenders:letters-sent")
    context = {
        "h1": _("Recevoir les prévisions d’achats de votre métier"),
        "lead": _("Un courriel dès qu’un acheteur public prévoit un achat pour vous. Gratuit."),
        "form": form,
        "consent_text": consent_text(),
    }
    return render(request, "tenders/letters.html", context)


def _wished(request: HttpRequest) -> dict[str, Any]:
    """What the page one comes from proposes to follow."""
    names = ("words", "cpv", "communes")
    return {name: request.GET.get(name, "")[:1_000] for name in names if name in request.GET}


@require_safe
def letters_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "tenders/letters_sent.html", {"h1": _("Vérifiez votre boîte")})


@never_cache
@require_safe
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody follows, and the way to stop; the address is their secret."""
    try:
        consent = consent_of(token)
    except LinkRefused as error:
        refused = {"h1": _("Ce lien ne peut pas servir"), "lead": str(error)}
        response = render(request, "mailing/refused.html", refused, status=HTTPStatus.GONE)
    else:
        context = {
            "h1": _("Ce que vous suivez"),
            "consent": consent,
            "token": token,
            "facts": _followed(subscription_of(consent)),
        }
        response = render(request, "tenders/preferences.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _followed(subscription: Subscription | None) -> list[tuple[str, list[str]]]:
    if subscription is None:
        return []
    return wording.followed(subscription, place_names(subscription.communes))
