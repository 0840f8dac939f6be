"""The ram's horn, қошқар мүйіз: the ornament of our certificates, drawn from its own geometry.

Pure: only mathematics. Gives the sheet's drawing in PDF operators, in millimetres with y downwards. A
horn is a spiral that thins as it curls, and a motif is a horn and its mirror image on one stem, so
every figure is symmetrical by construction.
"""

from __future__ import annotations

from math import cos, hypot, pi, radians, sin

Point = tuple[float, float]

#: A4 landscape.
WIDTH, HEIGHT = 297.0, 210.0
#: How far a cubic curve's handles reach for a quarter of a circle.
_QUARTER = 0.5523

DEEP, GOLD, LIGHT_GOLD, TINT = "#0b4f7d", "#c9962c", "#f2cf73", "#f1f6fa"
#: The medallion's disc and edge: gold, silver, bronze, and sky for everything but the first three places.
METALS = {1: ("#f5d682", "#b98a1d"), 2: ("#dfe5ea", "#8d99a4"), 3: ("#e7b48a", "#a5683a")}
OTHER_METAL = ("#e3f1f7", "#0b7fa5")

MARGIN = 7.0
BAND = 11.8
#: The sheet is wider than high by four times this, so that one measure fits both sides.
PERIOD = (WIDTH - HEIGHT) / 4
ACROSS, DOWN = 11, 7
CORNER = (WIDTH - 2 * MARGIN - ACROSS * PERIOD) / 2
_BAND_SCALE = 0.1236
_EDGE = 1.2
_GAP = 1.2
MEDALLION: Point = (WIDTH / 2, 54.0)


def _curves(points: list[Point]) -> str:
    """Cubic curves through the points (Catmull-Rom), from the first, which is already reached."""
    parts = []
    for index in range(len(points) - 1):
        before, after = points[max(index - 1, 0)], points[min(index + 2, len(points) - 1)]
        here, there = points[index], points[index + 1]
        one = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        two = (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        parts.append(" ".join(f"{x:.2f} {y:.2f}" for x, y in (one, two, there)) + " c ")
    return "".join(parts)


def _horn(
    *, centre: Point, radius: float, turns: float, end: float, thick: float, thin: float, foot: float
) -> str:
    """The right horn of a motif whose stem stands on (0, 0) and grows to negative y."""
    x, y = centre
    line = [(x - radius, y * rise / 4) for rise in range(4)]
    widths = [thick + foot * (1 - rise / 4) ** 2.2 for rise in range(4)]
    for step in range(25):
        turned = step / 24
        # The power makes the spiral leave the stem without a kink.
        away = radius * (end / radius) ** (turned**1.2)
        angle = pi + turns * 2 * pi * turned
        line.append((x + away * cos(angle), y + away * sin(angle)))
        widths.append(thick + (thin - thick) * turned)
    left, right, ahead = [], [], (0.0, 0.0)
    for index, (px, py) in enumerate(line):
        (ax, ay), (bx, by) = line[min(index + 1, len(line) - 1)], line[max(index - 1, 0)]
        length = hypot(ax - bx, ay - by)
        ahead = ((ax - bx) / length, (ay - by) / length)
        left.append((px - ahead[1] * widths[index], py + ahead[0] * widths[index]))
        right.append((px + ahead[1] * widths[index], py - ahead[0] * widths[index]))
    tip = (line[-1][0] + ahead[0] * thin, line[-1][1] + ahead[1] * thin)
    cap = _round_corner(left[-1], tip, line[-1]) + _round_corner(tip, right[-1], line[-1])
    return f"{left[0][0]:.2f} {left[0][1]:.2f} m {_curves(left)}{cap}{_curves(right[::-1])}h f\n"


def _round_corner(here: Point, there: Point, middle: Point) -> str:
    """A quarter of a circle about the middle."""
    one = (here[0] + _QUARTER * (there[0] - middle[0]), here[1] + _QUARTER * (there[1] - middle[1]))
    two = (there[0] + _QUARTER * (here[0] - middle[0]), there[1] + _QUARTER * (here[1] - middle[1]))
    return " ".join(f"{x:.2f} {y:.2f}" for x, y in (one, two, there)) + " c "


def _pair(horn: str, seed: str = "") -> str:
    return f"{horn}q -1 0 0 1 0 0 cm\n{horn}Q\n{seed}"


_LOZENGE = "0 -7 m 5 0 l 0 7 l -5 0 l h f\n"
#: The figures that the sheet repeats, each drawn once, in the colour of the moment.
FIGURES = {
    "Band": _pair(
        _horn(centre=(22, -50), radius=20.0, turns=1.3, end=5.6, thick=4.2, thin=3.8, foot=9),
        "0 -75 m 4.6 -68.5 l 0 -62 l -4.6 -68.5 l h f\n",
    ),
    "Cross": _pair(_horn(centre=(25, -42), radius=23.0, turns=1.3, end=6.2, thick=4.4, thin=4.0, foot=0)),
    "Seed": _LOZENGE,
}
#: Every figure lies in this box: left, top, right, bottom.
FIGURE_BOX = (-60.0, -100.0, 60.0, 20.0)


def _turned(x: float, y: float, turn: float, what: str) -> str:
    """What is drawn about (0, 0), moved to (x, y) and turned clockwise by degrees."""
    c, s = cos(radians(turn)), sin(radians(turn))
    return f"q {c:.5f} {s:.5f} {-s:.5f} {c:.5f} {x:.3f} {y:.3f} cm\n{what}Q\n"


def _figure(name: str, x: float, y: float, scale: float, turn: float = 0) -> str:
    return _turned(x, y, turn, f"{scale} 0 0 {scale} 0 0 cm /{name} Do\n")


def _ring(name: str, count: int, radius: float, scale: float) -> str:
    """Figures that grow outwards from a circle about (0, 0)."""
    angles = (2 * pi * index / count for index in range(count))
    return "".join(
        _figure(name, radius * sin(angle), -radius * cos(angle), scale, angle * 180 / pi) for angle in angles
    )


def _box(x: float, y: float, width: float, height: float, paint: str = "f") -> str:
    return f"{x:.3f} {y:.3f} {width:.3f} {height:.3f} re {paint}\n"


def _circle(radius: float, paint: str = "f") -> str:
    points = [(radius * cos(turn * pi / 2), radius * sin(turn * pi / 2)) for turn in range(5)]
    arcs = "".join(_round_corner(points[turn], points[turn + 1], (0, 0)) for turn in range(4))
    return f"{radius:.2f} 0 m {arcs}h {paint}\n"


def _colour(code: str, *, stroke: bool = False) -> str:
    parts = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return " ".join(f"{part:.4f}" for part in parts) + (" RG\n" if stroke else " rg\n")


def _run(count: int, x: float, y: float, turn: float) -> str:
    """One side of the band: motifs grow from both of its edges by turns, the same from either end."""
    parts = [_figure("Band", (index + 0.5) * PERIOD, _EDGE, _BAND_SCALE, 180) for index in range(count)]
    parts += [_figure("Band", index * PERIOD, BAND - _EDGE, _BAND_SCALE) for index in range(1, count)]
    parts += [_figure("Seed", at, BAND / 2, _BAND_SCALE) for at in (1.9, count * PERIOD - 1.9)]
    parts += [_box(0, at, count * PERIOD, 0.35) for at in (_EDGE - 0.35, BAND - _EDGE)]
    return _turned(x, y, turn, "".join(parts))


def _corner(x: float, y: float, turn: float) -> str:
    """A square with four pairs of horns about its middle."""
    middle, inset = CORNER / 2, _EDGE - 0.175
    inside = CORNER - 2 * inset
    parts = [_colour(DEEP), _box(0, 0, CORNER, CORNER), _colour(LIGHT_GOLD)]
    parts += ["0.35 w\n", _box(inset, inset, inside, inside, "S")]
    parts += [_figure("Cross", middle, middle, 0.122, quarter) for quarter in (0, 90, 180, 270)]
    parts += [
        _figure("Seed", middle * (1 + dx * 0.74), middle * (1 + dy * 0.74), 0.16)
        for dx, dy in ((1, 1), (1, -1), (-1, 1), (-1, -1))
    ]
    return _turned(x, y, turn, "".join(parts))


def _frame() -> str:
    """The band with its corners, and the gold rules outside and inside."""
    right, bottom, near = WIDTH - MARGIN, HEIGHT - MARGIN, MARGIN + CORNER
    inner, notch = MARGIN + BAND + _GAP, near + _GAP
    x = (inner, notch, WIDTH - notch, WIDTH - inner)
    y = (inner, notch, HEIGHT - notch, HEIGHT - inner)
    steps = (
        (1, 0), (2, 0), (2, 1), (3, 1), (3, 2), (2, 2), (2, 3), (1, 3), (1, 2), (0, 2), (0, 1), (1, 1),
    )  # fmt: skip
    rule = " l ".join(f"{x[across]:.3f} {y[down]:.3f}" for across, down in steps).replace(" l ", " m ", 1)
    return "".join(
        (
            _colour(DEEP),
            _box(MARGIN, MARGIN, right - MARGIN, BAND) + _box(MARGIN, bottom - BAND, right - MARGIN, BAND),
            _box(MARGIN, MARGIN, BAND, bottom - MARGIN) + _box(right - BAND, MARGIN, BAND, bottom - MARGIN),
            _colour(LIGHT_GOLD) + _colour(LIGHT_GOLD, stroke=True),
            _run(ACROSS, near, MARGIN, 0) + _run(ACROSS, WIDTH - near, bottom, 180),
            _run(DOWN, right, near, 90) + _run(DOWN, MARGIN, HEIGHT - near, 270),
            _corner(MARGIN, MARGIN, 0) + _corner(right, MARGIN, 90),
            _corner(right, bottom, 180) + _corner(MARGIN, bottom, 270),
            _colour(GOLD, stroke=True) + "0.8 w\n",
            _box(MARGIN - 1.6, MARGIN - 1.6, right - MARGIN + 3.2, bottom - MARGIN + 3.2, "S"),
            rule + " l h S\n",
        )
    )


def _rosette() -> str:
    """The pale rosette in the middle of the sheet."""
    rings = _ring("Cross", 12, 27, 0.36) + _ring("Cross", 8, 5.5, 0.24)
    circles = "1.2 w\n" + _circle(25.5, "S") + _circle(56, "S")
    return _colour(TINT) + _colour(TINT, stroke=True) + _turned(WIDTH / 2, HEIGHT / 2, 0, rings + circles)


def _medallion(place: int | None) -> str:
    """The medallion: a ring of horns, a deep band, and a disc of metal that bears the place or a cross."""
    disc, edge = METALS.get(place or 0, OTHER_METAL)
    parts = [_colour(edge), _ring("Cross", 16, 16.4, 0.066), _colour(DEEP), _circle(17.6)]
    parts += ["0.35 w\n", _colour(LIGHT_GOLD, stroke=True), _circle(16.9, "S")]
    parts += [_colour(edge), _circle(14.6), _colour(disc), _circle(13.9)]
    parts += [_colour(edge, stroke=True), _circle(12.9, "S")]
    if place is None:
        parts += [_colour(DEEP), _ring("Cross", 4, 0, 0.135)]
    return _turned(*MEDALLION, 0, "".join(parts))


def sheet(place: int | None) -> str:
    """The whole drawing under the text, with the medallion of a place, or of an award without one."""
    return _rosette() + _frame() + _medallion(place)
