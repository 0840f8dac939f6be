"""What is printed of a questionnaire once: slips with code and QR, and the three shares with their holders.

Everything here lives in one answer to one request; nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from core.codes import grouped
from ethics.shares import Share

HOLDERS = {
    1: _l("the ethics commissioner"),
    2: _l("the chair of the commission"),
    3: _l("the agency"),
}


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One slip: the code in groups, and the picture of its address."""

    code: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class PrintedShare:
    """One share: who keeps it, and its eight groups."""

    index: int
    holder: object
    text: str


def print_slips(codes: Sequence[str], *, public_url: str) -> list[PrintedSlip]:
    """The slips of a questionnaire, in the random order of their codes."""
    return [PrintedSlip(grouped(code), picture_of(f"{public_url}/e/{code}")) for code in codes]


def print_shares(shares: Sequence[Share]) -> list[PrintedShare]:
    """The shares with the holders that they are meant for."""
    return [PrintedShare(share.index, HOLDERS[share.index], share.text) for share in shares]


def picture_of(address: str) -> Markup:
    """A QR code as inline SVG; the code in letters stands beside it."""
    picture = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Markup(picture.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704
