"""Where invented companies stand: real communes by population, plausible streets, on land."""

import math
import random
from dataclasses import dataclass

from marketplace.demo.volumes import Weighted, read
from marketplace.demo.words import Words, at_place, of_place, phrases
from reference.models import Commune
from reference.territory import Territory, distance_km
from suppliers.coast import Ring, clipped, land

_POINTS = 200  # places on land drawn for each commune
_DOOR = 0.0004  # degrees, some forty metres: no two neighbours at the same point
_IN_ZONE = 0.12
_OWN_POSTCODE = 8  # to 1: the postcode of an arrondissement's own number
_NEIGHBOURS = 8
_MARGIN = 0.1  # degrees of land beyond the outermost centres

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Spot:
    """A commune or an arrondissement where companies are."""

    code: str
    department: str
    #: « de La Ciotat » and « à La Ciotat »; for an arrondissement, those of its commune.
    of_name: str
    at_name: str
    people: int
    postcodes: Weighted[str]
    #: Latitude and longitude in degrees, on land.
    points: list[Point]
    #: Codes of this commune and the nearest ones, never arrondissements.
    around: list[str]


class Places:
    """The communes of a territory, drawn by population and by what gathers where."""

    def __init__(self, rng: random.Random, territory: Territory, words: Words) -> None:
        communes = sorted(
            Commune.objects.filter(code__in=territory.commune_codes)
            .select_related("parent")
            .prefetch_related("postal_codes"),
            key=lambda commune: commune.code,
        )
        parents = {commune.parent_id for commune in communes}
        members = [commune for commune in communes if commune.parent_id is None]
        self._rng = rng
        self._streets = words.table["streets"]
        self._names = {
            key: phrases(self._streets[key]) for key in ("names", "zones", "zone_names")
        }
        self._kinds = self._streets["kinds"].split()
        shore = _land_around(communes)
        self.spots = [_spot(rng, c, members, shore) for c in communes if c.code not in parents]
        self._everywhere = Weighted((spot, spot.people) for spot in self.spots)
        self._hubs = self._gatherings()
        self.departments = sorted({spot.department for spot in self.spots})
        local = phrases(words.table["places"].get(territory.siren, words.table["places"]["any"]))
        self.names = local + sorted({spot.of_name for spot in self.spots})

    def _gatherings(self) -> list[tuple[tuple[str, ...], float, Weighted[Spot]]]:
        hubs = []
        for hub in read("sectors.toml")["hubs"]:
            weights = hub["communes"]
            here = {spot: weights[spot.code] for spot in self.spots if spot.code in weights}
            if here:
                hubs.append((tuple(hub["naf"]), hub["share"], Weighted(here)))
        return hubs

    def pick(self, naf: str) -> Spot:
        """Draw where a company of this activity is."""
        for prefixes, share, spots in self._hubs:
            if naf.startswith(prefixes) and self._rng.random() < share:
                return spots.pick(self._rng)
        return self._everywhere.pick(self._rng)

    def point(self, spot: Spot) -> Point | None:
        """Draw a point (latitude, longitude) of a commune; None when its centre is unknown."""
        if not spot.points:
            return None
        latitude, longitude = self._rng.choice(spot.points)
        north, east = self._rng.uniform(-_DOOR, _DOOR), self._rng.uniform(-_DOOR, _DOOR)
        return round(latitude + north, 5), round(longitude + east, 5)

    def address(self) -> str:
        """Return one line of address, in capitals without accents as in the register."""
        rng, names = self._rng, self._names
        street = f"{rng.choice(self._kinds)} {rng.choice(names['names'])}"
        if rng.random() < _IN_ZONE:
            zone = f"{rng.choice(names['zones'])} {rng.choice(names['zone_names'])}"
            return f"{zone} {street}"
        number = rng.choice([rng.randint(1, 30), rng.randint(1, 120), rng.randint(100, 1400)])
        return f"{number} {'BIS ' if rng.random() < 0.05 else ''}{street}"


def _spot(
    rng: random.Random, commune: Commune, members: list[Commune], shore: tuple[Ring, ...]
) -> Spot:
    known = commune.parent or commune
    return Spot(
        code=commune.code,
        department=commune.department_id,
        of_name=of_place(known.name),
        at_name=at_place(known.name),
        people=commune.population or 1,
        postcodes=_postcodes(commune),
        points=_points(rng, commune, shore),
        around=_nearest(known, members),
    )


def _postcodes(commune: Commune) -> Weighted[str]:
    codes = sorted(postcode.code for postcode in commune.postal_codes.all())
    own = commune.code[-2:] if commune.parent_id else None
    return Weighted((code, _OWN_POSTCODE if code[-2:] == own else 1) for code in codes or [""])


def _land_around(communes: list[Commune]) -> tuple[Ring, ...]:
    """Return the land of the whole territory, cut once: cutting France takes some 30 ms."""
    latitudes = [c.latitude for c in communes if c.latitude is not None]
    longitudes = [c.longitude for c in communes if c.longitude is not None]
    if not latitudes or not longitudes:
        return ()
    return land(
        min(longitudes) - _MARGIN,
        min(latitudes) - _MARGIN,
        max(longitudes) + _MARGIN,
        max(latitudes) + _MARGIN,
    )


def _points(rng: random.Random, commune: Commune, shore: tuple[Ring, ...]) -> list[Point]:
    """Draw points around the centre of a commune, wider where more people live, on land."""
    if commune.latitude is None or commune.longitude is None:
        return []
    latitude, longitude = commune.latitude, commune.longitude
    spread = 0.004 + 0.000012 * math.sqrt(commune.population or 0)
    far = 3 * spread
    box = (longitude - far, latitude - far, longitude + far, latitude + far)
    rings = [ring for whole in shore if (ring := clipped(whole, *box))]
    drawn = [
        (_near(rng, latitude, spread), _near(rng, longitude, spread * 1.3)) for _ in range(_POINTS)
    ]
    return [point for point in drawn if _inside(point, rings)] or [(latitude, longitude)]


def _near(rng: random.Random, centre: float, spread: float) -> float:
    return centre + max(-2 * spread, min(2 * spread, rng.gauss(0, spread)))


def _inside(point: Point, rings: list[Ring]) -> bool:
    """Tell whether (latitude, longitude) is inside rings of (longitude, latitude), even-odd."""
    y, x = point
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
    return inside


def _nearest(commune: Commune, members: list[Commune]) -> list[str]:
    def far(other: Commune) -> float:
        spots = (commune.latitude, commune.longitude, other.latitude, other.longitude)
        known = [degrees for degrees in spots if degrees is not None]
        return distance_km(*known) if len(known) == 4 else math.inf

    return [other.code for other in sorted(members, key=far)[:_NEIGHBOURS]]
