"""What is printed of a questionnaire once: slips with code and QR.

Everything here lives in one answer to one request; nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from markupsafe import Markup

from core.codes import grouped


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One slip: the code in groups, and the picture of its address."""

    code: str
    picture: Markup


def print_slips(codes: Sequence[str], *, public_url: str) -> list[PrintedSlip]:
    """The slips of a questionnaire, in the random order of their codes."""
    return [PrintedSlip(grouped(code), picture_of(f"{public_url}/e/{code}")) for code in codes]


def picture_of(address: str) -> Markup:
    """A QR code as inline SVG; the code in letters stands beside it."""
    picture = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Markup(picture.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704
