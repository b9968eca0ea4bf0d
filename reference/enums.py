"""Closed lists of the vocabularies."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Nomenclature(models.TextChoices):
    """Which list an activity code belongs to: the same code may mean two things."""

    NAF_REV2 = "NAF_REV2", _("NAF rév. 2")
    NAF_2025 = "NAF_2025", _("NAF 2025")


class NafLevel(models.IntegerChoices):
    SECTION = 1, _("section")
    DIVISION = 2, _("division")
    GROUPE = 3, _("groupe")
    CLASSE = 4, _("classe")
    SOUS_CLASSE = 5, _("sous-classe")


class EpciKind(models.TextChoices):
    CC = "CC", _("communauté de communes")
    CA = "CA", _("communauté d’agglomération")
    CU = "CU", _("communauté urbaine")
    METRO = "METRO", _("métropole")
    MET69 = "MET69", _("métropole de Lyon")
