"""Forecasts: what a buyer intends to buy in one or two years, and each version it published.

A Notice holds what is being written; the public only ever sees its `current` version.
Amounts are integer cents of euros without tax.
"""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Buyer
from tenders.forecast_enums import (
    FURTHEST_HORIZON,
    PUBLIC_STATES,
    Category,
    NoticeState,
    Precision,
    Reserved,
    VersionKind,
)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def public(self) -> "NoticeQuerySet":
        """What anybody may read, with the version to show and its buyer."""
        return self.filter(state__in=PUBLIC_STATES).select_related("current", "buyer")


class Notice(models.Model):
    """A purchase a buyer foresees. Only `services.forecasts` writes it."""

    #: Public, given once, never changed: « 2026-AMP-0042 ».
    reference = models.CharField(_("référence"), max_length=40, unique=True, editable=False)
    buyer = models.ForeignKey(
        Buyer, verbose_name=_("acheteur"), on_delete=models.PROTECT, related_name="notices"
    )
    state = models.CharField(
        _("état"), max_length=10, choices=NoticeState, default=NoticeState.DRAFT, editable=False
    )
    #: What the public sees; None until the first publication.
    current = models.OneToOneField(
        "NoticeVersion",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="current_of",
    )
    title = models.CharField(_("intitulé"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=5_000, blank=True)
    category = models.CharField(_("catégorie"), max_length=10, choices=Category, blank=True)
    #: Eight digits.
    cpv = models.CharField(_("code CPV principal"), max_length=8, blank=True)
    cpv_additional = models.JSONField(_("autres codes CPV"), default=list, blank=True)
    #: When the consultation should open.
    planned_year = models.PositiveSmallIntegerField(_("année de lancement"), null=True, blank=True)
    planned_quarter = models.PositiveSmallIntegerField(
        _("trimestre de lancement"), null=True, blank=True
    )
    planned_precision = models.CharField(
        _("précision"), max_length=10, choices=Precision, default=Precision.QUARTER
    )
    #: None = an open end; both None with `is_value_undisclosed` False = not yet said.
    value_min = models.BigIntegerField(_("montant minimal, en centimes"), null=True, blank=True)
    value_max = models.BigIntegerField(_("montant maximal, en centimes"), null=True, blank=True)
    is_value_undisclosed = models.BooleanField(_("montant non communiqué"), default=False)
    #: INSEE codes; none = the whole territory.
    communes = models.JSONField(_("communes"), default=list, blank=True)
    budget_year = models.PositiveSmallIntegerField(_("année budgétaire"), null=True, blank=True)
    #: Values of PlannedSocial and PlannedEnvironmental; none = not said, which is never "no".
    social = models.JSONField(_("considérations sociales envisagées"), default=list, blank=True)
    environmental = models.JSONField(
        _("considérations environnementales envisagées"), default=list, blank=True
    )
    reserved = models.CharField(_("réservation"), max_length=10, choices=Reserved, blank=True)
    #: A service and its functional mailbox: no person's name is asked.
    contact_service = models.CharField(_("service à contacter"), max_length=150, blank=True)
    contact_email = models.EmailField(_("boîte fonctionnelle du service"), blank=True)
    launched_url = models.URLField(
        _("adresse de la consultation"), max_length=500, blank=True, editable=False
    )
    launched_at = models.DateTimeField(_("lancée le"), null=True, editable=False)
    created_at = models.DateTimeField(_("créée le"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("prévision")
        verbose_name_plural = _("prévisions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "submitted"), current__isnull=True)
                | Q(
                    state__in=("published", "launched", "withdrawn", "expired"),
                    current__isnull=False,
                ),
                name="notice_public_has_a_version",
            ),
            models.CheckConstraint(
                condition=Q(planned_quarter=None) | Q(planned_quarter__range=(1, 4)),
                name="notice_quarter_from_1_to_4",
            ),
            models.CheckConstraint(
                condition=Q(is_value_undisclosed=False) | Q(value_min=None, value_max=None),
                name="notice_undisclosed_has_no_amount",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="notice_by_state")]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()


class Immutable(Exception):
    """A published version was about to be changed; publish another instead."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise Immutable("A published version never changes: publish a new one.")


class NoticeVersionQuerySet(models.QuerySet["NoticeVersion"]):
    """Reads; `seal` is the only way in, and there is no way to change or take out."""

    create = get_or_create = update_or_create = bulk_create = _refuse
    update = bulk_update = delete = _refuse

    def seal(self, version: "NoticeVersion") -> "NoticeVersion":
        """Insert a new version, for good."""
        super().bulk_create([version])
        return version


class NoticeVersion(models.Model):
    """What a notice said on one day, word for word. Never changed, never deleted."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="versions")
    #: 1, 2, 3...
    number = models.PositiveSmallIntegerField(_("numéro"))
    kind = models.CharField(_("nature"), max_length=10, choices=VersionKind)
    published_at = models.DateTimeField(_("publiée le"))
    #: The pseudonym of the person who published: it outlives the person's erasure.
    by = models.UUIDField(_("par"))
    #: What was published (see `tenders.content.content_of`).
    content = models.JSONField(_("contenu"))
    #: What differs from the version before: [{"field", "before", "after"}].
    changes = models.JSONField(_("différences"), default=list)
    # Copied from the content for who looks for it.
    category = models.CharField(max_length=10, choices=Category)
    planned_year = models.PositiveSmallIntegerField()
    planned_quarter = models.PositiveSmallIntegerField()
    budget_year = models.PositiveSmallIntegerField()
    #: Years from the publication to the budget: 0 = the same year, 1 = N-1, 2 = N-2.
    horizon = models.PositiveSmallIntegerField()
    #: " cpv:45261000 commune:13005 ": codes of what is bought and where ("commune:*").
    codes = models.TextField()
    #: The stems of its words in their order, a space around each (see `tenders.words`).
    stems = models.TextField()

    objects = NoticeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version publiée")
        verbose_name_plural = _("versions publiées")
        ordering = ["number"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="one_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.notice.reference} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse()

    @property
    def is_far(self) -> bool:
        """Whether the budget is further than forecasts are made for."""
        return self.horizon > FURTHEST_HORIZON
