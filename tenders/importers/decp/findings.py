"""What is wrong in the records read: every anomaly is counted, the first ones are kept whole."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _

SHOWN = 20


class Rule(StrEnum):
    """What a record may have wrong. Only the first four keep it out."""

    NOT_AN_OBJECT = "NOT_AN_OBJECT"
    NO_ID = "NO_ID"
    NO_OBJET = "NO_OBJET"
    BAD_BUYER = "BAD_BUYER"
    BUYER_CHECK = "BUYER_CHECK"
    HOLDER_CHECK = "HOLDER_CHECK"
    BAD_HOLDERS = "BAD_HOLDERS"
    MISSING = "MISSING"
    UNUSABLE_AMOUNT = "UNUSABLE_AMOUNT"
    BAD_DATE = "BAD_DATE"
    BAD_NUMBER = "BAD_NUMBER"
    BAD_BOOLEAN = "BAD_BOOLEAN"
    BAD_CPV = "BAD_CPV"
    BAD_SHAPE = "BAD_SHAPE"
    LONG_ID = "LONG_ID"
    LONG_TEXT = "LONG_TEXT"
    LOST_ACCENTS = "LOST_ACCENTS"
    SPELLING = "SPELLING"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"
    CONTRADICTORY = "CONTRADICTORY"
    ORIGINS = "ORIGINS"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    PERSONAL_DATA = "PERSONAL_DATA"
    EARLY_MODIFICATION = "EARLY_MODIFICATION"
    ID_REUSED = "ID_REUSED"
    SOURCES_DIFFER = "SOURCES_DIFFER"


def explain(rule: Rule) -> str:
    """Return what `rule` means, and what was done about it, in the user's language."""
    return {
        Rule.NOT_AN_OBJECT: _("pas un contrat, écarté"),
        Rule.NO_ID: _("contrat sans numéro, écarté"),
        Rule.NO_OBJET: _("contrat sans objet, écarté"),
        Rule.BAD_BUYER: _("SIRET de l’acheteur absent ou sans 14 chiffres, contrat écarté"),
        Rule.BUYER_CHECK: _("clé du SIRET de l’acheteur fausse, contrat gardé"),
        Rule.HOLDER_CHECK: _("SIRET du titulaire faux, entreprise inconnue"),
        Rule.BAD_HOLDERS: _("liste de titulaires illisible, ignorée"),
        Rule.MISSING: _("valeur absente"),
        Rule.UNUSABLE_AMOUNT: _("montant inutilisable, laissé vide"),
        Rule.BAD_DATE: _("date inutilisable, laissée vide"),
        Rule.BAD_NUMBER: _("nombre inutilisable, laissé vide"),
        Rule.BAD_BOOLEAN: _("ni oui ni non, laissé vide"),
        Rule.BAD_CPV: _("code CPV illisible, laissé vide"),
        Rule.BAD_SHAPE: _("forme inattendue, laissé vide"),
        Rule.LONG_ID: _("numéro de plus de 16 caractères, gardé"),
        Rule.LONG_TEXT: _("texte trop long, coupé"),
        Rule.LOST_ACCENTS: _("accents perdus avant publication, texte gardé"),
        Rule.SPELLING: _("écriture non officielle, lue comme la valeur officielle"),
        Rule.UNKNOWN_VALUE: _("valeur inconnue des listes officielles"),
        Rule.CONTRADICTORY: _("considération déclarée présente et absente à la fois"),
        Rule.ORIGINS: _("part d’origine France supérieure à la part européenne"),
        Rule.DUPLICATE_KEY: _("clé écrite deux fois, la dernière est gardée"),
        Rule.PERSONAL_DATA: _("coordonnées d’une personne, non conservées"),
        Rule.EARLY_MODIFICATION: _("modification datée d’avant la notification"),
        Rule.ID_REUSED: _("numéro donné à plusieurs contrats, tous gardés"),
        Rule.SOURCES_DIFFER: _("contrat que deux sources disent autrement, à vérifier"),
    }[rule]


class Anomaly(NamedTuple):
    """One field that is wrong. `rule` is the value of a `Rule`."""

    rule: str
    field: str
    value: str


class Place(NamedTuple):
    """Where a record stands: the file as the operator names it, the contract counted from 1."""

    source: str
    rank: int


class Found(NamedTuple):
    """An anomaly of one record; `contract` is the buyer's SIRET and the number, if known."""

    place: Place
    contract: str
    anomaly: Anomaly

    def __str__(self) -> str:
        return _(
            "%(source)s, contrat %(rank)d (%(contract)s), %(field)s = "
            "«\u00a0%(value)s\u00a0»\u00a0: %(reason)s"
        ) % {
            "source": self.place.source,
            "rank": self.place.rank,
            "contract": self.contract or "?",
            "field": self.anomaly.field,
            "value": self.anomaly.value[:60],
            "reason": f"{explain(Rule(self.anomaly.rule))} ({self.anomaly.rule})",
        }


@dataclass
class Findings:
    """Collects anomalies in constant memory; `tell` is given each one."""

    tell: Callable[[Found], None] = lambda found: None
    first: list[Found] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rejected: int = 0

    def note(self, place: Place, contract: str, anomalies: Iterable[Anomaly]) -> None:
        for anomaly in anomalies:
            self.counts[anomaly.rule] += 1
            found = Found(place, contract, anomaly)
            if len(self.first) < SHOWN:
                self.first.append(found)
            self.tell(found)

    def reject(self, place: Place, contract: str, anomaly: Anomaly) -> None:
        """Note the anomaly that keeps a record out."""
        self.rejected += 1
        self.note(place, contract, [anomaly])
