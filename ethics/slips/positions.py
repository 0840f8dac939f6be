"""The list by position as it is typed: a line each, both titles and how many hold it. Pure.

Its sum is the number of slips. A line that does not read so is refused with its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST, LONGEST = 500, 160


class Wrong(StrEnum):
    """What can be wrong with a list."""

    PARTS = "parts"
    COUNT = "count"
    TWICE = "twice"
    LONG = "long"
    EMPTY = "empty"
    MANY = "many"


class PositionFault(ValueError):
    """A list that cannot be taken; `line` counts from 1, 0 is the whole list."""

    def __init__(self, wrong: Wrong, line: int = 0, text: str = "") -> None:
        super().__init__(f"line {line}: {wrong.value} {text!r}")
        self.wrong, self.line, self.text = wrong, line, text


@dataclass(frozen=True, slots=True)
class Position:
    """A position in both languages, and how many people hold it; never a name."""

    title_kk: str
    title_ru: str
    count: int


def read_positions(text: str) -> tuple[Position, ...]:
    """The lines of a list, `Kazakh | Russian | number`; empty lines are passed over."""
    found: list[Position] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        position = _position(number, line)
        if any(position.title_kk.casefold() == other.title_kk.casefold() for other in found):
            raise PositionFault(Wrong.TWICE, number, position.title_kk)
        found.append(position)
    check_positions(found)
    return tuple(found)


def check_positions(positions: Sequence[Position]) -> None:
    """Refuse an empty list, or one of more people than a questionnaire can ask."""
    if not positions:
        raise PositionFault(Wrong.EMPTY)
    if headcount(positions) > MOST:
        raise PositionFault(Wrong.MANY, text=str(headcount(positions)))


def headcount(positions: Sequence[Position]) -> int:
    """How many people the list has, and so how many slips there will be.

    >>> headcount(read_positions("Бас маман | Главный специалист | 4\\nЖүргізуші | Водитель | 1"))
    5
    """
    return sum(position.count for position in positions)


def _position(number: int, line: str) -> Position:
    parts = [" ".join(part.split()) for part in line.replace("\t", "|").replace(";", "|").split("|")]
    if len(parts) != 3 or not all(parts):
        raise PositionFault(Wrong.PARTS, number, line.strip()[:60])
    kk, ru, count = parts
    if not count.isascii() or not count.isdigit() or not 1 <= int(count[:9]) <= MOST:
        raise PositionFault(Wrong.COUNT, number, count[:20])
    if max(len(kk), len(ru)) > LONGEST:
        raise PositionFault(Wrong.LONG, number)
    return Position(kk, ru, int(count))
