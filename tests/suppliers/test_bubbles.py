"""The bubble map: true numbers at true places, on the real coast, for any territory."""

import math

import pytest

from suppliers.bubbles import BubbleMap, bubble_map
from suppliers.coast import clipped, land, source
from suppliers.wording import around, of, short_name

AUBAGNE = (43.29, 5.57, "Aubagne")


def drawn(chart: BubbleMap) -> dict[str, tuple[float, float, float]]:
    return {b.name: (float(b.cx), float(b.cy), float(b.r)) for b in chart.bubbles}


@pytest.mark.django_db
def test_areas_are_in_proportion_to_counts() -> None:
    marks = drawn(bubble_map({"13001": 400, "13005": 100}))
    assert marks["Aix-en-Provence"][2] == pytest.approx(2 * marks["Aubagne"][2], rel=0.02)


@pytest.mark.django_db
def test_places_stand_as_on_the_ground() -> None:
    marks = drawn(bubble_map({"13001": 1, "13005": 1, "13056": 1}))
    assert marks["Aix-en-Provence"][1] < marks["Aubagne"][1]  # further north
    assert marks["Martigues"][0] < marks["Aix-en-Provence"][0] < marks["Aubagne"][0]


@pytest.mark.django_db
def test_the_circle_asked_fills_the_frame() -> None:
    chart = bubble_map({"13005": 3}, near=AUBAGNE, radius_km=15)
    assert chart.ring
    x, y, r = map(float, chart.ring)
    assert (x, y) == pytest.approx((chart.width / 2, chart.height / 2), abs=0.2)
    assert r == pytest.approx(chart.height / 2 - 14, abs=0.2)


@pytest.mark.django_db
def test_names_stay_inside_and_apart() -> None:
    codes = [f"132{number:02d}" for number in range(1, 17)] + ["13001", "13005", "13056", "13028"]
    chart = bubble_map({code: 50 + index for index, code in enumerate(codes)})
    boxes = []
    for bubble in (b for b in chart.bubbles if b.label):
        long, x, y = len(bubble.label) * 6.6, float(bubble.label_x), float(bubble.label_y)
        left = {"start": x, "end": x - long, "middle": x - long / 2}[bubble.anchor]
        assert left >= 0
        assert left + long <= chart.width
        assert 0 <= y <= chart.height
        boxes.append((left, left + long, y))
    assert len({b.label for b in chart.bubbles if b.label}) == len(boxes), "one Marseille"
    for index, (left, right, y) in enumerate(boxes):
        for other_left, other_right, other_y in boxes[index + 1 :]:
            assert right <= other_left or other_right <= left or abs(y - other_y) > 9


@pytest.mark.django_db
def test_any_territory_has_its_map(settings) -> None:
    settings.TERRITORY = "200046977"  # Lyon, without a coast
    chart = bubble_map({"69123": 5})
    assert [bubble.name for bubble in chart.bubbles] == ["Lyon"]
    assert chart.land.startswith("M320 0L320 270L0 270L0 0Z")


@pytest.mark.django_db
@pytest.mark.parametrize("point", [(90.0, 0.0, ""), (-90.0, 180.0, ""), (0.0, -180.0, "")])
def test_a_point_at_the_end_of_the_world_breaks_nothing(point) -> None:
    chart = bubble_map({"13005": 1}, near=point, radius_km=200)
    assert chart.ring
    assert all(math.isfinite(float(number)) for number in chart.ring)


@pytest.mark.django_db
def test_nothing_found_is_an_empty_map() -> None:
    chart = bubble_map({})
    assert chart.bubbles == ()
    assert len(chart.dots) > 90


def test_a_ring_is_cut_to_its_frame() -> None:
    square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]
    assert set(clipped(square, 1, 1, 3, 9)) == {(1, 1), (3, 1), (3, 4), (1, 4)}
    assert clipped(square, 5, 5, 6, 6) == []


def test_the_coast_names_its_source_and_has_marseille_on_land() -> None:
    assert source()["licence"] == "ODbL 1.0"
    assert land(5.3, 43.25, 5.5, 43.4)
    assert land(4.6, 42.6, 4.9, 42.9) == ()  # open sea


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Aubagne", "d’Aubagne"),
        ("Éguilles", "d’Éguilles"),
        ("Istres", "d’Istres"),
        ("Cassis", "de Cassis"),
        ("Le Rove", "du Rove"),
        ("La Ciotat", "de La Ciotat"),
        ("Aix-Marseille-Provence", "d’Aix-Marseille-Provence"),
    ],
)
def test_de_before_a_name(name, said) -> None:
    assert of(name) == said


def test_arrondissements_are_said_shortly() -> None:
    assert short_name("Marseille 1er Arrondissement") == "Marseille 1er"
    assert around("Marseille 8e Arrondissement", 7.5) == "À moins de 7,5\u00a0km de Marseille 8e"
