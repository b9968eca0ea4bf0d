"""Places: the territory of this installation, and the communes people name.

A territory is a named set of communes: the members of an EPCI (setting TERRITORY) and, where
a member is Paris, Lyon or Marseille, its arrondissements, since SIRENE speaks only of those.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from reference.memory import remembered
from reference.models import Commune, Epci, FormerCommune
from reference.words import fold

EARTH_RADIUS_KM = 6371.0088

_CODE = re.compile(r"[0-9]{5}|2[ab][0-9]{3}")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}
_CEDEX = re.compile(r" cedex( [0-9]{1,2})?$")
_ARRONDISSEMENT = re.compile(
    r"(paris|lyon|marseille) 0?([0-9]{1,2}) ?(?:er|e|eme|ieme)?(?: arr(?:t|ondissement)?)?"
)
_ADMINISTRATIVE_PREFIX = re.compile(
    r"^(?:CC|CA|CU|Métropole)\s+(?!Européenne)(?:de la\s|de l['’]|du\s|des\s|de\s|d['’])?"
)


@dataclass(frozen=True)
class Territory:
    """The communes an installation serves. Degrees are WGS84."""

    siren: str
    #: « Aix-Marseille-Provence »: without the administrative prefix.
    name: str
    official_name: str
    commune_count: int
    population: int
    #: Members and their arrondissements.
    commune_codes: frozenset[str]
    department_codes: tuple[str, ...]
    #: Latitude and longitude of the middle of its inhabitants.
    centre: tuple[float, float]


def get_territory(siren: str | None = None) -> Territory:
    """The territory of `siren`, by default that of the settings; remembered by process.

    Raises ImproperlyConfigured, in French, when `siren` is not that of an EPCI.
    """
    return _territory(settings.TERRITORY if siren is None else siren)


@remembered
def _territory(siren: str) -> Territory:
    epci = Epci.objects.filter(siren=siren).first()
    if epci is None:
        raise ImproperlyConfigured(_no_such_epci(siren))
    communes = list(Commune.objects.in_epci(siren))
    members = [commune for commune in communes if commune.parent_id is None]
    return Territory(
        siren=siren,
        name=display_name(epci.name),
        official_name=epci.name,
        commune_count=len(members),
        population=epci.population,
        commune_codes=frozenset(commune.code for commune in communes),
        department_codes=tuple(sorted({commune.department_id for commune in members})),
        centre=_middle(members),
    )


def _no_such_epci(siren: str) -> str:
    if not Epci.objects.exists():
        return _(
            "Les vocabulaires ne sont pas chargés\u00a0: lancez «\u00a0manage.py "
            "load_reference\u00a0»."
        )
    return _(
        "TERRITORY vaut «\u00a0%(siren)s\u00a0», qui n’est le SIREN d’aucun EPCI. "
        "Indiquez les neuf "
        "chiffres d’un EPCI, par exemple 200054807 pour Aix-Marseille-Provence."
    ) % {"siren": siren}


def _middle(communes: Iterable[Commune]) -> tuple[float, float]:
    placed = [
        (commune.latitude, commune.longitude, commune.population or 1)
        for commune in communes
        if commune.latitude is not None and commune.longitude is not None
    ]
    people = sum(weight for _lat, _lon, weight in placed) or 1
    latitude = sum(latitude * weight for latitude, _lon, weight in placed) / people
    longitude = sum(longitude * weight for _lat, longitude, weight in placed) / people
    return round(latitude, 4), round(longitude, 4)


def display_name(epci_name: str) -> str:
    """« Métropole d'Aix-Marseille-Provence » gives « Aix-Marseille-Provence »."""
    return _ADMINISTRATIVE_PREFIX.sub("", epci_name)


def place_key(text: str) -> str:
    """How names of places are compared: folded, one space between words, « St » as « Saint »."""
    words = re.sub(r"[^a-z0-9]+", " ", fold(text)).split()
    return _CEDEX.sub("", " ".join(_ABBREVIATIONS.get(word, word) for word in words))


def find_commune(text: str, *, postcode_first: bool = False) -> Commune | None:
    """The one commune or arrondissement that `text` names exactly, after folding.

    `text` is an INSEE code (former ones too), a name, « Marseille 8e » or a postcode. Many
    numbers are both: 13001 is the INSEE code of Aix and a postcode of Marseille. The code
    wins, as in an API; `postcode_first` is for what a person types. Between homonyms the
    territory wins, then the population.
    """
    key = place_key(text)
    if not _CODE.fullmatch(key):
        return _by_name(key)
    if postcode_first:
        return _by_postcode(key) or _by_code(key)
    return _by_code(key) or _by_postcode(key)


def communes_with_postcode(code: str) -> list[Commune]:
    """Communes and arrondissements of a postcode, the likeliest first."""
    return sorted(Commune.objects.with_postcode(code), key=lambda c: _likelihood(c, code))


def nearest_communes(text: str, limit: int = 3) -> list[Commune]:
    """The communes whose names are nearest to `text`, those of the territory favoured."""
    names, ours = _commune_names(), get_territory().commune_codes
    scored = process.extract(place_key(text), names, scorer=fuzz.ratio, limit=limit * 10)
    scored.sort(key=lambda found: -found[1] - (10 if found[2] in ours else 0))
    codes = [code for _name, _score, code in scored[:limit]]
    communes = Commune.objects.in_bulk(codes)
    return [communes[code] for code in codes]


def expand_commune(code: str) -> frozenset[str]:
    """The code itself and those of its arrondissements: "13055" gives seventeen codes."""
    return frozenset({code, *_arrondissements().get(code, ())})


def overlapping_communes(code: str) -> frozenset[str]:
    """Every code that shares ground with `code`: "13208" gives itself and "13055"."""
    above = {whole for whole, parts in _arrondissements().items() if code in parts}
    return expand_commune(code) | above


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """The great-circle distance between two points in WGS84 degrees."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_lat, half_lon = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def _by_code(key: str) -> Commune | None:
    code = key.upper()
    former = FormerCommune.objects.filter(code=code).select_related("commune")
    return Commune.objects.filter(code=code).first() or next((f.commune for f in former), None)


def _by_postcode(code: str) -> Commune | None:
    return next(iter(communes_with_postcode(code)), None)


def _by_name(key: str) -> Commune | None:
    if matched := _ARRONDISSEMENT.fullmatch(key):
        rank = int(matched[2])
        key = f"{matched[1]} {rank}{'er' if rank == 1 else 'e'} arrondissement"
    named = list(Commune.objects.named(key))
    if len(named) < 2:
        return next(iter(named), None)
    return min(named, key=_likelihood)


def _likelihood(commune: Commune, postcode: str = "") -> tuple[bool, bool, int]:
    """Sorts the likeliest first: ours, the arrondissement of that number, the most peopled."""
    rank = re.search(r" (\d+)er? Arrondissement$", commune.name)
    own_postcode = bool(postcode and rank and int(rank[1]) == int(postcode[-2:]))
    ours = commune.code in get_territory().commune_codes
    return not ours, not own_postcode, -(commune.population or 0)


@remembered
def _commune_names() -> dict[str, str]:
    return dict(Commune.objects.communes_only().values_list("code", "folded_name"))


@remembered
def _arrondissements() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, parent in Commune.objects.arrondissements().values_list("code", "parent_id"):
        found.setdefault(str(parent), []).append(code)
    return found
