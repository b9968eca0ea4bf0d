"""Builds `suppliers/data/coast.json`: what the map of a territory calls land.

Called by `scripts/vendor.py`. The package holds the land of every country from OpenStreetMap
(ODbL). France is kept, and its neighbours near it (a border is no coast), in thousandths of a
degree, without what a map of 600 pixels cannot show.
"""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from suppliers.coast import FILE, Point, Ring, clipped  # noqa: E402 (after the path)

NEIGHBOURS = {"BEL", "LUX", "DEU", "CHE", "ITA", "ESP", "AND", "MCO", "BRA", "SUR"}
AROUND_FRANCE = ((-2.5, 41.8, 8.7, 51.5), (-55.0, 2.0, -51.0, 6.0))  # the second: Guyane
TOLERANCE = 0.0012  # degrees: some 120 metres
SMALLEST_ISLAND = 0.00003  # square degrees: some 0.3 km2
SMALLEST_LAKE = 0.0005  # some 4 km2: smaller ones are triangles at this precision


def build_coast(world_file: Path, package: str, version: str) -> None:
    """Write the rings of `world_file` (GeoJSON of every country's land) that our maps need."""
    world = json.loads(world_file.read_text(encoding="utf-8"))
    rings = [
        ring
        for country in world["features"]
        for polygon in polygons(country["properties"]["A3"], country["geometry"])
        for ring in kept(polygon)
    ]
    document = {
        "source": "OpenStreetMap",
        "package": package,
        "version": version,
        "licence": "ODbL 1.0",
        "date": "2017-12-01",
        "unit": "longitude, latitude in thousandths of a degree, each after the one before",
        "rings": [deltas(ring) for ring in rings],
    }
    FILE.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(rings)} rings, {sum(map(len, rings))} points, {FILE.stat().st_size} bytes")


def polygons(country: str, geometry: dict) -> Iterator[list[Ring]]:
    """France whole; of a neighbour, the outer rings near France."""
    if country == "FRA":
        yield from geometry["coordinates"]
    elif country in NEIGHBOURS:
        many = geometry["type"] == "MultiPolygon"
        for outer, *_lakes in geometry["coordinates"] if many else [geometry["coordinates"]]:
            for frame in AROUND_FRANCE:
                if near := clipped(outer[:-1], *frame):
                    yield [[*near, near[0]]]


def kept(polygon: list[Ring]) -> list[Ring]:
    """The rings of a polygon worth drawing, simplified: its land first, then its lakes."""
    smallest = [SMALLEST_ISLAND] + [SMALLEST_LAKE] * (len(polygon) - 1)
    found = [
        simplified(ring)
        for ring, least in zip(polygon, smallest, strict=True)
        if area(ring) > least
    ]
    return [ring for ring in found if len(ring) > 3]


def area(ring: Ring) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def simplified(ring: Ring) -> Ring:
    """Douglas and Peucker's simplification, without recursion: rings have 50 000 points."""
    keep, stack = {0, len(ring) - 1}, [(0, len(ring) - 1)]
    while stack:
        first, last = stack.pop()
        distances = [
            (off_line(ring[i], ring[first], ring[last]), i) for i in range(first + 1, last)
        ]
        farthest, index = max(distances, default=(0.0, first))
        if farthest > TOLERANCE:
            keep.add(index)
            stack += [(first, index), (index, last)]
    return [ring[index] for index in sorted(keep)][:-1]


def off_line(point: Point, start: Point, end: Point) -> float:
    """The distance of `point` to the segment from `start` to `end`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length if length else 0
    along = min(1.0, max(0.0, along))
    across = (point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)
    return (across[0] ** 2 + across[1] ** 2) ** 0.5


def deltas(ring: Ring) -> list[int]:
    flat, previous = [], (0, 0)
    for longitude, latitude in ring:
        here = (round(longitude * 1_000), round(latitude * 1_000))
        flat += [here[0] - previous[0], here[1] - previous[1]]
        previous = here
    return flat
