import pytest

from suppliers.importers.sirene.coordinates import lambert93, to_wgs84


def test_origin_of_lambert_93_is_3_degrees_east_46_5_north() -> None:
    assert to_wgs84([(700_000.0, 6_600_000.0)]) == [(46.5, 3.0)]


def test_gaps_stay_in_their_place() -> None:
    points = to_wgs84([None, (892_390.0, 6_247_035.0), None])
    assert points[0] is None
    assert points[2] is None
    assert points[1] == pytest.approx((43.2965, 5.3698), abs=0.01)  # Marseille


def test_nothing_to_convert() -> None:
    assert to_wgs84([]) == []


@pytest.mark.parametrize(
    ("east", "north"),
    [
        ("", "6246000"),
        ("892390", "[ND]"),
        ("5.37", "43.29"),
        ("nan", "inf"),
        ("340000", "7650000"),
    ],
)
def test_implausible_points_are_none(east: str, north: str) -> None:
    assert lambert93(east, north) is None
