"""The bubble map: how many companies in each commune, drawn to scale on the real coast.

Coordinates are text, ready for an SVG: a template would write 3,5 for a French reader.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from reference.models import Commune
from reference.territory import get_territory
from suppliers.coast import land
from suppliers.wording import short_name

KM_PER_DEGREE = 111.32
_LETTER, _LINE = 6.6, 13.0  # size of a label's letter and line, in units of the drawing
_MOST_TOWNS = 9  # the biggest, those with room for their name have it written
_MARGIN = 14.0
_BIG = 30  # marks whose overlaps are looked at: the smaller ones hide nothing


@dataclass(frozen=True)
class Bubble:
    """A commune's mark: its centre, its radius, and its name where there was room for it."""

    code: str
    name: str
    count: int
    cx: str
    cy: str
    r: str
    has_number: bool
    label: str = ""
    label_x: str = ""
    label_y: str = ""
    anchor: str = "middle"


@dataclass(frozen=True)
class BubbleMap:
    """A drawing of `width` by `height` units; `ring` is the circle of the radius asked."""

    width: int
    height: int
    land: str
    bubbles: tuple[Bubble, ...]
    dots: tuple[tuple[str, str], ...] = ()
    ring: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class _Frame:
    """Which degrees the drawing shows, and how they become units."""

    west: float
    north: float
    units: float  # per degree of latitude
    shrink: float  # what a degree of longitude is worth, at this latitude
    width: int
    height: int

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        x = (longitude - self.west) * self.units * self.shrink
        return x, (self.north - latitude) * self.units

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, in degrees."""
        east = self.west + self.width / (self.units * self.shrink)
        return self.west, self.north - self.height / self.units, east, self.north


@dataclass
class _Mark:
    """A commune as a disc of radius `r` at (x, y), in units of the drawing."""

    code: str
    name: str
    count: int
    x: float
    y: float
    r: float = 0.0


@dataclass
class _Room:
    """Rectangles already taken by marks and words."""

    width: int
    height: int
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def take(self, box: tuple[float, float, float, float]) -> bool:
        x1, y1, x2, y2 = box
        free = x1 >= 2 and y1 >= 2 and x2 <= self.width - 2 and y2 <= self.height - 2
        if free and all(x2 <= a or c <= x1 or y2 <= b or d <= y1 for a, b, c, d in self.taken):
            self.taken.append(box)
            return True
        return False


def bubble_map(
    counts: Mapping[str, int],
    *,
    near: tuple[float, float, str] | None = None,
    radius_km: float | None = None,
    width: int = 320,
    height: int = 270,
) -> BubbleMap:
    """Draw `counts` (commune code -> companies) on the territory, or on the circle asked.

    `near` is (latitude, longitude, name), WGS84 degrees; a commune without any is left out.
    """
    codes = get_territory().commune_codes | counts.keys()
    rows = Commune.objects.filter(code__in=codes).exclude(latitude=None).order_by("code")
    communes = list(rows.only("code", "name", "latitude", "longitude", "parent_id"))
    quiet = {commune.parent_id for commune in communes} | counts.keys()
    points = [_point(commune) for commune in communes]
    circle = _circle(*near[:2], radius_km) if near and radius_km else []
    frame = _frame(circle or points, width, height)
    return BubbleMap(
        width=width,
        height=height,
        land=_path(frame),
        bubbles=tuple(_bubbles(communes, counts, frame)),
        dots=tuple(
            _text(*frame.at(*point))
            for commune, point in zip(communes, points, strict=True)
            if commune.code not in quiet
        ),
        ring=_ring(near, radius_km, frame),
    )


def _point(commune: Commune) -> tuple[float, float]:
    return commune.latitude or 0.0, commune.longitude or 0.0


def _circle(latitude: float, longitude: float, radius_km: float) -> list[tuple[float, float]]:
    """Two corners of the square around a circle."""
    half = radius_km / KM_PER_DEGREE
    wide = half / max(math.cos(math.radians(latitude)), 0.01)
    return [(latitude - half, longitude - wide), (latitude + half, longitude + wide)]


def _frame(points: list[tuple[float, float]], width: int, height: int) -> _Frame:
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    shrink = max(math.cos(math.radians((south + north) / 2)), 0.01)
    across, down = max((east - west) * shrink, 0.02), max(north - south, 0.02)
    units = min((width - 2 * _MARGIN) / across, (height - 2 * _MARGIN) / down)
    middle = (west + east) / 2
    return _Frame(
        west=middle - width / (2 * units * shrink),
        north=(south + north) / 2 + height / (2 * units),
        units=units,
        shrink=shrink,
        width=width,
        height=height,
    )


def _path(frame: _Frame) -> str:
    """The land as one SVG path, without points a unit could not tell apart."""
    parts = []
    for ring in land(*(round(degrees, 4) for degrees in frame.bounds())):
        kept: list[tuple[float, float]] = []
        for longitude, latitude in ring:
            point = frame.at(latitude, longitude)
            if not kept or math.dist(point, kept[-1]) >= 1:
                kept.append(point)
        if len(kept) > 2:
            parts.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in kept) + "Z")
    return "".join(parts)


def _bubbles(
    communes: list[Commune], counts: Mapping[str, int], frame: _Frame
) -> Iterator[Bubble]:
    """The communes that have companies, biggest first so that small marks stay on top."""
    marks = _marks(communes, counts, frame)
    room = _Room(frame.width, frame.height)
    room.taken = [(m.x - m.r, m.y - m.r, m.x + m.r, m.y + m.r) for m in marks if m.r > 5]
    towns: dict[str, bool] = {}  # town -> whether its name found room
    for mark in marks:
        town = re.sub(r" \d+er?$", "", mark.name)
        wanted = not towns.get(town, len(towns) == _MOST_TOWNS)
        label = _label(town, mark, room) if wanted else {}
        if wanted:
            towns[town] = bool(label)
        cx, cy = _text(mark.x, mark.y)
        yield Bubble(
            code=mark.code,
            name=mark.name,
            count=mark.count,
            cx=cx,
            cy=cy,
            r=f"{mark.r:.1f}",
            has_number=_has_room_for_number(mark, marks),
            **label,
        )


def _marks(communes: list[Commune], counts: Mapping[str, int], frame: _Frame) -> list[_Mark]:
    """Discs whose areas are in proportion to counts, as large as may be, biggest first."""
    marks = [
        _Mark(commune.code, short_name(commune.name), count, *frame.at(*_point(commune)))
        for commune in communes
        if (count := counts.get(commune.code, 0))
    ]
    marks.sort(key=lambda mark: (-mark.count, mark.code))
    biggest = _biggest_radius(marks[:_BIG], frame.width)
    for mark in marks:
        mark.r = max(2.5, biggest * math.sqrt(mark.count / marks[0].count))
    return marks


def _biggest_radius(marks: list[_Mark], width: int) -> int:
    """The largest radius for the first mark before the others cover each other."""
    pairs = [
        (math.dist((a.x, a.y), (b.x, b.y)), math.sqrt(a.count) + math.sqrt(b.count))
        for a, b in combinations(marks, 2)
    ]
    for radius in range(width // 13, width // 25, -1):
        scale = radius / math.sqrt(marks[0].count) if marks else 0
        if sum(apart < 0.6 * scale * both for apart, both in pairs) <= 3:
            return radius
    return width // 25


def _has_room_for_number(mark: _Mark, marks: list[_Mark]) -> bool:
    """Whether its number fits in a mark, with no other mark over it."""
    half = len(str(mark.count)) * 3.6 + 2
    return half <= mark.r and all(
        mark is other or math.dist((mark.x, mark.y), (other.x, other.y)) >= half + other.r
        for other in marks
    )


def _label(name: str, mark: _Mark, room: _Room) -> dict[str, str]:
    """Where a name fits beside its mark, as fields of Bubble; {} when nowhere."""
    long = len(name) * _LETTER
    middle = mark.y + _LINE * 0.35
    for anchor, x, left, baseline in (
        ("start", mark.x + mark.r + 4, 0.0, middle),
        ("end", mark.x - mark.r - 4, long, middle),
        ("middle", mark.x, long / 2, mark.y - mark.r - 4),
        ("middle", mark.x, long / 2, mark.y + mark.r + _LINE - 1),
    ):
        if room.take((x - left, baseline - _LINE * 0.75, x - left + long, baseline + 3)):
            label_x, label_y = _text(x, baseline)
            return {"label": name, "label_x": label_x, "label_y": label_y, "anchor": anchor}
    return {}


def _ring(
    near: tuple[float, float, str] | None, radius_km: float | None, frame: _Frame
) -> tuple[str, str, str] | None:
    if near is None:
        return None
    units = (radius_km or 0) / KM_PER_DEGREE * frame.units
    return *_text(*frame.at(*near[:2])), f"{units:.1f}"


def _text(x: float, y: float) -> tuple[str, str]:
    return f"{x:.1f}", f"{y:.1f}"
