"""Borders with fewer points: a border between two neighbours is simplified once, so both keep it the same.

Pure: the standard library. Takes closed rings whose common borders have the same points, as our source has.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[int, int]
Line = tuple[Point, ...]


def simplify(rings: Sequence[Line], *, smallest: float) -> list[Line]:
    """The rings without the points whose triangles are small.

    Parameters
    ----------
    rings : sequence of closed lines
        The last point of each is its first.
    smallest : float
        The area under which a point is left out, in the square of the points' unit.

    Returns
    -------
    rings in the same order, closed; a ring that has become a line is left with less than four points.

    Notes
    -----
    Rings are cut where borders meet: at the points with other than two neighbours. Between such points
    each line is simplified once, in one direction, by effective area [1]_.

    References
    ----------
    .. [1] Visvalingam, M. and Whyatt, J. D. (1993). Line generalisation by repeated elimination of
       points. The Cartographic Journal 30(1), 46-51.
    """
    neighbours: dict[Point, set[Point]] = {}
    for ring in rings:
        for here, there in pairwise(ring):
            neighbours.setdefault(here, set()).add(there)
            neighbours.setdefault(there, set()).add(here)
    kept: dict[Line, Line] = {}
    simple = []
    for ring in rings:
        joints = [at for at, point in enumerate(ring[:-1]) if len(neighbours[point]) != 2]
        # An island is cut at one point of its own, the same from either side of its border.
        start = joints[0] if joints else ring.index(min(ring))
        turned = (*ring[start:-1], *ring[: start + 1])
        ends = [at for at, point in enumerate(turned) if at and len(neighbours[point]) != 2] if joints else []
        cuts = sorted({0, *ends, len(turned) - 1})
        line: list[Point] = [turned[0]]
        for begin, end in pairwise(cuts):
            line += _once(turned[begin : end + 1], kept, smallest)[1:]
        simple.append(tuple(line))
    return simple


def _once(line: Line, kept: dict[Line, Line], smallest: float) -> Line:
    """The line simplified, the same whichever way it is walked."""
    back = line[::-1]
    key = min(line, back)
    if key not in kept:
        kept[key] = _effective(key, smallest)
    return kept[key] if key == line else kept[key][::-1]


def _effective(line: Line, smallest: float) -> Line:
    """The line without its points of an effective area under the smallest."""
    before = list(range(-1, len(line) - 1))
    after = list(range(1, len(line) + 1))
    area = [0.0] * len(line)
    waiting: list[tuple[float, int]] = []
    for at in range(1, len(line) - 1):
        area[at] = _triangle(line[at - 1], line[at], line[at + 1])
        waiting.append((area[at], at))
    heapq.heapify(waiting)
    gone: set[int] = set()
    while waiting and waiting[0][0] < smallest:
        size, at = heapq.heappop(waiting)
        if at in gone or size != area[at]:
            continue
        gone.add(at)
        left, right = before[at], after[at]
        after[left], before[right] = right, left
        for one in (left, right):
            if 0 < one < len(line) - 1:
                # No point may seem smaller than one that went before it.
                area[one] = max(size, _triangle(line[before[one]], line[one], line[after[one]]))
                heapq.heappush(waiting, (area[one], one))
    return tuple(point for at, point in enumerate(line) if at not in gone)


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
