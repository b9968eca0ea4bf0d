"""People, public buyers, and who may act for whom."""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import BuyerKind, Role
from reference.identifiers import InvalidIdentifier, normalise_siret


class PersonManager(BaseUserManager["Person"]):
    """Creates people known by their mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        if not email:
            raise ValueError("A person is known by a mail address: give one.")
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Person":
        # Nobody remembers how they capitalised their address.
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with a mail address."""

    #: What the audit trail holds instead of a name; it outlives the person's erasure.
    pseudonym = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("adresse électronique"), unique=True)
    full_name = models.CharField(_("nom"), max_length=150, blank=True)
    is_staff = models.BooleanField(_("accède à l’administration"), default=False)
    is_active = models.BooleanField(_("actif"), default=True)
    created_at = models.DateTimeField(_("créé le"), default=timezone.now, editable=False)

    objects = PersonManager()

    USERNAME_FIELD = "email"

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_whatever_case")]

    def __str__(self) -> str:
        return self.full_name or self.email


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
