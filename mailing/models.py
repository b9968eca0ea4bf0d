"""Who agreed to what, who must not be written to, and the ledger: a row for each mail."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.addresses import LONGEST
from mailing.enums import ConsentState, DeliveryState


class ConsentQuerySet(models.QuerySet["Consent"]):
    def active(self) -> "ConsentQuerySet":
        """Confirmed by the owner of the address, and not withdrawn since."""
        return self.filter(confirmed_at__isnull=False, withdrawn_at__isnull=True)

    def unconfirmed(self) -> "ConsentQuerySet":
        return self.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True)


class Consent(models.Model):
    """An agreement to be written to, and its proof: who, when, and to which words."""

    #: Normalised; "" once its owner was erased.
    address = models.CharField(_("adresse"), max_length=LONGEST, blank=True)
    #: The keyed hash of the mailbox: what is left of the address in the end.
    digest = models.CharField(_("empreinte"), max_length=64, db_index=True)
    #: What the mails are about: a room above names it ("forecasts").
    purpose = models.SlugField(_("objet"), max_length=50)
    text = models.TextField(_("texte accepté"))
    text_sha256 = models.CharField("SHA-256", max_length=64)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    #: The network the request came from, never the whole IP address.
    origin = models.CharField(_("origine"), max_length=50, blank=True)
    asked_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    #: Until when it can be confirmed.
    expires = models.DateTimeField(_("à confirmer avant"))
    confirmed_at = models.DateTimeField(_("confirmé le"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consentement")
        verbose_name_plural = _("consentements")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @property
    def state(self) -> ConsentState:
        if self.withdrawn_at:
            return ConsentState.WITHDRAWN
        if self.confirmed_at:
            return ConsentState.ACTIVE
        return ConsentState.PENDING if timezone.now() < self.expires else ConsentState.EXPIRED


class Suppression(models.Model):
    """A mailbox never to write to, known by its hash alone."""

    digest = models.CharField(_("empreinte"), max_length=64, unique=True)
    reason = models.CharField(_("motif"), max_length=100)
    created_at = models.DateTimeField(_("depuis"), default=timezone.now)

    class Meta:
        verbose_name = _("adresse à ne plus écrire")
        verbose_name_plural = _("adresses à ne plus écrire")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.digest[:12]}… ({self.reason})"


class Issue(models.Model):
    """What is sent to many at once: one composer (`kind`) writes it for each."""

    #: Says what is sent once: `digest:weekly:2026-W47`.
    key = models.CharField(_("clé"), max_length=200, unique=True)
    kind = models.CharField(_("nature"), max_length=60)
    #: Identifiers, never personal data.
    args = models.JSONField(_("arguments"), default=dict, blank=True)
    created_at = models.DateTimeField(_("création"), default=timezone.now)
    #: When nothing was left to send; None again if recipients are added.
    finished_at = models.DateTimeField(_("fin"), null=True, blank=True)

    class Meta:
        verbose_name = _("envoi")
        verbose_name_plural = _("envois")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.key


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unfinished(self) -> "DeliveryQuerySet":
        """Mails still to send, said as the partial index says it."""
        return self.filter(state__in=Delivery.UNFINISHED)

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Mails nobody is sending, whose hour has come; the oldest first."""
        waiting = self.unfinished().exclude(state=DeliveryState.SENDING)
        return waiting.filter(due__lte=now).order_by("due", "pk")


class Delivery(models.Model):
    """One mail of an issue to one address; only `mailing.ledger` changes its state."""

    UNFINISHED = (
        DeliveryState.QUEUED,
        DeliveryState.SENDING,
        DeliveryState.RETRY,
        DeliveryState.UNKNOWN,
    )

    issue = models.ForeignKey(
        Issue, verbose_name=_("envoi"), on_delete=models.CASCADE, related_name="deliveries"
    )
    #: None for what is written without being asked for again: the request to confirm.
    consent = models.ForeignKey(
        Consent,
        verbose_name=_("consentement"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    #: Normalised; the hash of its mailbox once its owner was erased.
    address = models.CharField(_("adresse"), max_length=LONGEST)
    #: Identifiers, never personal data.
    args = models.JSONField(_("arguments"), default=dict, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    state = models.CharField(
        _("état"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED
    )
    #: The same each time it is sent, so that two copies are known as one mail.
    message_id = models.CharField("Message-ID", max_length=300)
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    due = models.DateTimeField(_("échéance"), default=timezone.now)
    #: Who is sending it (`jobs.execution.Step.holder`).
    holder = models.CharField(_("exécutant"), max_length=40, blank=True)
    #: It was sent again though the relay may have accepted it before.
    possible_duplicate = models.BooleanField(_("double possible"), default=False)
    last_error = models.TextField(_("dernière erreur"), blank=True)
    sent_at = models.DateTimeField(_("accepté le"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("courrier")
        verbose_name_plural = _("courriers")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "address"], name="one_mail_per_address"),
        ]
        indexes = [
            models.Index(
                fields=["issue", "due"],
                condition=Q(state__in=("queued", "sending", "retry", "unknown")),
                name="delivery_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} → {self.pk} ({self.get_state_display()})"


class Pace(models.Model):
    """The one row that shares MAIL_RATE between all who send."""

    next_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.next_at)
