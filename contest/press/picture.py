"""The announcement as a picture for social media, drawn here: the same bytes for the same announcement.

Draws with Pillow, which is imported inside the functions. Uses the shipped fonts, and refuses a letter that
they lack.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from contest.certificates.ornament import DEEP
from contest.press import wording
from contest.press.announcement import Announcement
from contest.press.decoration import BAND, band, code_of, medallion
from core.documents import FACES, FONTS, refuse_strange_letters

TEXT, QUIET, PAPER, WRONG = "#14202b", "#4a5a68", "#ffffff", "#b3261e"
MARGIN, GAP = 56, 18
#: Winners are written as large as they fit, down to this share of the full size; then the last ones become
#: a number. More than so many are not tried.
SMALLEST, _STEP, _MOST = 0.6, 0.05, 12
_COLOURS = 128


@dataclass(frozen=True, slots=True)
class Sheet:
    """A shape of the picture.

    :param columns: how many columns the winners stand in.
    :param motifs: how often the band's ornament repeats.
    :param disc: a medallion's breadth.
    :param largest: the largest size of the winners' lines, as a share of their full size.
    """

    width: int
    height: int
    columns: int
    motifs: int
    disc: int
    largest: float

    @property
    def bottom(self) -> int:
        """Where everything between the bands ends."""
        return self.height - BAND - 18

    def column(self, count: int) -> int:
        """The width of one of so many columns."""
        return (self.width - MARGIN * (1 + count)) // count


SHEETS = {"wide": Sheet(1200, 630, 2, 12, 58, 1.0), "square": Sheet(1080, 1080, 1, 11, 76, 1.3)}


@dataclass(frozen=True, slots=True)
class Style:
    """A face at a size in dots; `leading` is a line's height in sizes."""

    family: str
    weight: int
    size: int
    colour: str
    leading: float = 1.22

    def scaled(self, scale: float) -> Style:
        return Style(self.family, self.weight, round(self.size * scale), self.colour, self.leading)

    @property
    def line(self) -> int:
        return round(self.size * self.leading)


CONTEST = Style("PT Sans", 400, 24, QUIET)
HEADLINE = Style("PT Serif", 700, 44, DEEP, 1.15)
AWARD = Style("PT Sans", 700, 20, DEEP)
NAME = Style("PT Serif", 700, 29, TEXT, 1.16)
WHERE = Style("PT Sans", 400, 20, QUIET)
FOOT = Style("PT Sans", 700, 20, DEEP)
NOTE = Style("PT Sans", 400, 18, QUIET)
TAG = Style("PT Sans", 700, 20, WRONG)
NUMBER = Style("PT Serif", 700, 100, TEXT)


@dataclass(frozen=True, slots=True)
class Entry:
    """A winner on the picture, or (without a disc) a remark: lines in their styles beside a medallion.

    :param place: what stands in the medallion; a cross of horns for a nomination.
    """

    place: int | None
    lines: tuple[tuple[str, Style], ...]
    disc: int

    @property
    def text_height(self) -> int:
        return sum(style.line for _, style in self.lines)

    @property
    def height(self) -> int:
        return max(self.disc, self.text_height)


def draw_picture(told: Announcement, *, code: str, shape: str) -> bytes:
    """The announcement as PNG in a language and a shape of :data:`SHEETS`.

    :raises core.errors.BadInput: when a letter is in none of the shipped fonts.
    """
    from PIL import Image, ImageDraw

    sheet = SHEETS[shape]
    canvas = Image.new("RGB", (sheet.width, sheet.height), PAPER)
    edge = band(sheet.width, sheet.motifs)
    canvas.paste(edge, (0, 0))
    canvas.paste(edge.transpose(Image.Transpose.ROTATE_180), (0, sheet.height - BAND))
    pen = ImageDraw.Draw(canvas)
    top = _head(pen, told, sheet, code)
    bottom = _foot(canvas, pen, told, sheet, code)
    _winners(canvas, pen, told, code, sheet, top, bottom)
    written = io.BytesIO()
    few = canvas.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _head(pen: Any, told: Announcement, sheet: Sheet, code: str) -> int:
    """The contest, the headline and the marks; gives where the winners may begin."""
    y, room = BAND + 24, sheet.width - 2 * MARGIN
    tags = [wording.DEMONSTRATION.in_(code).upper()] if told.is_demo else []
    tags += [wording.CORRECTED.in_(code)] if told.is_corrected else []
    right = sheet.width - MARGIN
    for tag in tags:
        wide = _width(tag, TAG) + 24
        pen.rounded_rectangle((right - wide, y, right, y + 36), 8, outline=WRONG, width=3)
        _write(pen, right - wide + 12, y + 6, tag, TAG)
        right -= wide + 12
    y = _lines(pen, MARGIN, y + 4, told.title.in_(code), CONTEST, right - MARGIN if tags else room)
    return _lines(pen, MARGIN, max(y, BAND + 64), wording.HEADLINE.in_(code), HEADLINE, room) + 20


def _foot(canvas: Any, pen: Any, told: Announcement, sheet: Sheet, code: str) -> int:
    """Where to read on, also as a code, and that places have margins: under the first column.

    Gives where that column must end.
    """
    qr = code_of(told.address)
    left, room = MARGIN + qr.width + GAP, sheet.column(sheet.columns) - qr.width - GAP
    lines = [
        *((line, NOTE) for line in _wrapped(wording.MARGINS.in_(code), NOTE, room)),
        *((line, FOOT) for line in _wrapped(told.address.partition("://")[2], FOOT, room)),
    ]
    height = sum(style.line for _, style in lines)
    tall = max(height, qr.height)
    top = sheet.bottom - tall
    canvas.paste(qr, (MARGIN, top + (tall - qr.height) // 2))
    y = top + (tall - height) // 2
    for line, style in lines:
        _write(pen, left, y, line, style)
        y += style.line
    return top - GAP


def _winners(
    canvas: Any, pen: Any, told: Announcement, code: str, sheet: Sheet, top: int, bottom: int
) -> None:
    """Everybody awarded, as large as all fit; if need be the last ones as a number.

    :param bottom: where the first column ends; another goes on beside the foot.
    """
    if not told.winners:
        _lines(pen, MARGIN, top, wording.text_of(told, code).nobody or "", NAME, sheet.width - 2 * MARGIN)
        return
    scales = [sheet.largest - _STEP * step for step in range(round((sheet.largest - SMALLEST) / _STEP) + 1)]
    for shown in range(min(len(told.winners), _MOST), 0, -1):
        for scale in scales:
            columns, width = _columns(told, code, sheet, shown, scale)
            tall = [sum(one.height + GAP for one in column) - GAP for column in columns]
            if tall[0] <= bottom - top and max(tall) <= sheet.bottom - top:
                for at, column in enumerate(columns):
                    _column(canvas, pen, column, MARGIN + at * (width + MARGIN), top)
                return
    raise ValueError(f"the name is too long for the picture: {told.winners[0].name.in_(code)!r}")


def _columns(
    told: Announcement, code: str, sheet: Sheet, shown: int, scale: float
) -> tuple[list[list[Entry]], int]:
    """The winners in columns (places beside nominations), and a column's width."""
    winners = told.winners[:shown]
    groups = [[one for one in winners if one.place], [one for one in winners if not one.place]]
    groups = [group for group in groups if group]
    if sheet.columns == 1:
        groups = [sum(groups, [])]
    width = sheet.column(len(groups))
    room = width - sheet.disc - GAP
    columns = []
    for group in groups:
        entries = []
        for winner in group:
            line = wording.line_of(winner, code)
            parts = [(line.name, NAME), (line.where, WHERE)]
            if winner.nomination is not None:
                parts.insert(0, (line.award, AWARD))
            entries.append(Entry(winner.place, tuple(_fitted(parts, room, scale)), sheet.disc))
        columns.append(entries)
    if shown < len(told.winners):
        more = wording.MORE.in_(code).format(count=len(told.winners) - shown)
        columns[-1].append(Entry(None, tuple(_fitted([(more, AWARD)], width, scale)), 0))
    return columns, width


def _fitted(parts: Sequence[tuple[str, Style]], room: int, scale: float) -> Iterator[tuple[str, Style]]:
    for text, style in parts:
        smaller = style.scaled(scale)
        yield from ((line, smaller) for line in _wrapped(text, smaller, room))


def _column(canvas: Any, pen: Any, entries: Sequence[Entry], left: int, top: int) -> None:
    for entry in entries:
        if entry.disc:
            disc, middle = medallion(entry.place, entry.disc), entry.disc / 2
            canvas.paste(disc, (left, top), disc)
            if entry.place is not None:
                font = _font(NUMBER.scaled(entry.disc * 0.58 / NUMBER.size))
                pen.text((left + middle, top + middle), str(entry.place), font=font, fill=TEXT, anchor="mm")
        y = top + (entry.height - entry.text_height) // 2
        for line, style in entry.lines:
            _write(pen, left + (entry.disc + GAP if entry.disc else 0), y, line, style)
            y += style.line
        top += entry.height + GAP


def _lines(pen: Any, x: int, y: int, text: str, style: Style, room: int) -> int:
    """A text in as many lines as it needs; gives where the next may begin."""
    for line in _wrapped(text, style, room):
        _write(pen, x, y, line, style)
        y += style.line
    return y


def _write(pen: Any, x: int, y: int, line: str, style: Style) -> None:
    refuse_strange_letters(line, family=style.family, weight=style.weight)
    pen.text((x, y), line, font=_font(style), fill=style.colour, anchor="la")


def _wrapped(text: str, style: Style, room: int) -> list[str]:
    """The text in lines; a word wider than a line is cut."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if _width(longer, style) <= room:
            lines[-1] = longer
            continue
        while _width(word, style) > room:
            cut = next(
                at for at in range(len(word) - 1, 0, -1) if at == 1 or _width(word[:at], style) <= room
            )
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
    return [line for line in lines if line]


def _width(text: str, style: Style) -> float:
    return _font(style).getlength(text)


@lru_cache(maxsize=64)
def _font(style: Style) -> Any:
    from PIL import ImageFont

    file = next(
        file
        for family, weight, slope, file in FACES
        if (family, weight, slope) == (style.family, style.weight, "normal")
    )
    # The plain layout: whether a finer one is installed must not change the picture.
    return ImageFont.truetype(FONTS / file, style.size, layout_engine=ImageFont.Layout.BASIC)
