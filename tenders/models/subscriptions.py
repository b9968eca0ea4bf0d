"""Who wants to hear of which forecasts, and which ones answered, with the reason why."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.models import Consent
from tenders.forecast_enums import CriterionKind
from tenders.models.forecasts import NoticeVersion


class Subscription(models.Model):
    """What somebody follows. A list left empty asks for nothing: everything suits."""

    consent = models.OneToOneField(
        Consent, on_delete=models.CASCADE, related_name="forecast_subscription"
    )
    #: One expression per line (« espaces verts »); one of them is enough.
    words = models.TextField(_("mots"), blank=True)
    #: Beginnings of CPV codes, as `reference.cpv.prefix_of` writes them.
    cpv = models.JSONField(_("codes CPV"), default=list, blank=True)
    #: INSEE codes.
    communes = models.JSONField(_("communes"), default=list, blank=True)
    #: Values of `Horizon`.
    horizons = models.JSONField(_("horizons"), default=list, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    created_at = models.DateTimeField(_("créé le"), default=timezone.now)

    class Meta:
        verbose_name = _("abonnement")
        verbose_name_plural = _("abonnements")

    def __str__(self) -> str:
        return f"{self.pk}"


class SubscriptionCriterion(models.Model):
    """One thing a subscription asks, so that a forecast finds who asks for it by an index.

    An empty `value` says that nothing is asked of that kind: every forecast has it. For words,
    `value` is a term of its rarest word and `text` the expression as it was written.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="criteria"
    )
    kind = models.CharField(max_length=10, choices=CriterionKind)
    value = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("critère")
        verbose_name_plural = _("critères")
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "kind", "value", "text"], name="one_row_per_criterion"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "value", "subscription"], name="criterion_by_value")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.text or self.value}"


class Match(models.Model):
    """A version that answers a subscription, and why: [{"kind", "value"}]; [] = all is asked."""

    version = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="matches")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="matches"
    )
    why = models.JSONField(_("raisons"), default=list)
    created_at = models.DateTimeField(_("trouvé le"), default=timezone.now)

    class Meta:
        verbose_name = _("correspondance")
        verbose_name_plural = _("correspondances")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "subscription"], name="one_match_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} → {self.subscription_id}"
