"""The map's drawing: the projection against a printed example, borders kept in common, and the kept file."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from math import cos, isclose, radians

import pytest

from contest.atlas.classes import OblastFigures, Quantity, class_of
from contest.atlas.drawing import CITIES, SHAPES, SOURCE, as_text, draw
from contest.atlas.projection import albers
from contest.atlas.simplification import simplify

KEPT = json.loads(SHAPES.read_text())


def test_albers_agrees_with_the_printed_example():
    # Snyder (1987), numerical example of Albers on the sphere, page 291.
    x, y = albers(-75, 35, parallels=(29.5, 45.5), origin=(-96, 23))
    assert (round(x, 7), round(y, 7)) == (0.2952720, 0.2416774)


@pytest.mark.parametrize("place", [(50.0, 44.0), (67.0, 48.0), (86.0, 54.0)])
def test_equal_areas_stay_equal(place: tuple[float, float]):
    longitude, latitude = place
    step = 0.01
    corners = [(0, 0), (step, 0), (step, step), (0, step), (0, 0)]
    flat = [albers(longitude + dx, latitude + dy) for dx, dy in corners]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(flat)) / 2
    assert isclose(area, radians(step) ** 2 * cos(radians(latitude + step / 2)), rel_tol=1e-6)


def test_neighbours_keep_one_border_whichever_way_each_goes_round():
    border = [(10, 0), (11, 2), (10, 4), (14, 6), (10, 8), (10, 10)]
    left = ((0, 0), *border, (0, 10), (0, 0))
    right = ((20, 10), *border[::-1], (20, 0), (20, 10))
    first, second = simplify([left, right], smallest=3)
    # The triangle at (11, 2) has an area of 2 and goes; that at (14, 6) has 8, those beside it 4 and more.
    common = ((10, 0), (10, 4), (14, 6), (10, 8), (10, 10))
    assert first == (*common, (0, 10), (0, 0), (10, 0))
    assert second == (*common[::-1], (20, 0), (20, 10), (10, 10))


def test_an_island_is_cut_alike_from_inside_and_outside():
    island = ((5, 5), (6, 4), (8, 5), (9, 7), (7, 9), (5, 8), (5, 5))
    hole = (*island[3:-1], *island[:4])[::-1]
    inside, outside = simplify([island, hole], smallest=1.6)
    assert set(inside) == set(outside) != set(island)


def test_the_kept_shapes_are_what_the_source_gives():
    assert as_text(draw(json.loads(SOURCE.read_text()))) == SHAPES.read_text()


def edges(kato: str) -> set[frozenset]:
    """The sides of an outline on the map."""
    found = set()
    for ring in re.findall(r"M([^z]+)z", KEPT["units"][kato]["path"]):
        numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
        points = [(numbers[0], numbers[1])]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        found |= {frozenset(side) for side in pairwise((*points, points[0]))}
    return found


def test_no_border_inside_the_country_is_drawn_twice():
    counts: dict[frozenset, int] = {}
    for kato in KEPT["units"]:
        for side in edges(kato):
            counts[side] = counts.get(side, 0) + 1
    assert set(counts.values()) == {1, 2}
    outside = [side for side, count in counts.items() if count == 1]
    # What belongs to one oblast alone closes to rings: every point has two such sides.
    ends = [point for side in outside for point in side]
    assert {ends.count(point) for point in set(ends)} == {2}


def test_seventeen_oblasts_have_outlines_and_three_cities_a_point():
    assert {kato for kato, unit in KEPT["units"].items() if not unit["path"]} == CITIES
    assert len(KEPT["units"]) == 20


@pytest.mark.parametrize(
    ("quantity", "figures", "level"),
    [
        (Quantity.RESULTS, (None, 0, 0, 0, 0), 0),
        (Quantity.RESULTS, (3, 0, 0, 0, 0), 2),
        (Quantity.RESULTS, (3, 1, 0, 0, 0), 4),
        (Quantity.VILLAGES, (3, 1, 0, 0, 0), 0),
        (Quantity.VILLAGES, (3, 1, 8, 0, 0), 1),
        # 49.6 % is shown as 50 and still is less than a half.
        (Quantity.VILLAGES, (3, 1, 250, 124, 0), 2),
        (Quantity.VILLAGES, (3, 1, 8, 4, 0), 3),
        (Quantity.VILLAGES, (3, 1, 8, 6, 0), 4),
        (Quantity.ANSWERS, (3, 1, 8, 6, 0), 0),
        (Quantity.ANSWERS, (3, 1, 8, 6, 99), 1),
        (Quantity.ANSWERS, (3, 1, 8, 6, 100), 2),
        (Quantity.ANSWERS, (3, 1, 8, 6, 10_000), 4),
    ],
)
def test_classes(quantity: Quantity, figures: tuple, level: int):
    assert class_of(quantity, OblastFigures(*figures)) == level
