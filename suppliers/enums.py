"""The closed lists of suppliers."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Diffusion(TextChoices):
    """Whether SIRENE lets a unit be shown (statutDiffusion)."""

    PUBLIC = "O", _("diffusible")
    PARTIAL = "P", _("diffusion partielle")


class Category(TextChoices):
    """INSEE's size of the enterprise (categorieEntreprise)."""

    PME = "PME", _("PME")
    ETI = "ETI", _("ETI")
    GE = "GE", _("Grande entreprise")


class Size(TextChoices):
    """Size as this product shows it: a TPE is a PME of fewer than 10 people."""

    TPE = "tpe", _("TPE, moins de 10")
    PME = "pme", _("PME")
    ETI = "eti", _("ETI")
    GE = "ge", _("Grande entreprise")
    UNKNOWN = "unknown", _("Taille non déclarée")


class LabelKind(TextChoices):
    """What a company is recognised for, by whom it concerns."""

    ESUS = "esus", pgettext_lazy("label", "Entreprise solidaire (ESUS)")
    EI = "ei", pgettext_lazy("label", "Entreprise d’insertion (EI)")
    AI = "ai", pgettext_lazy("label", "Association intermédiaire (AI)")
    ACI = "aci", pgettext_lazy("label", "Atelier ou chantier d’insertion (ACI)")
    ETTI = "etti", pgettext_lazy("label", "Travail temporaire d’insertion (ETTI)")
    EITI = "eiti", pgettext_lazy("label", "Insertion par le travail indépendant (EITI)")
    GEIQ = "geiq", pgettext_lazy("label", "Groupement d’employeurs (GEIQ)")
    EA = "ea", pgettext_lazy("label", "Entreprise adaptée (EA)")
    EATT = "eatt", pgettext_lazy("label", "Entreprise adaptée de travail temporaire (EATT)")
    ESAT = "esat", pgettext_lazy("label", "Travail protégé (ESAT)")
    RGE = "rge", pgettext_lazy("label", "Reconnu garant de l’environnement (RGE)")
    QUALIOPI = "qualiopi", pgettext_lazy("label", "Qualiopi")
    BIO = "bio", pgettext_lazy("label", "Agriculture biologique")
    EPV = "epv", pgettext_lazy("label", "Entreprise du patrimoine vivant")


#: Labels asked for together under one name: structures of insertion by economic activity.
SIAE = frozenset({LabelKind.EI, LabelKind.AI, LabelKind.ACI, LabelKind.ETTI, LabelKind.EITI})
#: What the `label` filter accepts: each label, and the group of SIAE.
LABEL_CHOICES = {
    "siae": _("Insertion par l’activité économique (SIAE)"),
    **dict(LabelKind.choices),
}
