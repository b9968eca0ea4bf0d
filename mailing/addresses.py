"""Mail addresses: one way to write each, and the keyed hash that stands for a mailbox."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

#: RFC 5321: what a relay must accept at most.
LONGEST = 254


class InvalidAddress(ValueError):
    """What was given is not a mail address; the message is for the user."""


def normalise(address: str) -> str:
    """Return the address with its domain in lower case and in ASCII (IDNA).

    The part before the @ is kept: its case may matter to who receives. Raises InvalidAddress.
    """
    local, _at, domain = address.strip().rpartition("@")
    try:
        normal = f"{local}@{punycode(domain.lower())}"
        validate_email(normal)
    except (ValidationError, UnicodeError):
        normal = ""
    if not normal.isascii() or not 0 < len(normal) <= LONGEST:
        message = _("«\u00a0%(address)s\u00a0» n’est pas une adresse électronique.")
        raise InvalidAddress(message % {"address": _readable(address)})
    return normal


def digest(address: str) -> str:
    """Return the keyed hash (64 hexadecimal digits) of the mailbox of a normalised address.

    Case and what follows a « + » are left out: one person reads all of these.
    """
    local, _at, domain = address.casefold().rpartition("@")
    mailbox = f"{local.partition('+')[0] or local}@{domain}"
    key = settings.SUPPRESSION_KEY
    return salted_hmac("mailing.address", mailbox, secret=key, algorithm="sha256").hexdigest()


def network_of(ip: str) -> str:
    """Return the network an IP address is of, "" for anything else: a proof that names nobody."""
    try:
        prefix = 24 if ip_address(ip).version == 4 else 48
        return str(ip_network(f"{ip}/{prefix}", strict=False))
    except ValueError:
        return ""


def _readable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:60]
