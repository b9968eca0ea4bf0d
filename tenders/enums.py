"""The closed lists of contracts; the values of DECP are kept letter for letter."""

from enum import IntFlag

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.audit import declare


class ContractKind(TextChoices):
    """What the law makes of an agreement; concessions are counted apart."""

    MARCHE = "marche", _("Marché")
    CONCESSION = "concession", _("Concession")


class Social(IntFlag):
    """The social considerations a contract declares; 0 = it says nothing of them."""

    CLAUSE = 1
    CRITERION = 2
    RESERVED = 4
    NONE = 8  # "Pas de considération sociale"
    OTHER = 16  # a value that no version of DECP knows


class Environmental(IntFlag):
    """The environmental considerations a contract declares; 0 = it says nothing of them."""

    CLAUSE = 1
    CRITERION = 2
    NONE = 8  # "Pas de considération environnementale"
    OTHER = 16


#: A technique of purchase, as DECP writes it: its amount is a maximum that contains call-offs.
FRAMEWORK = "Accord-cadre"


@declare
class TenderAct(TextChoices):
    """What the audit trail keeps of forecasts and contracts."""

    PUBLISHED = "tenders.notice.published", _("publication d’une prévision")
    WITHDRAWN = "tenders.notice.withdrawn", _("retrait d’une prévision")
    LAUNCHED = "tenders.notice.launched", _("lancement de la consultation d’une prévision")
    DUPLICATE_DECIDED = "tenders.contract.duplicate", _("décision sur un doublon de marché")
