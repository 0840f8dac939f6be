"""Reads of the signals: the evidence that detection needs, the flags that may be seen, the days left out.

Only reads, and no web. Flags that follow from ratings leave this module after the results only: while
marking goes on they would tell scores.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.answers import Origin
from surveys.criteria import HARD_TO_SAY, criteria_from_json
from surveys.models import Ballot, Campaign, Tally
from surveys.pressure.queries import pressure_counts
from surveys.queries import unit_adults
from surveys.rules import rules_from_json
from surveys.signals.counting import BINS, REST
from surveys.signals.evidence import Evidence, Ratings
from surveys.signals.kinds import SCORE_LIKE, Signal
from surveys.signals.models import Arrival, ArrivalDay, SignalRun, SurveyFlag
from surveys.tallies import counts_from

_AT_A_TIME = 20_000


@dataclass(frozen=True, slots=True)
class Places:
    """The units and days of a campaign as places in arrays.

    Its own days, and after them those on which what was left over was mixed, however much later.
    """

    katos: tuple[str, ...]
    days: tuple[date, ...]

    def day_place(self, day: date) -> int:
        return max(bisect_right(self.days, day) - 1, 0)


def signal_run(session: Session, *, campaign: Campaign) -> SignalRun | None:
    """When the campaign's flags were made; None before the first night."""
    return session.get(SignalRun, campaign.id)


def visible_flags(session: Session, *, campaign: Campaign, signal: Signal | None = None) -> list[SurveyFlag]:
    """The flags that staff may see now, by signal, the rarest first."""
    run = signal_run(session, campaign=campaign)
    rows = select(SurveyFlag).where(SurveyFlag.campaign_id == campaign.id)
    if run is None or run.released_at is None:
        rows = rows.where(SurveyFlag.signal.not_in(SCORE_LIKE))
    if signal is not None:
        rows = rows.where(SurveyFlag.signal == signal)
    order = {known: place for place, known in enumerate(Signal)}
    return sorted(session.scalars(rows), key=lambda f: (order[f.signal], f.p, f.kato, f.day or date.min))


def excluded_days(session: Session, *, campaign: Campaign) -> set[tuple[str, date]]:
    """The units' days that the rule book leaves out in the variant without flagged days.

    Empty before closing: only the flags made there count, for all units by the same rules.
    """
    run = signal_run(session, campaign=campaign)
    if run is None or not run.is_final or campaign.rules_json is None:
        return set()
    rules = {rule.signal: rule.rarer_than for rule in rules_from_json(campaign.rules_json).excluding}
    rows = session.scalars(
        select(SurveyFlag).where(
            SurveyFlag.campaign_id == campaign.id, SurveyFlag.day.is_not(None),
            SurveyFlag.signal.in_([Signal(signal) for signal in rules]),
        )
    )  # fmt: skip
    return {(flag.kato, flag.day) for flag in rows if flag.p * rules[flag.signal.value] < 1}


def evidence_of(
    session: Session, *, campaign: Campaign, until_on: date, with_ratings: bool
) -> tuple[Places, Evidence]:
    """What the campaign's counts show up to and including a day."""
    adults = unit_adults(session, campaign=campaign)
    katos = tuple(sorted(adults))
    at = {kato: place for place, kato in enumerate(katos)}
    tallies = list(
        session.execute(
            select(Tally.kato, Tally.day, Tally.origin, Tally.n, Tally.scored, Tally.all_equal, Tally.counts)
            .where(Tally.campaign_id == campaign.id, Tally.day <= until_on)
        )
    )  # fmt: skip
    places = Places(katos, _days(campaign, until_on, {row.day for row in tallies}))
    ballots, web = _empty(places), _empty(places)
    for row in tallies:
        cell = at[row.kato], places.day_place(row.day)
        ballots[cell] += row.n
        web[cell] += row.n if row.origin is Origin.WEB else 0
    arrivals, arrived = _arrivals(session, campaign, places, at, until_on)
    pressure = pressure_counts(session, campaign=campaign)
    return places, Evidence(
        adults=np.array([np.nan if adults[kato] is None else adults[kato] for kato in katos], float),
        ballots=ballots, web=web, arrivals=arrivals, arrived=arrived,
        sources=_sources(session, campaign, places, at, until_on),
        pressure=np.array([pressure.get(kato, 0) for kato in katos], float),
        campaign_days=(campaign.closes_on - campaign.opens_on).days + 1,
        ratings=_ratings(session, campaign, places, at, tallies) if with_ratings else None,
    )  # fmt: skip


def _days(campaign: Campaign, until_on: date, mixed_on: set[date]) -> tuple[date, ...]:
    last_on = max(min(until_on, campaign.closes_on), campaign.opens_on)
    own = [campaign.opens_on + timedelta(days=n) for n in range((last_on - campaign.opens_on).days + 1)]
    return (*own, *sorted(day for day in mixed_on if day > last_on))


def _empty(places: Places) -> np.ndarray:
    return np.zeros((len(places.katos), len(places.days)))


def _arrivals(
    session: Session, campaign: Campaign, places: Places, at: Mapping[str, int], until_on: date
) -> tuple[dict[tuple[int, int], np.ndarray], np.ndarray]:
    bins: dict[tuple[int, int], np.ndarray] = {}
    arrived = _empty(places)
    rows = select(Arrival.kato, Arrival.day, Arrival.bin, Arrival.n).where(
        Arrival.campaign_id == campaign.id, Arrival.origin == Origin.WEB, Arrival.day <= until_on
    )
    for kato, day, bin, n in session.execute(rows):
        cell = at[kato], places.day_place(day)
        arrived[cell] += n
        if bin != REST:
            bins.setdefault(cell, np.zeros(BINS))[bin] += n
    return bins, arrived


def _sources(
    session: Session, campaign: Campaign, places: Places, at: Mapping[str, int], until_on: date
) -> dict[tuple[int, int], tuple[int, int, int, int]]:
    rows = select(ArrivalDay).where(ArrivalDay.campaign_id == campaign.id, ArrivalDay.day <= until_on)
    return {
        (at[row.kato], places.day_place(row.day)): (row.n, row.largest, row.unscripted, row.trapped)
        for row in session.scalars(rows)
    }


def _ratings(
    session: Session, campaign: Campaign, places: Places, at: Mapping[str, int], tallies: list
) -> Ratings:
    criteria = len(criteria_from_json(campaign.criteria_json).criteria)
    scored, all_equal, given, fives, ones = (_empty(places) for _ in range(5))
    for row in tallies:
        cell = at[row.kato], places.day_place(row.day)
        counts = np.array(counts_from(row.counts), float)
        scored[cell] += row.scored
        all_equal[cell] += row.all_equal
        given[cell] += counts[:, :-1].sum()
        ones[cell] += counts[:, 0].sum()
        fives[cell] += counts[:, 4].sum()
    return Ratings(
        scored=scored, all_equal=all_equal, given=given, fives=fives, ones=ones,
        all_fives=_all_alike(session, campaign, at, "5" * criteria),
        all_ones=_all_alike(session, campaign, at, "1" * criteria), criteria=criteria,
        patterns=_patterns(session, campaign, at), nation=_nation(session, campaign),
    )  # fmt: skip


def _all_alike(session: Session, campaign: Campaign, at: Mapping[str, int], pattern: str) -> np.ndarray:
    rows = session.execute(
        select(Ballot.kato, func.count())
        .where(Ballot.campaign_id == campaign.id, Ballot.ratings == pattern)
        .group_by(Ballot.kato)
    )
    found = np.zeros(len(at))
    for kato, n in rows:
        found[at[kato]] = n
    return found


def _nation(session: Session, campaign: Campaign) -> Counter[str]:
    rows = session.execute(
        select(Ballot.ratings, func.count())
        .where(Ballot.campaign_id == campaign.id)
        .group_by(Ballot.ratings)
        .order_by(Ballot.ratings)
    )
    return Counter({pattern: n for pattern, n in rows if _is_answered(pattern)})


def _patterns(
    session: Session, campaign: Campaign, at: Mapping[str, int]
) -> Iterator[tuple[int, Counter[str]]]:
    """Each unit's ballots by exact pattern, one unit after the other, so that memory holds one."""
    rows = session.execute(
        select(Ballot.kato, Ballot.ratings, func.count())
        .where(Ballot.campaign_id == campaign.id)
        .group_by(Ballot.kato, Ballot.ratings)
        .order_by(Ballot.kato, Ballot.ratings)
        .execution_options(yield_per=_AT_A_TIME)
    )
    for kato, own in groupby(rows, key=lambda row: row[0]):
        yield at[kato], Counter({pattern: n for _, pattern, n in own if _is_answered(pattern)})


def _is_answered(pattern: str) -> bool:
    """Whether at least half is answered: what is left out says little about who filled it in."""
    return 2 * pattern.count(HARD_TO_SAY) <= len(pattern)
