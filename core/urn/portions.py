"""Which waiting cells are mixed together: many small ones in one transaction, a large one in even parts.

Pure: the standard library only. Bounded, so that the mixer never keeps the database's lock for long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MOST_ANSWERS = 2000
MOST_CELLS = 200


@dataclass(frozen=True, slots=True)
class Portion:
    """What one transaction takes: everything of its cells, or so many answers of its one large cell."""

    cells: tuple[str, ...]
    most: int | None = None


def portions(waiting: Mapping[str, int], *, smallest: int) -> Iterator[Portion]:
    """Share the cells in which at least `smallest` answers wait out to transactions.

    A cell beyond the bound is cut into parts of one size, so that no part is a remnant of a few.

    >>> [portion.cells for portion in portions({"a": 7, "b": 4, "c": 1994}, smallest=5)]
    [('a',), ('c',)]
    >>> [portion.most for portion in portions({"d": 2001}, smallest=5)]
    [1001, 1001]
    """
    cells: list[str] = []
    size = 0
    for cell, count in sorted(waiting.items()):
        if count < smallest:
            continue
        if count > MOST_ANSWERS:
            parts = -(-count // MOST_ANSWERS)
            yield from [Portion((cell,), -(-count // parts))] * parts
            continue
        if cells and (size + count > MOST_ANSWERS or len(cells) == MOST_CELLS):
            yield Portion(tuple(cells))
            cells, size = [], 0
        cells.append(cell)
        size += count
    if cells:
        yield Portion(tuple(cells))
