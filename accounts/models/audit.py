"""The audit trail: who did what, when and for whom. Rows are added, never changed.

Triggers of the migrations refuse UPDATE and DELETE. People are there by their pseudonym alone.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.buyers import Buyer

_HASH_LENGTH = 64  # SHA-256 in hexadecimal


class AuditEntry(models.Model):
    """One act. `hash` covers every column and the hash of the entry before it."""

    #: Without holes: a number that is missing is an entry that was removed.
    number = models.BigIntegerField(_("numéro"), primary_key=True)
    at = models.DateTimeField(_("date"))
    #: `Person.pseudonym`; empty when the site itself acted.
    actor = models.UUIDField(_("auteur"), null=True)
    action = models.CharField(_("acte"), max_length=60)
    #: "tenders.notice:42", or what the room calls what it acted upon.
    target = models.CharField(_("objet"), max_length=200)
    # No constraint in the database: the trail outlives what it tells of.
    buyer = models.ForeignKey(
        Buyer,
        verbose_name=_("acheteur"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    on_behalf_of = models.ForeignKey(
        Buyer,
        verbose_name=_("pour le compte de"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    #: Canonical JSON, or empty.
    before = models.TextField(_("avant"), blank=True)
    after = models.TextField(_("après"), blank=True)
    #: From where, minimised: "web 192.0.2.0/24".
    origin = models.CharField(_("origine"), max_length=80, blank=True)
    hash = models.CharField(_("empreinte"), max_length=_HASH_LENGTH)

    class Meta:
        verbose_name = _("entrée du journal")
        verbose_name_plural = _("journal des actes")
        # One for each way the page reads: all or one buyer, all or one action.
        indexes = [
            models.Index(fields=["-at", "-number"], name="audit_by_time"),
            models.Index(fields=["action", "-at", "-number"], name="audit_by_action"),
            models.Index(fields=["buyer", "-at", "-number"], name="audit_by_buyer"),
            models.Index(fields=["buyer", "action", "-at", "-number"], name="audit_by_both"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.target}"


class AuditSeal(models.Model):
    """A closed run of entries: what remains of them once retention has removed them."""

    first = models.BigIntegerField(_("première entrée"), unique=True)
    last = models.BigIntegerField(_("dernière entrée"), primary_key=True)
    count = models.BigIntegerField(_("nombre"))
    #: Of the entry before `first`, empty for the first segment.
    before_hash = models.CharField(_("empreinte d’avant"), max_length=_HASH_LENGTH, blank=True)
    #: Of `last`: where verification starts once the segment is gone.
    hash = models.CharField(_("empreinte"), max_length=_HASH_LENGTH)
    ended_at = models.DateTimeField(_("date de la dernière entrée"))
    sealed_at = models.DateTimeField(_("scellé le"))
    #: Set once, before the entries go: the trigger lets go of no other.
    removed_at = models.DateTimeField(_("retiré le"), null=True)

    class Meta:
        verbose_name = _("scellé du journal")
        verbose_name_plural = _("scellés du journal")
        ordering = ["last"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(count=models.F("last") - models.F("first") + 1),
                name="audit_seal_has_no_hole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"
