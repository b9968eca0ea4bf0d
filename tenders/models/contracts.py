"""Contracts and concessions as DECP declares them: what was first notified, then what changed.

Amounts are integer cents of euros without tax; None = not usable (absent, a placeholder of 1 euro
or less, or an integer part of over 11 digits), and `amount_text` keeps what was written.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Buyer
from jobs.models import ImportRun
from suppliers.models import Company
from tenders.enums import ContractKind


class Contract(models.Model):
    """One contract or lot; (buyer, number, discriminator) names it."""

    kind = models.CharField(_("nature juridique"), max_length=10, choices=ContractKind)
    buyer = models.ForeignKey(Buyer, on_delete=models.PROTECT, related_name="contracts")
    #: The buyer's own number (`id` in DECP): buyers give one number to several lots.
    number = models.CharField(_("numéro"), max_length=64)
    #: 0, then 1, 2... for the other contracts of the same number.
    discriminator = models.PositiveIntegerField(default=0)
    nature = models.CharField(_("nature"), max_length=60, blank=True)
    objet = models.TextField(_("objet"))
    cpv = models.CharField("CPV", max_length=8, blank=True)
    procedure = models.CharField(_("procédure"), max_length=80, blank=True)
    techniques = models.JSONField(_("techniques d’achat"), default=list)
    modalites_execution = models.JSONField(_("modalités d’exécution"), default=list)
    #: True when `techniques`, or `nature` in version 1, says so: asked of every call-off.
    is_framework = models.BooleanField(_("accord-cadre"), default=False)
    #: `idAccordCadre`: the number of the framework a call-off belongs to.
    framework_number = models.CharField(_("accord-cadre d’origine"), max_length=64, blank=True)
    is_innovative = models.BooleanField(_("marché innovant"), null=True)
    ccag = models.CharField("CCAG", max_length=60, blank=True)
    offers_received = models.PositiveIntegerField(_("offres reçues"), null=True)
    has_advance = models.BooleanField(_("avance"), null=True)
    #: From 0 to 1; None = not known.
    advance_rate = models.DecimalField(
        _("taux de l’avance"), max_digits=9, decimal_places=8, null=True
    )
    grouping = models.CharField(_("groupement"), max_length=30, blank=True)
    has_subcontracting = models.BooleanField(_("sous-traitance déclarée"), null=True)
    place_code = models.CharField(_("lieu d’exécution"), max_length=20, blank=True)
    place_type = models.CharField(_("nature du lieu"), max_length=30, blank=True)
    duration_months = models.PositiveIntegerField(_("durée en mois"), null=True)
    types_prix = models.JSONField(_("types de prix"), default=list)
    forme_prix = models.CharField(_("forme du prix"), max_length=40, blank=True)
    #: dateNotification, or dateSignature of a concession; None = not usable, hence in no year.
    notified_on = models.DateField(_("notifié le"), null=True)
    notified_text = models.CharField(_("date écrite"), max_length=40, blank=True)
    published_on = models.DateField(_("données publiées le"), null=True)
    amount = models.BigIntegerField(_("montant initial, en centimes"), null=True)
    amount_text = models.CharField(_("montant écrit"), max_length=40, blank=True)
    #: Flags of `tenders.enums.Social`; 0 = not declared, which is never "no".
    social = models.PositiveSmallIntegerField(_("considérations sociales"), default=0)
    social_values = models.JSONField(_("considérations sociales écrites"), default=list)
    #: Flags of `tenders.enums.Environmental`; 0 = not declared.
    environmental = models.PositiveSmallIntegerField(
        _("considérations environnementales"), default=0
    )
    environmental_values = models.JSONField(
        _("considérations environnementales écrites"), default=list
    )
    #: What DECP says besides (acts of subcontracting, origin of goods...), as it says it.
    others = models.JSONField(_("autres données"), default=dict)
    #: The contract this one repeats: suggested by an import, then decided by a person.
    resembles = models.ForeignKey(
        "self",
        verbose_name=_("ressemble à"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_duplicate = models.BooleanField(_("doublon confirmé"), default=False)
    #: The run that last wrote it; its sources keep the run that first named it.
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("marché")
        verbose_name_plural = _("marchés")
        ordering = ["-notified_on", "number", "discriminator"]
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "number", "discriminator"], name="one_contract_per_key"
            ),
            models.CheckConstraint(
                condition=Q(is_duplicate=False) | Q(resembles__isnull=False),
                name="duplicate_of_something",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "notified_on"], name="contract_of_a_year"),
            models.Index(
                fields=["buyer", "number"],
                condition=Q(is_framework=True),
                name="contract_frameworks",
            ),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def uid(self) -> str:
        """The SIRET of the buyer and the number, with the discriminator of a number used again."""
        again = f"~{self.discriminator}" if self.discriminator else ""
        return f"{self.buyer.siret}{self.number}{again}"


class ContractSource(models.Model):
    """Where a contract was read: one row per source that declares it."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(_("source"), max_length=100)
    first_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("source d’un marché")
        verbose_name_plural = _("sources d’un marché")
        constraints = [
            models.UniqueConstraint(fields=["contract", "name"], name="one_row_per_source")
        ]

    def __str__(self) -> str:
        return self.name


class Holder(models.Model):
    """A holder (titulaire, concessionnaire) as first notified; several form a consortium."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="holders")
    position = models.PositiveSmallIntegerField()
    id_type = models.CharField(_("type d’identifiant"), max_length=10, blank=True)
    identifier = models.CharField(_("identifiant"), max_length=40, blank=True)
    #: Known when the identifier is a SIRET; kept even outside the territory.
    company = models.ForeignKey(
        Company, null=True, on_delete=models.SET_NULL, related_name="contracts_held"
    )

    class Meta:
        verbose_name = _("titulaire")
        verbose_name_plural = _("titulaires")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="one_holder_per_rank")
        ]

    def __str__(self) -> str:
        return self.identifier


class Modification(models.Model):
    """A later change of duration, amount or holders; the initial values never change.

    None = the modification does not say, and the last known value holds.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="modifications")
    #: The order of the file, which decides between two of the same day.
    position = models.PositiveSmallIntegerField()
    number = models.IntegerField(_("numéro"), null=True)
    notified_on = models.DateField(_("notifiée le"), null=True)
    published_on = models.DateField(_("publiée le"), null=True)
    objet = models.TextField(_("objet"), blank=True)
    duration_months = models.PositiveIntegerField(_("durée en mois"), null=True)
    amount = models.BigIntegerField(_("montant, en centimes"), null=True)
    #: [{"type", "id"}], the whole new list.
    holders = models.JSONField(_("titulaires"), null=True)

    class Meta:
        verbose_name = _("modification")
        verbose_name_plural = _("modifications")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "position"], name="one_modification_per_rank"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.number}"


class ContractAnomaly(models.Model):
    """Something wrong or doubtful that a contract declares, named by its rule."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="anomalies")
    rule = models.CharField(_("règle"), max_length=40)
    field = models.CharField(_("champ"), max_length=60)
    value = models.CharField(_("valeur"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("anomalie")
        verbose_name_plural = _("anomalies")

    def __str__(self) -> str:
        return f"{self.rule} {self.field}"
