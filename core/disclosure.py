"""What may be shown: the floors under every published number, and what is hidden so that nothing can be
subtracted.

Imports the standard library only. The floors are constants here and nowhere else: a rule book may ask for
more, never for less.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

MINIMUM_CELL = 5
MINIMUM_SCORE = 10
ETHICS_STEP = 5
TURNOUT_STEP = 5
DECIMALS = 2

EXACT = Context(prec=700, rounding=ROUND_HALF_UP)
GUARD_PLACES = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Cell:
    """A group of `n` persons in a table; `parent` is the key of the total it belongs to, None for a total."""

    key: str
    n: int
    parent: str | None = None


def published(value: Decimal | Fraction | int | float | None, decimals: int = DECIMALS) -> Decimal | None:
    """A number as it is published: rounded half up. None and NaN stay unknown.

    A float counts as the decimal that it prints as, to nine places, so the noise of binary arithmetic
    decides nothing.

    >>> published(Decimal("54.695")), published(0.35 * 41.8 + 0.25 * 36.1 + 0.4 * 77.6)
    (Decimal('54.70'), Decimal('54.70'))
    >>> published(Fraction(2, 3)), published(None)
    (Decimal('0.67'), None)
    """
    if value is None or value != value:
        return None
    step = Decimal(1).scaleb(-decimals)
    if isinstance(value, Fraction):
        scaled = abs(value) * 10**decimals + Fraction(1, 2)
        whole = scaled.numerator // scaled.denominator
        signed = Decimal(whole if value >= 0 else -whole)
        return signed.scaleb(-decimals, context=EXACT).quantize(step, context=EXACT)
    if isinstance(value, float):
        value = Decimal(repr(float(value)))
        if value.is_finite():
            value = value.quantize(GUARD_PLACES, context=EXACT)
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} cannot be published; a number must be finite")
    return number.quantize(step, context=EXACT)


def may_show_count(n: int) -> bool:
    """Whether a group is large enough for any number about it.

    >>> may_show_count(4), may_show_count(5)
    (False, True)
    """
    return n >= MINIMUM_CELL


def may_show_score(n: int) -> bool:
    """Whether a survey score may enter a ranking or a release.

    >>> may_show_score(9), may_show_score(10)
    (False, True)
    """
    return n >= MINIMUM_SCORE


def turnout_step(n: int) -> int:
    """Turnout as operators see it, rounded down to steps of 5; 0 reads "fewer than 5".

    >>> turnout_step(4), turnout_step(5), turnout_step(23)
    (0, 5, 20)
    """
    if n < 0:
        raise ValueError(f"a turnout of {n} is impossible; it counts answers")
    return n // TURNOUT_STEP * TURNOUT_STEP


def ethics_score(
    score: Decimal | Fraction | int | float | None, n: int, *, unanimous: bool = False
) -> Decimal | None:
    """An ethics score as it is published and as the ranking reads it.

    None under 5 answers; from 5 to 9 only in steps of 5, and None where all the answers were alike, since
    then the score tells what everyone said; two decimals from 10 on.

    >>> ethics_score(Decimal("72.5"), 4), ethics_score(Decimal("72.5"), 9), ethics_score(Decimal("72.5"), 10)
    (None, Decimal('75'), Decimal('72.50'))
    """
    if score is None or score != score or not may_show_count(n):
        return None
    if n >= MINIMUM_SCORE:
        return published(score)
    if unanimous:
        return None
    exact = score if isinstance(score, Fraction) else Fraction(published(score, 9) or 0)
    steps = published(exact / ETHICS_STEP, 0)
    return None if steps is None else steps * ETHICS_STEP


def suppress_complementary(table: Iterable[Cell], *, floor: int = MINIMUM_CELL) -> frozenset[str]:
    """Keys of the cells to hide, so that no total less its shown parts gives a group under the floor.

    Parameters
    ----------
    table : iterable of Cell
        Totals and their parts, one level deep. The parts may leave a rest (persons whose stratum is
        unknown): it is shown by nobody, and counts as hidden.
    floor : int
        MINIMUM_CELL for counts, MINIMUM_SCORE where scores are shown besides; never lower.

    Returns
    -------
    frozenset of str
        Cells under the floor; and under each shown total the next smallest (by n, then key) until what is
        hidden together is empty or reaches the floor.

    Raises
    ------
    ValueError
        For a key given twice, a part without its total, parts that exceed it, deeper levels, or a floor
        too low.

    Examples
    --------
    >>> parts = [Cell("18-29", 3, "okrug"), Cell("30-59", 20, "okrug"), Cell("60+", 7, "okrug")]
    >>> sorted(suppress_complementary([Cell("okrug", 30), *parts]))
    ['18-29', '60+']
    """
    if floor < MINIMUM_CELL:
        raise ValueError(f"a floor of {floor} is too low; the lowest is {MINIMUM_CELL}")
    cells: dict[str, Cell] = {}
    for cell in table:
        if cell.key in cells:
            raise ValueError(f"cell {cell.key!r} is given twice; keep one")
        if cell.n < 0:
            raise ValueError(f"cell {cell.key!r} counts {cell.n} persons; it cannot be negative")
        cells[cell.key] = cell
    parts: dict[str, list[Cell]] = {key: [] for key, cell in cells.items() if cell.parent is None}
    for cell in cells.values():
        if cell.parent is not None:
            if cell.parent not in parts:
                raise ValueError(f"cell {cell.key!r} is part of {cell.parent!r}, which is no total here")
            parts[cell.parent].append(cell)
    hidden = {cell.key for cell in cells.values() if cell.n < floor}
    for total, children in parts.items():
        if total not in hidden:
            hidden |= _companions(cells[total], children, hidden, floor)
    return frozenset(hidden)


def _companions(total: Cell, children: list[Cell], hidden: set[str], floor: int) -> set[str]:
    rest = total.n - sum(child.n for child in children)
    if rest < 0:
        raise ValueError(f"the parts of {total.key!r} count {-rest} persons more than its {total.n}")
    concealed = rest + sum(child.n for child in children if child.key in hidden)
    nothing = not rest and not any(child.key in hidden for child in children)
    shown = [child for child in children if child.key not in hidden]
    shown.sort(key=lambda cell: (cell.n, cell.key))
    more: set[str] = set()
    while shown and not nothing and concealed < floor:
        child = shown.pop(0)
        more.add(child.key)
        concealed += child.n
    return more
