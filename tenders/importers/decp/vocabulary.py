"""The closed lists of DECP, letter for letter, and what real files write instead."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from tenders.enums import FRAMEWORK, Environmental, Social
from tenders.importers.decp.findings import Rule

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST = 200
Reading = tuple[str, Rule | None]


def fold(text: str) -> str:
    """Return `text` without case, accents, punctuation and ligatures, to compare spellings."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", letters).strip()


class ClosedList:
    """The values a field may hold.

    `former` are official values of older versions and today's value for each; `spelled` are
    mistakes met in real files. Capitals, lost accents and punctuation are understood without.
    """

    def __init__(
        self,
        official: Iterable[str],
        *,
        former: Mapping[str, str] | None = None,
        spelled: Mapping[str, str] | None = None,
    ) -> None:
        self.official = tuple(official)
        #: Official values of any version, and today's value for each.
        self.exact = {value: value for value in self.official} | dict(former or {})
        self._folded = {fold(text): value for text, value in (spelled or {}).items()}
        self._folded |= {fold(text): value for text, value in self.exact.items()}
        #: The value written, or its official one, with what is wrong about it.
        self.read = lru_cache(maxsize=1_000)(self._read)

    def _read(self, text: str) -> Reading:
        straight = text.replace("’", "'")
        if straight in self.exact:
            return self.exact[straight], None
        folded = self._folded.get(fold(text[:_LONGEST]))
        return (folded, Rule.SPELLING) if folded else (text, Rule.UNKNOWN_VALUE)


NATURES = ClosedList(
    (
        "Marché",
        "Marché de partenariat",
        "Marché de défense ou de sécurité",
        FRAMEWORK,  # version 1, like the next one: techniques have taken their place
        "Marché subséquent",
    )
)
CONCESSIONS = ClosedList(
    (
        "Concession de travaux",
        "Concession de service",
        "Concession de service public",
        "Délégation de service public",
    )
)
_NEGOTIATED = "Procédure avec négociation"
_UNADVERTISED = "Marché passé sans publicité ni mise en concurrence préalable"
PROCEDURES = ClosedList(
    (
        "Procédure adaptée",
        "Appel d'offres ouvert",
        "Appel d'offres restreint",
        _NEGOTIATED,
        _UNADVERTISED,
        "Dialogue compétitif",
    ),
    former={
        "Procédure concurrentielle avec négociation": _NEGOTIATED,
        "Procédure négociée avec mise en concurrence préalable": _NEGOTIATED,
        "Marché négocié sans publicité ni mise en concurrence préalable": _UNADVERTISED,
    },
    spelled={
        "Marché public négocié sans publicité ni mise en concurrence préalable": _UNADVERTISED,
    },
)
CONCESSION_PROCEDURES = ClosedList(
    (
        "Procédure négociée ouverte",
        "Procédure non négociée ouverte",
        "Procédure négociée restreinte",
        "Procédure non négociée restreinte",
    )
)
TECHNIQUES = ClosedList(
    (
        FRAMEWORK,
        "Concours",
        "Système de qualification",
        "Système d'acquisition dynamique",
        "Catalogue électronique",
        "Enchère électronique",
        "Sans objet",
    )
)
MODALITES = ClosedList(
    ("Tranches", "Bons de commande", "Marchés subséquents", "Sans objet"),
    former={
        "Marché à tranches": "Tranches",
        "Bon de commande": "Bons de commande",
        "Marché subséquent": "Marchés subséquents",
        "Mixte": "Mixte",
    },
)
CCAG = ClosedList(
    (
        "Travaux",
        "Maitrise d'œuvre",
        "Fournitures courantes et services",
        "Marchés industriels",
        "Prestations intellectuelles",
        "Techniques de l'information et de la communication",
        "Pas de CCAG",
    ),
    former={"Maîtrise d'œuvre": "Maitrise d'œuvre"},
)
GROUPINGS = ClosedList(("Conjoint", "Solidaire", "Pas de groupement"))
TYPES_PRIX = ClosedList(
    ("Définitif ferme", "Définitif actualisable", "Définitif révisable", "Provisoire")
)
FORMES_PRIX = ClosedList(("Unitaire", "Forfaitaire", "Mixte"))
#: `formePrix` in version 1 said what `typePrix` says today: same key, other meaning.
FORMER_FORMES = {
    "ferme": "Définitif ferme",
    "ferme et actualisable": "Définitif actualisable",
    "revisable": "Définitif révisable",
}
PLACES = ClosedList(
    (
        "Code postal",
        "Code commune",
        "Code arrondissement",
        "Code canton",
        "Code département",
        "Code région",
        "Code pays",
    )
)
IDENTIFIERS = ClosedList(
    ("SIRET", "TVA", "TAHITI", "RIDET", "FRWF", "IREP", "HORS-UE", "UE"),
    spelled={"TVA_INTRACOMMUNAUTAIRE": "TVA", "FRW": "FRWF"},
)

_SOCIAL = {
    "Clause sociale": Social.CLAUSE,
    "Critère social": Social.CRITERION,
    "Marché réservé": Social.RESERVED,
    "Concession réservée": Social.RESERVED,
    "Pas de considération sociale": Social.NONE,
}
_ENVIRONMENTAL = {
    "Clause environnementale": Environmental.CLAUSE,
    "Critère environnemental": Environmental.CRITERION,
    "Pas de considération environnementale": Environmental.NONE,
}
SOCIAL = ClosedList(_SOCIAL)
ENVIRONMENTAL = ClosedList(_ENVIRONMENTAL)


def social_flags(values: Iterable[str]) -> int:
    """Return the flags of `Social` that the written values declare; 0 = nothing."""
    return _union(_SOCIAL.get(value, Social.OTHER) for value in values)


def environmental_flags(values: Iterable[str]) -> int:
    """Return the flags of `Environmental` that the written values declare; 0 = nothing."""
    return _union(_ENVIRONMENTAL.get(value, Environmental.OTHER) for value in values)


def is_contradictory(flags: int) -> bool:
    """Return whether a consideration is declared with "Pas de..." beside it."""
    return bool(flags & Social.NONE) and bool(flags & ~(Social.NONE | Social.OTHER).value)


def _union(flags: Iterable[int]) -> int:
    total = 0
    for flag in flags:
        total |= int(flag)
    return total
