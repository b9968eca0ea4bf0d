"""The closed lists of figures: answers, what is counted, who is left out and why."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Answer(TextChoices):
    """What a contract declares; not declared is never "no"."""

    YES = "yes", _("oui")
    NO = "no", _("non")
    ND = "nd", _("non déclaré")


class Basis(StrEnum):
    """What an indicator adds up: contracts, or their initial amounts in cents without tax."""

    COUNT = "count"
    VALUE = "value"


class Scope(TextChoices):
    """Which contracts are looked at."""

    LEGAL = "legal", _("marchés au-dessus du seuil de publication")
    ALL = "all", _("tous les marchés connus")


class Policy(TextChoices):
    """What becomes of a call-off whose framework is known; in value it never counts twice."""

    ALL = "all", _("comptés en nombre")
    EXCLUDE_CALL_OFFS = "exclude_call_offs", _("laissés de côté")


class Reason(TextChoices):
    """Why a contract is out of a figure; the first that applies is told."""

    DUPLICATE = "DUPLICATE", _("Doublon confirmé d’un autre marché")
    NO_YEAR = "NO_YEAR", _("Date de notification inutilisable ou postérieure à l’arrêté")
    CONCESSION = "CONCESSION", _("Concession, comptée à part")
    BELOW_THRESHOLD = "BELOW_THRESHOLD", _("Montant sous le seuil de publication")
    CALL_OFF = "CALL_OFF", _("Marché subséquent, contenu dans son accord-cadre")
    UNUSABLE_AMOUNT = "UNUSABLE_AMOUNT", _("Montant absent ou inutilisable")


class Verdict(StrEnum):
    """A figure beside its target; unknown answers may leave it open."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    OPEN = "open"
