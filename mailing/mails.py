"""The room's own mail: the request to confirm an address."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mailing.composers import Content, composer
from mailing.links import CONFIRM, make_token, site_address
from mailing.models import Consent, Delivery
from mailing.services import CONSENT


@composer(CONSENT)
def request_to_confirm(delivery: Delivery) -> Content | None:
    waiting = Consent.objects.unconfirmed().filter(pk=delivery.issue.args["consent"])
    consent = waiting.filter(expires__gt=timezone.now()).first()
    if consent is None:
        return None
    address = reverse("mailing:confirm", args=[make_token(CONFIRM, consent)])
    context = {"consent": consent, "confirm_url": site_address(address)}
    return Content(_("Confirmez votre inscription"), "mailing/consent", context)
