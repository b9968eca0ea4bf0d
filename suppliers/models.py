"""Companies as SIRENE knows them, apart from their labels and from what they say of themselves."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reference.models import Commune
from suppliers.enums import Category, Diffusion, LabelKind, Size


class CompanyQuerySet(models.QuerySet["Company"]):
    def in_directory(self) -> "CompanyQuerySet":
        """Companies a buyer may find: active, with an active establishment in the territory."""
        return self.filter(in_directory=True)


class Company(models.Model):
    """A legal unit (SIREN). Everything here comes from SIRENE; imports may overwrite it."""

    siren = models.CharField("SIREN", primary_key=True, max_length=9)
    #: What is shown: denomination, or a sole trader's trade or usage name; empty when masked.
    name = models.CharField(_("nom"), max_length=250, blank=True)
    #: Sigle and usual denominations, one per line; found by the search, empty when masked.
    other_names = models.TextField(_("autres noms"), blank=True)
    diffusion = models.CharField(max_length=1, choices=Diffusion, default=Diffusion.PUBLIC)
    legal_category = models.CharField(_("catégorie juridique"), max_length=4, blank=True)
    naf = models.CharField("NAF", max_length=6, blank=True)
    naf_nomenclature = models.CharField(max_length=10, blank=True)
    #: The code of NAF 2025 SIRENE gives beside the other until it takes its place in 2027.
    naf_2025 = models.CharField("NAF 2025", max_length=6, blank=True)
    #: INSEE's bracket; "" and "NN" = not declared, "00" = no employee.
    staff_bracket = models.CharField(_("tranche d’effectif"), max_length=2, blank=True)
    staff_year = models.PositiveSmallIntegerField(null=True)
    category = models.CharField(_("catégorie"), max_length=3, choices=Category, blank=True)
    #: Derived once, on write, so that search, page and reports cannot disagree.
    size = models.CharField(_("taille"), max_length=7, choices=Size, default=Size.UNKNOWN)
    #: SIRENE's flags are tri-state: None = not declared.
    is_ess = models.BooleanField(_("économie sociale et solidaire"), null=True)
    is_mission = models.BooleanField(_("société à mission"), null=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_on = models.DateField(_("créée le"), null=True)
    #: False for a company kept only because it holds a known contract.
    in_directory = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("entreprise")
        verbose_name_plural = _("entreprises")

    def __str__(self) -> str:
        return self.name or self.siren

    def valid_labels(self) -> list["Label"]:
        """Return today's labels, from what was prefetched if it was."""
        today = timezone.localdate()
        return [label for label in self.labels.all() if label.is_valid_on(today)]


class EstablishmentQuerySet(models.QuerySet["Establishment"]):
    def active(self) -> "EstablishmentQuerySet":
        return self.filter(is_active=True)


class Establishment(models.Model):
    """A place where a company works (SIRET), as SIRENE says."""

    siret = models.CharField("SIRET", primary_key=True, max_length=14)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="establishments")
    is_seat = models.BooleanField(_("siège"), default=False)
    is_active = models.BooleanField(_("actif"), default=True)
    diffusion = models.CharField(max_length=1, choices=Diffusion, default=Diffusion.PUBLIC)
    #: Enseignes and usual denomination, one per line; empty when masked.
    trade_names = models.TextField(_("enseignes"), blank=True)
    #: One line of address, without postcode and commune; empty when masked.
    address = models.CharField(_("adresse"), max_length=250, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    commune = models.ForeignKey(Commune, null=True, on_delete=models.PROTECT, related_name="+")
    #: WGS84 degrees; None = not known (the commune's centre is used) or masked.
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    naf = models.CharField("NAF", max_length=6, blank=True)
    naf_nomenclature = models.CharField(max_length=10, blank=True)
    naf_2025 = models.CharField("NAF 2025", max_length=6, blank=True)
    staff_bracket = models.CharField(_("tranche d’effectif"), max_length=2, blank=True)
    created_on = models.DateField(_("ouvert le"), null=True)

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("établissement")
        verbose_name_plural = _("établissements")

    def __str__(self) -> str:
        return self.siret


class LabelQuerySet(models.QuerySet["Label"]):
    def valid_on(self, day: date) -> "LabelQuerySet":
        started = Q(valid_from=None) | Q(valid_from__lte=day)
        return self.filter(started, Q(valid_until=None) | Q(valid_until__gte=day))


class Label(models.Model):
    """A recognition of a company: who says so, on what proof, and until when."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="labels")
    kind = models.CharField(_("label"), max_length=10, choices=LabelKind)
    source = models.CharField(_("source"), max_length=100)
    proof = models.CharField(_("justificatif"), max_length=250, blank=True)
    valid_from = models.DateField(_("valable du"), null=True, blank=True)
    valid_until = models.DateField(_("jusqu’au"), null=True, blank=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "source", "valid_from"], name="one_label_per_start"
            ),
            # In SQL two unknown starts differ; here they are one label.
            models.UniqueConstraint(
                fields=["company", "kind", "source"],
                condition=Q(valid_from=None),
                name="one_label_without_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.company_id}"

    def is_valid_on(self, day: date) -> bool:
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day <= self.valid_until)


class Profile(models.Model):
    """What a company says of itself. No import ever writes here."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="profile")
    offer = models.TextField(_("ce que nous faisons"), max_length=2_000, blank=True)
    #: CPV codes of eight digits.
    cpv_codes = models.JSONField(_("codes CPV"), default=list, blank=True)
    #: Codes of communes or departments where the company goes to work.
    intervention_area = models.JSONField(_("zone d’intervention"), default=list, blank=True)
    website = models.URLField(_("site internet"), blank=True)
    #: When somebody of the company took the page over; None = not claimed.
    claimed_at = models.DateTimeField(_("reprise le"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("présentation")
        verbose_name_plural = _("présentations")

    def __str__(self) -> str:
        return str(self.company_id)
