"""Social considerations: clause, criterion or reserved contract, at least one."""

from django.utils.translation import gettext_lazy as _

from spaser.considerations import SOCIAL
from spaser.enums import Basis
from spaser.indicators.base import Indicator

SOC_N = Indicator(
    code="SOC_N",
    name=_("Considération sociale, en nombre"),
    formula=_(
        "Marchés notifiés dans l’année qui portent au moins une clause sociale, un critère social "
        "ou une réservation ÷ marchés notifiés dans l’année."
    ),
    basis=Basis.COUNT,
    dimension=SOCIAL,
    version=1,
    source=_("Code de la commande publique, art. L2111-3\u00a0; plan national 2022-2025"),
)
SOC_V = Indicator(
    code="SOC_V",
    name=_("Considération sociale, en valeur"),
    formula=_(
        "Montants initiaux hors taxes des marchés qui portent au moins une considération sociale "
        "÷ montants initiaux hors taxes des marchés notifiés dans l’année."
    ),
    basis=Basis.VALUE,
    dimension=SOCIAL,
    version=1,
    source=_("Code de la commande publique, art. L2111-3"),
)
