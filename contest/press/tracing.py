"""From the ornament's PDF operators to polygons, for a picture made of dots.

Pure: the standard library. Knows the operators that `contest.certificates.ornament` uses in its figures and
refuses others.
"""

from __future__ import annotations

Point = tuple[float, float]
#: Straight pieces that stand for a curve.
_PIECES = 6


def polygons(operators: str) -> list[list[Point]]:
    """The filled outlines of a drawing, in its own unit.

    :raises ValueError: for an operator that is not known here.
    """
    mirrored, kept = 1.0, []
    found: list[list[Point]] = []
    numbers: list[float] = []
    for word in operators.split():
        try:
            numbers.append(float(word))
            continue
        except ValueError:
            pass
        points = [(mirrored * x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=False)]
        if word == "m":
            found.append(points)
        elif word == "l":
            found[-1] += points
        elif word == "c":
            found[-1] += _curve(found[-1][-1], *points)
        elif word == "cm" and numbers[1:] == [0, 0, 1, 0, 0]:
            mirrored *= numbers[0]
        elif word == "q":
            kept.append(mirrored)
        elif word == "Q":
            mirrored = kept.pop()
        elif word not in ("h", "f"):
            raise ValueError(f"the operator {word!r} cannot be traced")
        numbers.clear()
    return found


def _curve(start: Point, one: Point, two: Point, end: Point) -> list[Point]:
    """Points of a cubic Bézier curve after its start."""
    along = []
    for step in range(1, _PIECES + 1):
        t = step / _PIECES
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        along.append(
            tuple(
                sum(
                    weight * point[axis]
                    for weight, point in zip(weights, (start, one, two, end), strict=True)
                )
                for axis in (0, 1)
            )
        )
    return along
