"""The land a map draws under its marks: France and its neighbours, from OpenStreetMap.

The file is built by `scripts/build_coast.py`; its licence (ODbL) asks that its authors be named
where it is shown.
"""

import json
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "data" / "coast.json"

#: Longitude, latitude in WGS84 degrees.
Point = tuple[float, float]
Ring = list[Point]


@cache
def source() -> dict[str, Any]:
    """Return what the file says of itself: source, version, licence, date."""
    return {name: value for name, value in _document().items() if name != "rings"}


@lru_cache(maxsize=64)  # frames follow what people ask: no end to them
def land(west: float, south: float, east: float, north: float) -> tuple[Ring, ...]:
    """Return the rings of land and lakes cut to a rectangle in degrees (fill: even-odd)."""
    found = (clipped(ring, west, south, east, north) for ring in _rings())
    return tuple(ring for ring in found if len(ring) > 2)


def clipped(ring: Ring, west: float, south: float, east: float, north: float) -> Ring:
    """Cut a closed ring to a rectangle, one side after the other (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        ring = _cut(ring, axis, limit * sign, sign)
    return ring


def _cut(ring: Ring, axis: int, limit: float, sign: int) -> Ring:
    kept: Ring = []
    for here, after in zip(ring, ring[1:] + ring[:1], strict=True):
        inside, enters = (sign * point[axis] >= limit for point in (here, after))
        if inside:
            kept.append(here)
        if inside != enters:
            share = (limit * sign - here[axis]) / (after[axis] - here[axis])
            kept.append(
                (here[0] + share * (after[0] - here[0]), here[1] + share * (after[1] - here[1]))
            )
    return kept


@cache
def _rings() -> tuple[Ring, ...]:
    return tuple(_absolute(steps) for steps in _document()["rings"])


def _absolute(steps: list[int]) -> Ring:
    longitudes, latitudes = accumulate(steps[::2]), accumulate(steps[1::2])
    return [(x / 1_000, y / 1_000) for x, y in zip(longitudes, latitudes, strict=True)]


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document
