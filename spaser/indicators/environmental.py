"""Environmental considerations: clause or criterion, at least one."""

from django.utils.translation import gettext_lazy as _

from spaser.considerations import ENVIRONMENTAL
from spaser.enums import Basis
from spaser.indicators.base import Indicator

ENV_N = Indicator(
    code="ENV_N",
    name=_("Considération environnementale, en nombre"),
    formula=_(
        "Marchés notifiés dans l’année qui portent au moins une clause environnementale ou un "
        "critère environnemental ÷ marchés notifiés dans l’année."
    ),
    basis=Basis.COUNT,
    dimension=ENVIRONMENTAL,
    version=1,
    source=_("Code de la commande publique, art. L2111-3\u00a0; plan national 2022-2025"),
)
ENV_V = Indicator(
    code="ENV_V",
    name=_("Considération environnementale, en valeur"),
    formula=_(
        "Montants initiaux hors taxes des marchés qui portent au moins une considération "
        "environnementale ÷ montants initiaux hors taxes des marchés notifiés dans l’année."
    ),
    basis=Basis.VALUE,
    dimension=ENVIRONMENTAL,
    version=1,
    source=_("Code de la commande publique, art. L2111-3"),
)
