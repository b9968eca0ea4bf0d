"""The closed lists of mails."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeliveryState(TextChoices):
    """Where a mail to one address stands; the ways from one to another are in `mailing.ledger`."""

    QUEUED = "queued", _("à envoyer")
    SENDING = "sending", _("en cours d’envoi")
    SENT = "sent", _("accepté par le relais")
    RETRY = "retry", _("à renvoyer")  # refused for now, certainly not accepted
    UNKNOWN = "unknown", _("réponse perdue")  # perhaps accepted: will be sent again, and flagged
    FAILED = "failed", _("refusé")
    SUPPRESSED = "suppressed", _("retenu")  # nobody asks for it any more


class ConsentState(TextChoices):
    """Where an agreement to be written to stands."""

    PENDING = "pending", _("à confirmer")
    EXPIRED = "expired", _("jamais confirmé")
    ACTIVE = "active", _("donné")
    WITHDRAWN = "withdrawn", _("retiré")
