"""Public buyers, and who may act for them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import BuyerKind, Role
from accounts.models.people import Person
from reference.identifiers import InvalidIdentifier, normalise_siret


def check_siret(value: str) -> None:
    """Refuse, in French, what is not a SIRET."""
    try:
        normalise_siret(value)
    except InvalidIdentifier as error:
        raise ValidationError(str(error)) from error


class BuyerQuerySet(models.QuerySet["Buyer"]):
    def verified(self) -> "BuyerQuerySet":
        return self.filter(is_verified=True)


class Buyer(models.Model):
    """A public organisation that buys; one row per SIRET."""

    siret = models.CharField("SIRET", max_length=14, unique=True, validators=[check_siret])
    name = models.CharField(_("nom"), max_length=200)
    kind = models.CharField(_("nature"), max_length=20, choices=BuyerKind, default=BuyerKind.OTHER)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("rattaché à"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    #: False for a buyer first met in a contract file: its name and kind are not proven.
    is_verified = models.BooleanField(_("vérifié"), default=False)

    objects = BuyerQuerySet.as_manager()

    class Meta:
        verbose_name = _("acheteur")
        verbose_name_plural = _("acheteurs")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        today = timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today))


class Membership(models.Model):
    """A person's role for a buyer."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("rôle"), max_length=10, choices=Role, default=Role.READER)
    ends_on = models.DateField(_("dernier jour"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("rattachement")
        verbose_name_plural = _("rattachements")
        constraints = [
            models.UniqueConstraint(fields=["person", "buyer"], name="one_membership_per_buyer")
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.buyer} ({self.get_role_display()})"
