"""What is wrong in the lines read: every anomaly is counted, the first ones are kept whole."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

SHOWN = 20


class Rule(StrEnum):
    """What a line may have wrong. Only the first three keep a line out."""

    SIREN_CHECK = "SIREN_CHECK"
    SIRET_CHECK = "SIRET_CHECK"
    UNKNOWN_EVENT = "UNKNOWN_EVENT"
    UNKNOWN_COMMUNE = "UNKNOWN_COMMUNE"
    UNIT_MISSING = "UNIT_MISSING"
    BAD_DATE = "BAD_DATE"
    BAD_NAF = "BAD_NAF"
    BAD_BRACKET = "BAD_BRACKET"
    BAD_CATEGORY = "BAD_CATEGORY"
    BAD_LEGAL_FORM = "BAD_LEGAL_FORM"
    BAD_POSTCODE = "BAD_POSTCODE"
    BAD_COORDINATES = "BAD_COORDINATES"


def explain(rule: Rule) -> str:
    """Return what `rule` means, and what was done about it, in the user's language."""
    return {
        Rule.SIREN_CHECK: _("numéro SIREN faux, ligne écartée"),
        Rule.SIRET_CHECK: _("numéro SIRET faux, ligne écartée"),
        Rule.UNKNOWN_EVENT: _("nature de mise à jour inconnue, ligne écartée"),
        Rule.UNKNOWN_COMMUNE: _("commune inconnue, établissement non situé"),
        Rule.UNIT_MISSING: _("établissement sans unité légale, non retenu"),
        Rule.BAD_DATE: _("date illisible, laissée vide"),
        Rule.BAD_NAF: _("code d’activité illisible, laissé vide"),
        Rule.BAD_BRACKET: _("tranche d’effectif inconnue, laissée vide"),
        Rule.BAD_CATEGORY: _("catégorie d’entreprise inconnue, laissée vide"),
        Rule.BAD_LEGAL_FORM: _("catégorie juridique illisible, laissée vide"),
        Rule.BAD_POSTCODE: _("code postal illisible, laissé vide"),
        Rule.BAD_COORDINATES: _("coordonnées hors de France, laissées vides"),
    }[rule]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: the file as the operator names it, the line counted from 1."""

    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One field that is wrong."""

    place: Place
    rule: Rule
    field: str
    value: str

    def __str__(self) -> str:
        return _(
            "%(source)s, ligne %(line)d, %(field)s = «\u00a0%(value)s\u00a0»\u00a0: %(reason)s"
        ) % {
            "source": self.place.source,
            "line": self.place.line,
            "field": self.field,
            "value": self.value,
            "reason": f"{explain(self.rule)} ({self.rule})",
        }


@dataclass
class Findings:
    """Collects anomalies in constant memory."""

    first: list[Anomaly] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rejected: int = 0

    def note(self, place: Place, rule: Rule, name: str, value: str) -> None:
        self.counts[rule.value] += 1
        if len(self.first) < SHOWN:
            self.first.append(Anomaly(place, rule, name, value[:60]))

    def reject(self, place: Place, rule: Rule, name: str, value: str) -> None:
        """Note an anomaly that keeps the line out."""
        self.rejected += 1
        self.note(place, rule, name, value)
