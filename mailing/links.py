"""The links of mails: signed, bound to one consent and one use."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from mailing.models import Consent

CONFIRM, STOP = "confirm", "stop"


class LinkRefused(ValueError):
    """A link that cannot be used; the message is for who followed it."""


def site_address(path: str) -> str:
    """Return the whole address of a path of the site, for a mail."""
    return f"{settings.SITE_URL}{path}"


def make_token(use: str, consent: Consent) -> str:
    """Return a token for one use (CONFIRM, STOP): the id of the consent and an HMAC-SHA256."""
    return _signer(use, consent).sign(str(consent.pk))


def read_token(use: str, token: str) -> Consent:
    """Return the consent a token was made for; raise LinkRefused for any other text."""
    pk = token.partition(":")[0]
    known = pk.isascii() and pk.isdigit() and len(pk) < 19
    consent = Consent.objects.filter(pk=int(pk)).first() if known else None
    try:
        if consent is None:
            raise BadSignature
        _signer(use, consent).unsign(token)
    except BadSignature:
        raise LinkRefused(
            _(
                "Ce lien n’est pas de ceux que nous avons envoyés, ou il a été coupé. "
                "Reprenez-le en entier dans le courrier reçu."
            )
        ) from None
    return consent


def _signer(use: str, consent: Consent) -> Signer:
    """Sign for one address and one purpose: an id used again by another database opens nothing."""
    return Signer(salt=f"mailing.{use}:{consent.purpose}:{consent.digest}")
