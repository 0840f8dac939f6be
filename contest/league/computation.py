"""From published survey scores to the league: every unit's place among units of its own size.

Pure: NumPy and other pure modules. The inputs are plain JSON with every published number, so whoever holds
them computes the same rows without the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from contest.pool import Measured, pool_of
from contest.rulebook import RuleBook, SizeClass
from core.disclosure import published
from core.ranking import places, rank_intervals, top_probability

PROBABILITY_DECIMALS = 4


class Position(StrEnum):
    """Where a unit stands in its class, and why without a place."""

    RANKED = "ranked"
    NOT_FIRM = "not-firm"
    NO_SCORE = "no-score"
    NO_SIZE = "no-size"


@dataclass(frozen=True, slots=True)
class LeagueEntry:
    """A unit's outcome. `used` is what the place was read from; 0 is no place and no interval."""

    kato: str
    size: str | None
    position: Position
    adults: int | None
    measured: Measured
    used: Decimal | None
    place: int = 0
    low: int = 0
    high: int = 0
    top_probability: Decimal | None = None


def compute_league(inputs: Mapping[str, Any], book: RuleBook) -> tuple[LeagueEntry, ...]:
    """Compute the league of all units, by class from small to big, best place first.

    Parameters
    ----------
    inputs : mapping
        `units`: [kato, n, score, error, adults] of every unit of the survey; numbers are decimal texts,
        adults a whole number, None where unknown.
    book : RuleBook
        The edition whose fingerprint the inputs name.

    Raises
    ------
    ValueError
        For another book, a unit given twice, or numbers that cannot be.

    Notes
    -----
    Scores are drawn to the nation's mean, as at the national stage, rounded half up, and ranked inside each
    class of the rule book; equal ones share a place. A score of a reliability under 0.7 is not firm enough to
    compare: it is shown without a place, and nobody else's interval counts it. Intervals and the probability
    of the first k (k is the national stage's) read the scores as they were published, class by class, with
    the rule book's seeds.
    """
    if inputs["rulebook"] != book.fingerprint:
        raise ValueError(
            f"the inputs belong to the rule book {inputs['rulebook'][:12]}…, not to {book.fingerprint[:12]}…"
        )
    units = sorted(inputs["units"], key=lambda row: row[0])
    for before, after in zip(units, units[1:], strict=False):
        if before[0] == after[0]:
            raise ValueError(f"the unit {after[0]} is given twice; keep one row")
    pool = pool_of(units, book.survey.estimator)
    entries = [_entry(kato, adults, pool[kato], book) for kato, *_, adults in units]
    found = []
    for size in (*(one.code for one in book.league), None):
        found += _in_order([entry for entry in entries if entry.size == size], book)
    return tuple(found)


def size_class(adults: int | None, classes: Sequence[SizeClass]) -> SizeClass | None:
    """The class of a unit of so many adults; None where their number is unknown."""
    if adults is None:
        return None
    return next(
        (one for one in classes if one.fewest <= adults and (one.below is None or adults < one.below)), None
    )


def _entry(kato: str, adults: int | None, measured: Measured, book: RuleBook) -> LeagueEntry:
    size = size_class(adults, book.league)
    if size is None:
        position = Position.NO_SIZE
    elif measured.score is None or measured.error is None:
        position = Position.NO_SCORE
    else:
        position = Position.RANKED if measured.is_firm else Position.NOT_FIRM
    return LeagueEntry(
        kato, None if size is None else size.code, position, adults, measured,
        published(measured.used, book.ranking.decimals),
    )  # fmt: skip


def _in_order(entries: Sequence[LeagueEntry], book: RuleBook) -> list[LeagueEntry]:
    """A class with its places; those without one follow, those with a score first."""
    ranked = _ranked([entry for entry in entries if entry.position is Position.RANKED], book)
    rest = [entry for entry in entries if entry.position is not Position.RANKED]
    order = list(Position)
    return [
        *sorted(ranked, key=lambda entry: (entry.place, entry.kato)),
        *sorted(rest, key=lambda entry: (order.index(entry.position), entry.kato)),
    ]


def _ranked(entries: Sequence[LeagueEntry], book: RuleBook) -> list[LeagueEntry]:
    if not entries:
        return []
    ranking = book.ranking
    scores = [float(entry.measured.score) for entry in entries]
    errors = [float(entry.measured.error) for entry in entries]
    sets = rank_intervals(
        scores, errors, coverage=float(ranking.coverage), draws=ranking.interval_draws,
        seed=ranking.interval_seed,
    )  # fmt: skip
    chance = top_probability(
        scores, errors, k=min(book.national.top, len(entries)), draws=ranking.top_draws, seed=ranking.top_seed
    )
    place = places([entry.used for entry in entries], decimals=ranking.decimals)
    return [
        LeagueEntry(
            entry.kato, entry.size, entry.position, entry.adults, entry.measured, entry.used,
            int(place[index]), int(sets.low[index]), int(sets.high[index]),
            published(float(chance[index]), PROBABILITY_DECIMALS),
        )
        for index, entry in enumerate(entries)
    ]  # fmt: skip
