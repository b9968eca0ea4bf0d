"""The closed lists of people and buyers."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BuyerKind(TextChoices):
    """What a public buyer is in law."""

    METROPOLIS = "metropolis", _("Métropole ou intercommunalité")
    COMMUNE = "commune", _("Commune")
    DEPARTMENT = "department", _("Département")
    REGION = "region", _("Région")
    STATE = "state", _("État et ses services")
    HOSPITAL = "hospital", _("Établissement de santé")
    LANDLORD = "landlord", _("Bailleur social")
    MIXED_COMPANY = "mixed_company", _("Société d’économie mixte ou société publique locale")
    EDUCATION = "education", _("Enseignement et recherche")
    PRIVATE = "private", _("Grand compte privé")
    OTHER = "other", _("Autre acheteur public")


class Role(TextChoices):
    """What a member may do for a buyer; each role includes the ones before it."""

    READER = "reader", _("Lecture")
    DRAFTER = "drafter", _("Rédaction")
    PUBLISHER = "publisher", _("Publication")
    MANAGER = "manager", _("Gestion")
