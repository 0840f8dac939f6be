"""What changed between two computations of one standing, nominee by nominee.

Pure: the standard library only. Published with every return and every correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a computation says of one nominee: place (0 is none), points and award as texts."""

    nominee_id: int
    place: int
    points: str | None
    award: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A nominee's outcome before and after; None where the nominee is not in that computation."""

    nominee_id: int
    before: Outcome | None
    after: Outcome | None


def outcomes_from(rows: Iterable[Sequence[object]]) -> tuple[Outcome, ...]:
    """Outcomes from the plain rows [nominee, place, points, award] that a proposal keeps."""
    return tuple(Outcome(*row) for row in rows)


def changes(before: Iterable[Outcome], after: Iterable[Outcome]) -> tuple[Change, ...]:
    """Who stands differently afterwards, in the order of the new places; those who left stand last.

    >>> one, two = Outcome(1, 1, "80.10", None), Outcome(2, 2, "70.00", None)
    >>> changes([one, two], [one, two])
    ()
    >>> [(change.nominee_id, change.after) for change in changes([one, two], [one])]
    [(2, None)]
    """
    old = {row.nominee_id: row for row in before}
    new = {row.nominee_id: row for row in after}
    found = [
        Change(number, old.get(number), new.get(number))
        for number in {**old, **new}
        if old.get(number) != new.get(number)
    ]
    return tuple(sorted(found, key=_order))


def _order(change: Change) -> tuple[bool, bool, int, int]:
    row = change.after or change.before
    return change.after is None, row.place == 0, row.place, row.nominee_id
