"""The vocabularies everybody shares, as rows. `load_reference` writes them; nobody else does,
except the *filières*, which a person edits in the admin.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reference.enums import EpciKind, NafLevel, Nomenclature


class Region(models.Model):
    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField(_("nom"), max_length=80)

    class Meta:
        verbose_name = _("région")

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField(_("nom"), max_length=80)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departments")

    class Meta:
        verbose_name = _("département")

    def __str__(self) -> str:
        return self.name


class Epci(models.Model):
    """A grouping of communes with its own taxes: a métropole, a communauté."""

    siren = models.CharField("SIREN", primary_key=True, max_length=9)
    name = models.CharField(_("nom"), max_length=120)
    kind = models.CharField(_("nature"), max_length=5, choices=EpciKind)
    population = models.PositiveIntegerField(_("population"))

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"

    def __str__(self) -> str:
        return self.name


class CommuneQuerySet(models.QuerySet["Commune"]):
    def communes_only(self) -> "CommuneQuerySet":
        """Without the municipal arrondissements of Paris, Lyon and Marseille."""
        return self.filter(parent=None)

    def arrondissements(self) -> "CommuneQuerySet":
        return self.exclude(parent=None)

    def in_epci(self, siren: str) -> "CommuneQuerySet":
        """The members and their arrondissements: SIRENE codes Marseille 13201 to 13216."""
        return self.filter(Q(epci=siren) | Q(parent__epci=siren))

    def named(self, key: str) -> "CommuneQuerySet":
        """Communes of this name, as `reference.territory.place_key` writes it."""
        return self.filter(folded_name=key)

    def with_postcode(self, code: str) -> "CommuneQuerySet":
        return self.filter(postal_codes__code=code)


class Commune(models.Model):
    """A commune of today, or a municipal arrondissement (then `parent` is its commune)."""

    code = models.CharField(_("code INSEE"), primary_key=True, max_length=5)
    name = models.CharField(_("nom"), max_length=80)
    folded_name = models.CharField(max_length=80)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="communes")
    #: None outside any EPCI, and for an arrondissement (its commune has it).
    epci = models.ForeignKey(Epci, null=True, on_delete=models.PROTECT, related_name="communes")
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="arrondissements"
    )
    siren = models.CharField("SIREN", max_length=9, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True)
    #: WGS84 degrees of a point inside; None where the sources have none.
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = _("commune")
        indexes = [models.Index(fields=["folded_name"], name="commune_by_name")]

    def __str__(self) -> str:
        return self.name


class FormerCommune(models.Model):
    """A code no longer in use, and the commune which took the place over."""

    code = models.CharField(_("code INSEE"), primary_key=True, max_length=5)
    #: Empty when the source gives the code alone.
    name = models.CharField(_("nom"), max_length=80, blank=True)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="former_communes")

    class Meta:
        verbose_name = _("ancienne commune")
        verbose_name_plural = _("anciennes communes")

    def __str__(self) -> str:
        return self.name or self.code


class PostalCode(models.Model):
    """One postcode of one commune; many to many."""

    code = models.CharField(_("code postal"), max_length=5)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="postal_codes")

    class Meta:
        verbose_name = _("code postal")
        verbose_name_plural = _("codes postaux")
        constraints = [
            models.UniqueConstraint(fields=["code", "commune"], name="one_postcode_per_commune")
        ]

    def __str__(self) -> str:
        return self.code


class CpvCode(models.Model):
    """A code of the Common Procurement Vocabulary 2008, without its check digit."""

    code = models.CharField(primary_key=True, max_length=8)
    label_fr = models.CharField(_("libellé"), max_length=255)
    label_en = models.CharField(_("libellé anglais"), max_length=255)
    #: Significant digits: 2 for a division, up to 8.
    level = models.PositiveSmallIntegerField()
    #: The nearest code above that exists; None for a division.
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        verbose_name = _("code CPV")
        verbose_name_plural = _("codes CPV")

    def __str__(self) -> str:
        return f"{self.code} {self.label_fr}"


class NafCode(models.Model):
    """A position of the French nomenclature of activities, at any of its five levels."""

    nomenclature = models.CharField(max_length=8, choices=Nomenclature)
    #: With its dot, « 43.91B »; a letter for a section.
    code = models.CharField(max_length=6)
    level = models.PositiveSmallIntegerField(choices=NafLevel)
    label = models.CharField(_("libellé"), max_length=255)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        verbose_name = _("code NAF")
        verbose_name_plural = _("codes NAF")
        constraints = [
            models.UniqueConstraint(fields=["nomenclature", "code"], name="one_naf_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class LegalCategory(models.Model):
    """INSEE's legal categories: 1 digit (level I), 2 (level II) or 4 (level III)."""

    code = models.CharField(primary_key=True, max_length=4)
    label = models.CharField(_("libellé"), max_length=200)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        verbose_name = _("catégorie juridique")
        verbose_name_plural = _("catégories juridiques")

    def __str__(self) -> str:
        return self.label


class StaffBracket(models.Model):
    """INSEE's staff brackets. « NN » is not declared; « 00 » is nobody."""

    code = models.CharField(primary_key=True, max_length=2)
    label = models.CharField(_("libellé"), max_length=120)
    minimum = models.PositiveIntegerField(null=True)
    maximum = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("tranche d’effectif")
        verbose_name_plural = _("tranches d’effectif")

    def __str__(self) -> str:
        return self.label


class Filiere(models.Model):
    """A *filière* of the territory: activities that work for one market."""

    code = models.SlugField(primary_key=True, max_length=40)
    label = models.CharField(_("libellé"), max_length=120)

    class Meta:
        verbose_name = _("filière")

    def __str__(self) -> str:
        return self.label


class FiliereNaf(models.Model):
    """Every activity whose code begins with `prefix` belongs to the filière."""

    filiere = models.ForeignKey(Filiere, on_delete=models.CASCADE, related_name="naf_prefixes")
    nomenclature = models.CharField(
        max_length=8, choices=Nomenclature, default=Nomenclature.NAF_REV2
    )
    prefix = models.CharField(_("début du code NAF"), max_length=6)

    class Meta:
        verbose_name = _("activité d’une filière")
        verbose_name_plural = _("activités d’une filière")
        constraints = [
            models.UniqueConstraint(
                fields=["filiere", "nomenclature", "prefix"], name="one_prefix_per_filiere"
            )
        ]

    def __str__(self) -> str:
        return self.prefix


class NutsRegion(models.Model):
    """The European regions of France: level 0 is the country, 3 a department."""

    code = models.CharField(primary_key=True, max_length=5)
    label = models.CharField(_("libellé"), max_length=80)
    level = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("région NUTS")
        verbose_name_plural = _("régions NUTS")

    def __str__(self) -> str:
        return self.label


class ReferenceLoad(models.Model):
    """Which file was loaded last, so that the same file is not loaded twice."""

    file = models.CharField(_("fichier"), primary_key=True, max_length=60)
    sha256 = models.CharField(max_length=64)
    version = models.CharField(max_length=60)
    licence = models.CharField(max_length=60)
    rows = models.PositiveIntegerField(_("lignes"))
    loaded_at = models.DateTimeField(_("chargé le"))

    class Meta:
        verbose_name = _("chargement")

    def __str__(self) -> str:
        return self.file
