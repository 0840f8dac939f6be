"""Draws the map once, for developers: from the source's borders to the shapes that the pages show.

Pure: the standard library, the projection and the simplification. Run
`python -m contest.atlas.drawing` after the source file has changed; names are not taken from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import dist, hypot
from pathlib import Path
from typing import Any

from contest.atlas.projection import albers
from contest.atlas.simplification import Line, Point, simplify

DATA = Path(__file__).parent / "data"
SOURCE, SHAPES = DATA / "oblasts.geojson", DATA / "shapes.json"
WIDTH, MARGIN = 1000, 12
#: Points whose triangle is smaller than this, and rings that are, are left out; in square units of the map.
SMALLEST_TRIANGLE, SMALLEST_RING = 3.0, 24.0
#: The cities of an oblast's rank.
CITIES = frozenset({"710000000", "750000000", "790000000"})
#: A city is shown as a disc, which a label of the oblast around it must not meet.
CITY_RADIUS = 17
_FINE = 10


def draw(source: Mapping[str, Any]) -> dict[str, Any]:
    """The shapes of a source: the size of the sheet, and by KATO code an outline and where its label stands.

    Outlines are SVG paths in whole units, y downwards; a label's point is the middle of the largest
    circle inside, found on a grid. A city of an oblast's rank has no outline: it is shown as a disc about
    that point, and the oblast around it has no hole (the source draws the two borders differently).
    """
    areas = {feature["properties"]["KATO"]: _projected(feature["geometry"]) for feature in source["features"]}
    flat = [point for rings in areas.values() for ring in rings for point in ring]
    left, top = min(x for x, _ in flat), max(y for _, y in flat)
    scale = (WIDTH - 2 * MARGIN) / (max(x for x, _ in flat) - left)

    def placed(ring: Sequence[tuple[float, float]]) -> Line:
        return tuple((round(_FINE * (x - left) * scale), round(_FINE * (top - y) * scale)) for x, y in ring)

    rings = [(kato, placed(ring)) for kato, parts in sorted(areas.items()) for ring in parts]
    cities = {kato: _roomiest([_whole(ring) for one, ring in rings if one == kato]) for kato in CITIES}
    rings = [(kato, ring) for kato, ring in rings if kato not in CITIES]
    simple = simplify([ring for _, ring in rings], smallest=SMALLEST_TRIANGLE * _FINE**2)
    outlines: dict[str, list[Line]] = {kato: [] for kato, _ in rings}
    for (kato, _), ring in zip(rings, simple, strict=True):
        whole = _whole(ring)
        if abs(_area(whole)) >= SMALLEST_RING:
            outlines[kato].append(whole)
    lowest = max(y for parts in outlines.values() for ring in parts for _, y in ring)
    units: dict[str, dict[str, Any]] = {kato: {"path": "", "label": at} for kato, at in cities.items()}
    for kato, parts in outlines.items():
        label = _roomiest(parts, beside=list(cities.values()))
        units[kato] = {"path": "".join(map(_path, parts)), "label": label}
    return {"width": WIDTH, "height": lowest + MARGIN, "units": units}


def as_text(shapes: Mapping[str, Any]) -> str:
    """The shapes as they are kept."""
    return json.dumps(shapes, indent=1, sort_keys=True) + "\n"


def _projected(geometry: Mapping[str, Any]) -> list[list[tuple[float, float]]]:
    """The outer rings of an area, on the flat."""
    is_one = geometry["type"] == "Polygon"
    polygons = [geometry["coordinates"]] if is_one else geometry["coordinates"]
    return [[albers(*point) for point in polygon[0]] for polygon in polygons]


def _whole(ring: Line) -> Line:
    """In whole units of the map, without points that have fallen onto their neighbours."""
    points = [(round(x / _FINE) + MARGIN, round(y / _FINE) + MARGIN) for x, y in ring]
    return (points[0], *(there for here, there in pairwise(points) if here != there))


def _area(ring: Line) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def _path(ring: Line) -> str:
    """A ring as an SVG path, by steps."""
    steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring[:-1]))
    return f"M{ring[0][0]} {ring[0][1]}l{steps}z".replace(" -", "-")


def _roomiest(rings: Sequence[Line], *, beside: Sequence[Point] = ()) -> Point:
    """The point inside that is farthest from every border and from the discs beside; of equals the first."""
    xs, ys = ([point[axis] for ring in rings for point in ring] for axis in (0, 1))
    step = max(1, min(max(xs) - min(xs), max(ys) - min(ys)) // 24)
    edges = [edge for ring in rings for edge in pairwise(ring)]
    inside = [
        (x, y)
        for y in range(min(ys), max(ys) + 1, step)
        for x in range(min(xs), max(xs) + 1, step)
        if sum(_is_left_of(edge, x, y) for edge in edges) % 2
    ]

    def room(point: Point) -> float:
        to_disc = min((dist(point, one) - 2 * CITY_RADIUS for one in beside), default=WIDTH)
        return min(to_disc, *(_distance(edge, point) for edge in edges))

    return max(inside, key=room)


def _is_left_of(edge: tuple[Point, Point], x: int, y: int) -> bool:
    """Whether a ray from the point to the right crosses the edge."""
    (ax, ay), (bx, by) = edge
    return (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay)


def _distance(edge: tuple[Point, Point], point: Point) -> float:
    (ax, ay), (bx, by) = edge
    along = ((point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    part = min(1.0, max(0.0, along))
    return hypot(point[0] - ax - part * (bx - ax), point[1] - ay - part * (by - ay))


if __name__ == "__main__":
    SHAPES.write_text(as_text(draw(json.loads(SOURCE.read_text()))))
