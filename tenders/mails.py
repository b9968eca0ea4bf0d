"""The mail that tells a company of a forecast it follows."""

from django.urls import reverse
from django.utils.translation import gettext as _

from mailing.composers import Content, composer
from mailing.links import site_address
from mailing.models import Delivery
from mailing.services import stop_token
from tenders import wording
from tenders.forecast_enums import VersionKind
from tenders.models import Match
from tenders.queries.forecasts import place_names, places_named_in
from tenders.services.subscriptions import ALERT


@composer(ALERT)
def alert(delivery: Delivery) -> Content | None:
    """Say what is foreseen or what changes, why it is told, and that it binds nobody."""
    published = delivery.issue.args["version"]
    matches = Match.objects.select_related("version__notice__buyer")
    match = matches.filter(version=published, subscription__consent=delivery.consent_id).first()
    if match is None or delivery.consent is None:
        return None
    version, notice = match.version, match.version.notice
    content = version.content
    asked = {reason["value"] for reason in match.why if reason["kind"] == "commune"}
    names = place_names(asked | places_named_in(version))
    preferences = reverse("tenders:preferences", args=[stop_token(delivery.consent)])
    context = {
        "title": content["title"],
        "buyer": notice.buyer.name,
        "what": _what(version.kind),
        "facts": [
            (wording.label(field), ", ".join(wording.said(field, content[field], names)))
            for field in ("cpv", "planned", "value", "communes")
        ],
        "changes": [wording.change(change, names) for change in version.changes],
        "reason": wording.reason(match.why, names),
        "notice_url": site_address(reverse("tenders:forecast", args=[notice.reference])),
        "preferences_url": site_address(preferences),
    }
    return Content(_subject(version.kind, content["title"]), "tenders/alert", context)


def _what(kind: str) -> str:
    return {
        VersionKind.NEW.value: _("Un acheteur public prévoit cet achat."),
        VersionKind.CHANGED.value: _("Cette prévision a changé."),
        VersionKind.POSTPONED.value: _("Cet achat est reporté."),
        VersionKind.WITHDRAWN.value: _("L’acheteur a renoncé à cet achat."),
    }[kind]


def _subject(kind: str, title: str) -> str:
    words = {
        VersionKind.NEW.value: _("Achat prévu\u00a0: %(title)s"),
        VersionKind.CHANGED.value: _("Prévision modifiée\u00a0: %(title)s"),
        VersionKind.POSTPONED.value: _("Achat reporté\u00a0: %(title)s"),
        VersionKind.WITHDRAWN.value: _("Prévision retirée\u00a0: %(title)s"),
    }[kind]
    return words % {"title": title}
