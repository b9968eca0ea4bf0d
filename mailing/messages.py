"""Builds the mail of a delivery: headers, a text part first, and the same in HTML."""

import re
import unicodedata

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.urls import reverse

from mailing.composers import Content
from mailing.links import STOP, make_token, site_address
from mailing.models import Delivery

_LONGEST_SUBJECT = 150
#: Controls, marks that turn the direction of what follows, halves of characters.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n")


def subject_line(text: str) -> str:
    """Return text of any origin as a subject: one line, no control character, 150 at most."""
    spaced = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join(spaced.split()).replace("=?", "= ?")  # else read as an encoded word
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[: _LONGEST_SUBJECT - 1].rstrip()}…"


def build(delivery: Delivery, content: Content) -> EmailMultiAlternatives:
    """Return the mail, the same each time but for what the composer and the clock say."""
    stop_url = _stop_url(delivery)
    subject = subject_line(content.subject)
    context = {
        "subject": subject,
        "site_name": settings.SITE_NAME,
        "site_url": f"{settings.SITE_URL}/",
        "stop_url": stop_url,
        "language": delivery.language,
        **content.context,
    }
    text = _render(f"{content.template}.txt", context, autoescape=False)
    message = EmailMultiAlternatives(
        subject=subject,
        body=_EMPTY_LINES.sub("\n\n", text).strip() + "\n",
        to=[delivery.address],
        headers=_headers(delivery, stop_url),
    )
    message.attach_alternative(_render(f"{content.template}.html", context), "text/html")
    return message


def _headers(delivery: Delivery, stop_url: str | None) -> dict[str, str]:
    headers = {
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": delivery.language,
    }
    if delivery.consent and stop_url:
        name = f"{settings.SITE_NAME} <{delivery.consent.purpose}.{settings.SITE_HOST}>"
        headers["List-Id"] = name
        headers["List-Unsubscribe"] = f"<{stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _stop_url(delivery: Delivery) -> str | None:
    if delivery.consent is None:
        return None
    return site_address(reverse("mailing:stop", args=[make_token(STOP, delivery.consent)]))


def _render(template: str, context: dict[str, object], *, autoescape: bool = True) -> str:
    rendered = Engine.get_default().get_template(template)
    return _HARMFUL.sub("", rendered.render(Context(context, autoescape=autoescape)))
