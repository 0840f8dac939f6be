"""Who is awarded: the first places, then the nominations, by the numbers, by a vote, or by both.

Pure: the standard library and the rule book. Nobody is awarded twice, and nobody without a place is; what
is equal is awarded equally.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contest.rulebook import Decided, Nomination, RuleBook, Stage


@dataclass(frozen=True, slots=True)
class NominationVote:
    """How the commission decided on giving a nomination to a nominee."""

    nominee_id: int
    yes: int
    is_carried: bool


def awards_of(
    place: Mapping[int, int],
    *,
    values: Mapping[str, Mapping[int, Decimal]],
    votes: Mapping[str, Sequence[NominationVote]],
    book: RuleBook,
    stage: Stage,
) -> dict[int, str]:
    """Each awarded nominee's award, `place-<n>` or `nomination:<code>`.

    Parameters
    ----------
    place : mapping of nominee to place
        0 for nobody's place.
    values : mapping of nomination to (mapping of nominee to Decimal)
        The published numbers that decide it, higher is better.
    votes : mapping of nomination to decided votes
        The last one of each nominee counts.

    Notes
    -----
    Nominations follow the places, at the national stage alone, in the book's order, each among those who
    have a place and no award yet. By formula: the highest number. By vote: of those whose vote was carried,
    the most yes. By both: the numbers propose and a vote confirms; whoever was voted down is passed over, and
    the first who was not voted on ends the search, so that a vote cannot leap over anybody.
    """
    awards = {one: f"place-{n}" for one, n in place.items() if 0 < n <= book.stage(stage).places}
    if stage is Stage.REGIONAL:
        return awards
    for nomination in book.nominations:
        free = {one for one, n in place.items() if n and one not in awards}
        numbers = {one: n for one, n in values.get(nomination.code, {}).items() if one in free}
        cast = {one.nominee_id: one for one in votes.get(nomination.code, ()) if one.nominee_id in free}
        for winner in _winners(nomination, numbers, cast):
            awards[winner] = f"nomination:{nomination.code}"
    return awards


def _winners(
    nomination: Nomination, numbers: Mapping[int, Decimal], votes: Mapping[int, NominationVote]
) -> list[int]:
    if nomination.decided is Decided.VOTE:
        carried = {one: vote.yes for one, vote in votes.items() if vote.is_carried}
        return _highest(carried)
    if nomination.decided is Decided.FORMULA:
        return _highest(numbers)
    left = dict(numbers)
    while left:
        proposed = _highest(left)
        confirmed = [one for one in proposed if one in votes and votes[one].is_carried]
        if confirmed or any(one not in votes for one in proposed):
            return confirmed
        left = {one: number for one, number in left.items() if one not in proposed}
    return []


def _highest(numbers: Mapping[int, Decimal] | Mapping[int, int]) -> list[int]:
    best = max(numbers.values(), default=None)
    return [one for one, number in numbers.items() if number == best]
