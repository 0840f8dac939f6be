"""What may be shown: the floors under every published number, what is kept back so that nothing can be
subtracted, and how turnout is shown while answers come in.

Imports the standard library and `core.isolation`. The floors are constants here and nowhere else: a rule
book may ask for more, never for less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from core.isolation import Figure, crowded, isolations

MINIMUM_CELL = 5
MINIMUM_SCORE = 10
ETHICS_STEP = 5
TURNOUT_STEP = 5
ORIGIN_STEP = 2 * MINIMUM_CELL
DECIMALS = 2

EXACT = Context(prec=700, rounding=ROUND_HALF_UP)
GUARD_PLACES = Decimal("1e-9")


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


def suppress(
    figures: Sequence[Figure],
    sizes: Mapping[str, int],
    *,
    floor: int = MINIMUM_CELL,
    told_small: Collection[str] = (),
) -> frozenset[str]:
    """Keys of the figures to keep back, so that nothing shown isolates a group under the floor.

    Parameters
    ----------
    figures : sequence of Figure
        Everything that could be shown, over any hierarchy and any crossing, each with the elementary groups
        that it adds up. What is published besides, earlier or elsewhere, belongs into the table too.
    sizes : mapping of str to int
        Persons of each elementary group. An empty group that is named is protected as a small one is, so
        that what is kept back does not tell 0 from 4; leave out those that everybody knows to be empty.
    floor : int
        MINIMUM_CELL for counts, MINIMUM_SCORE where scores are shown; never lower.
    told_small : collection of str
        Groups of which, when they are kept back, readers are told that they are under the floor. Then a sum
        over few of them says that they are not empty, and gives way as well.

    Returns
    -------
    frozenset of str
        Figures under the floor; and for every group that the others isolate, one of those that give it away:
        the one of the highest rank, of these the smallest, of these the last by key.

    Raises
    ------
    ValueError
        For a key given twice, a group without a size, a negative size, or a floor too low.

    Examples
    --------
    >>> from core.isolation import sum_over
    >>> ages = {"18-29": 3, "30-59": 20, "60+": 7}
    >>> parts = [sum_over(age, [age], rank=1) for age in ages]
    >>> sorted(suppress([sum_over("okrug", ages), *parts], ages))
    ['18-29', '60+']
    """
    persons = _checked(figures, sizes, floor)
    ranks = {figure.key: figure.rank for figure in figures}
    present = {group: n for group, n in sizes.items() if n}
    small = {group for group in told_small if sizes[group] < floor}
    hidden = {key for key, n in persons.items() if n < floor}
    while True:
        shown = [figure for figure in figures if figure.key not in hidden]
        # The first attacker knows which groups are empty, the second does not and may not learn it.
        found = isolations(shown, present, floor=floor) or isolations(shown, sizes, floor=floor)
        found = found or crowded(shown, sizes, small=small, floor=floor)
        if not found:
            return frozenset(hidden)
        for isolated in found:
            if not isolated.by & hidden:
                hidden.add(max(isolated.by, key=lambda key: (ranks[key], -persons[key], key)))


def _checked(figures: Sequence[Figure], sizes: Mapping[str, int], floor: int) -> dict[str, int]:
    if floor < MINIMUM_CELL:
        raise ValueError(f"a floor of {floor} is too low; the lowest is {MINIMUM_CELL}")
    for group, n in sizes.items():
        if n < 0:
            raise ValueError(f"group {group!r} counts {n} persons; it cannot be negative")
    persons: dict[str, int] = {}
    for figure in figures:
        if figure.key in persons:
            raise ValueError(f"figure {figure.key!r} is given twice; keep one")
        for group in figure.parts:
            if group not in sizes:
                raise ValueError(f"figure {figure.key!r} adds up {group!r}, which has no size here")
        persons[figure.key] = sum(sizes[group] for group in figure.parts)
    return persons


def turnout_step(n: int) -> int:
    """The turnout of one unit by one origin as it is shown: rounded down to steps of 5; 0 is "fewer than 5".

    Notes
    -----
    Any total that is shown is the sum of shown figures, never a rounded sum, and the last day stays open
    (`turnout_until`). Then the world in which every figure is exact remains possible, whatever exact number
    is published in the end, and in it each group and each growth between two days is 0 or at least 5: nobody
    can be certain that a group of 1 to 4 answered. A step that flips says that between 1 and 9 came that day.
    A figure that moves only after 5 more have come would say no less: that somebody came on the day it moves,
    and at most 4 while it is silent. A rounded total beside its rounded parts squeezes the smallest part.

    >>> turnout_step(4), turnout_step(5), turnout_step(23)
    (0, 5, 20)
    """
    if n < 0:
        raise ValueError(f"a turnout of {n} is impossible; it counts answers")
    return n // TURNOUT_STEP * TURNOUT_STEP


def origin_step(n: int) -> int:
    """The answers of one origin over a whole campaign, beside exact totals: rounded down to steps of 10.

    Notes
    -----
    The number of receipts is exact, and so are the published numbers of scored answers. Beside a total, a
    step of 5 that reads 0 can be squeezed to between 1 and 4: with 18 receipts and at least 10 by web, 4 came
    by tablet. A step as wide as two floors leaves room for 5 wherever it leaves none for 0.

    >>> origin_step(9), origin_step(27)
    (0, 20)
    """
    return n // ORIGIN_STEP * ORIGIN_STEP


def shown_growth(counts: Iterable[tuple[date, int]]) -> dict[date, int]:
    """By how much one shown figure of turnout grew on each day, from the answers of each day.

    >>> shown_growth([(date(2026, 6, 1), 7), (date(2026, 6, 2), 2), (date(2026, 6, 3), 3)])
    {datetime.date(2026, 6, 1): 5, datetime.date(2026, 6, 3): 5}
    """
    total, growth = 0, {}
    for day, n in sorted(counts):
        if step := turnout_step(total + n) - turnout_step(total):
            growth[day] = step
        total += n
    return growth


def turnout_until(*, yesterday: date, last_day: date) -> date:
    """The last day whose turnout may be shown: yesterday, and never the last day of a campaign or later.

    The exact numbers of the end are published, so what came last must stay open.

    >>> turnout_until(yesterday=date(2026, 6, 25), last_day=date(2026, 6, 20))
    datetime.date(2026, 6, 19)
    """
    return min(yesterday, last_day - timedelta(days=1))


def fits_turnout(n: int, *, shown_growth: int, figures: int) -> bool:
    """Whether an exact number over some days may stand beside the turnout that was shown on them.

    Each figure hides up to 4 answers. As long as these can hold what exceeds the shown growth, a world
    without small groups stays possible (see `turnout_step`); beyond it the days' steps become exact.

    >>> fits_turnout(14, shown_growth=10, figures=1), fits_turnout(15, shown_growth=10, figures=1)
    (True, False)
    """
    return n <= shown_growth + figures * (TURNOUT_STEP - 1)
