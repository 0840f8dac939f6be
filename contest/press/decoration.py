"""What adorns the picture: the band of ram's horns, the medallions, and the code of an address.

Draws with Pillow, which is imported inside the functions. What is drawn twice is kept.
"""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from typing import Any

from contest.certificates.ornament import DEEP, FIGURES, LIGHT_GOLD, METALS, OTHER_METAL
from contest.press.tracing import polygons
from core.documents import qr_image

#: The band's height in dots.
BAND = 54
#: A motif's scale, as a share of the band's height: as on the certificates.
_MOTIF = 0.01047
#: Everything is drawn so many times larger and then made smaller, for smooth edges.
_FINER = 4
#: A module of the code, in dots; the shipped picture of it has modules of four.
_MODULE, _DRAWN_MODULE = 3, 4


@lru_cache(maxsize=4)
def band(width: int, motifs: int) -> Any:
    """The band of ram's horns, growing from both edges by turns, as on the certificates."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (width * _FINER, BAND * _FINER))
    pen = ImageDraw.Draw(mask)
    scale, edge, period = _MOTIF * BAND, BAND * 0.1, width / motifs
    for index in range(motifs + 1):
        for x, y, up in ((index * period, BAND - edge, 1), ((index + 0.5) * period, edge, -1)):
            for outline in _traced("Band"):
                pen.polygon(
                    [(_FINER * (x + px * scale), _FINER * (y + up * py * scale)) for px, py in outline],
                    fill=255,
                )
    for at in (edge - 3, BAND - edge):
        pen.rectangle((0, at * _FINER, width * _FINER, (at + 1.6) * _FINER), fill=255)
    mask = mask.resize((width, BAND), Image.Resampling.LANCZOS)
    drawn = Image.new("RGB", (width, BAND), DEEP)
    drawn.paste(LIGHT_GOLD, (0, 0), mask)
    return drawn


@lru_cache(maxsize=16)
def medallion(place: int | None, breadth: int) -> Any:
    """A disc of the place's metal; a cross of horns where there is no place."""
    from PIL import Image, ImageDraw

    fill, edge = METALS.get(place or 0, OTHER_METAL)
    size = breadth * _FINER
    disc = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(disc)
    pen.ellipse((0, 0, size - 1, size - 1), fill=DEEP)
    pen.ellipse((8, 8, size - 9, size - 9), fill=edge)
    pen.ellipse((20, 20, size - 21, size - 21), fill=fill)
    if place is None:
        scale, middle = size / 221, size / 2
        for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            for outline in _traced("Cross"):
                pen.polygon(
                    [
                        (middle + scale * (c * x - s * y), middle + scale * (s * x + c * y))
                        for x, y in outline
                    ],
                    fill=DEEP,
                )
    return disc.resize((breadth, breadth), Image.Resampling.LANCZOS)


@lru_cache(maxsize=len(FIGURES))
def _traced(figure: str) -> list[list[tuple[float, float]]]:
    return polygons(FIGURES[figure])


def code_of(address: str) -> Any:
    """The QR code of an address."""
    from PIL import Image

    drawn = Image.open(io.BytesIO(base64.b64decode(qr_image(address).partition(",")[2]))).convert("L")
    side = drawn.width // _DRAWN_MODULE * _MODULE
    return drawn.resize((side, side), Image.Resampling.NEAREST)
