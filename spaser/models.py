"""What the law and plans fix for a time: the threshold of publication, the targets.

Rows, not constants: they change by decree or by a new plan, and a territory may add its own. The
values known today come with the tables.
"""

from datetime import date
from fractions import Fraction

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ThresholdQuerySet(models.QuerySet["Threshold"]):
    def for_year(self, year: int) -> int | None:
        """The threshold of a year's report, in cents: the one in force on 1 January.

        The oldest one known holds for the years before it.
        """
        cents = self.order_by("-valid_from").values_list("cents", flat=True)
        return cents.filter(valid_from__lte=date(year, 1, 1)).first() or cents.last()


class Threshold(models.Model):
    """From which amount without tax a buyer must publish its contracts."""

    cents = models.PositiveBigIntegerField(_("montant hors taxes, en centimes"))
    valid_from = models.DateField(_("en vigueur depuis le"), unique=True)
    source = models.CharField(_("source"), max_length=200)

    objects = ThresholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("seuil de publication")
        verbose_name_plural = _("seuils de publication")
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return f"{self.cents / 100:.2f} ({self.valid_from})"


class TargetQuerySet(models.QuerySet["Target"]):
    def for_year(self, year: int) -> "TargetQuerySet":
        """The targets of a year's report: those in force on its last day, the newest last."""
        day = date(year, 12, 31)
        current = self.filter(valid_from__lte=day)
        return current.filter(Q(valid_until=None) | Q(valid_until__gte=day)).order_by("valid_from")


class Target(models.Model):
    """A share that an indicator should reach."""

    #: A code of `spaser.indicators`.
    indicator = models.CharField(_("indicateur"), max_length=20)
    percent = models.DecimalField(
        _("cible, en %"),
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    valid_from = models.DateField(_("valable du"))
    valid_until = models.DateField(_("jusqu’au"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("cible")
        verbose_name_plural = _("cibles")
        ordering = ["indicator", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "valid_from"], name="one_target_per_start"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="target_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.percent} %"

    @property
    def share(self) -> Fraction:
        """The target as an exact fraction of one."""
        return Fraction(self.percent) / 100
