"""Lambert-93 metres to WGS84 degrees, a batch at a time."""

from collections.abc import Sequence
from functools import cache
from math import isfinite

import numpy as np
from pyproj import Transformer

#: What SIRENE may give in metropolitan France, in metres (east, north).
_EAST = (50_000.0, 1_300_000.0)
_NORTH = (6_000_000.0, 7_200_000.0)
_DECIMALS = 6  # of a degree: 11 cm

Point = tuple[float, float]


@cache
def _transformer() -> Transformer:
    return Transformer.from_crs("EPSG:2154", "EPSG:4326", always_xy=True)


def lambert93(east: str, north: str) -> Point | None:
    """Return the two numbers in metres; None when they are no point of metropolitan France."""
    try:
        point = float(east), float(north)
    except ValueError:
        return None
    inside = _EAST[0] < point[0] < _EAST[1] and _NORTH[0] < point[1] < _NORTH[1]
    return point if inside else None


def to_wgs84(points: Sequence[Point | None]) -> list[Point | None]:
    """Return (latitude, longitude) in degrees for each (east, north) in metres; None stays."""
    blank = (float("nan"), float("nan"))
    metres = np.array([point or blank for point in points], dtype=float).reshape(-1, 2)
    longitudes, latitudes = _transformer().transform(metres[:, 0], metres[:, 1])
    return [
        (round(lat, _DECIMALS), round(lon, _DECIMALS)) if isfinite(lat) else None
        for lat, lon in zip(latitudes.tolist(), longitudes.tolist(), strict=True)
    ]
