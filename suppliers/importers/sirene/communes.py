"""The communes of SIRENE's addresses: which exist, which are of the territory."""

from dataclasses import dataclass

from reference.models import Commune, FormerCommune
from reference.territory import get_territory

#: Overseas collectivities and foreign places, which no EPCI holds.
_ELSEWHERE = ("975", "977", "978", "98", "99")


@dataclass(frozen=True)
class Communes:
    """`current` gives today's code of every code there is or was; arrondissements have theirs."""

    current: dict[str, str]
    territory: frozenset[str]

    def is_unknown(self, code: str) -> bool:
        """True for a code that should name a French commune and does not."""
        return bool(code) and code not in self.current and not code.startswith(_ELSEWHERE)

    def local_codes(self) -> list[str]:
        """Return the codes of the territory, former ones included."""
        return [code for code, current in self.current.items() if current in self.territory]


def load_communes() -> Communes:
    """Read the communes of the reference and the territory of the settings."""
    current = dict(FormerCommune.objects.values_list("code", "commune_id"))
    current |= {code: code for code in Commune.objects.values_list("code", flat=True)}
    return Communes(current, get_territory().commune_codes)
