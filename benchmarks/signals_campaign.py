"""Simulated campaigns for the signals: honest ones with everything that makes honest villages differ, and
planted stuffing on top.

Every number below is stated, not estimated: no campaign of this kind has public data by the hour.
Adults of the 2,319 posts are log-normal (median 1,400, spread 0.9, 60 to 30,000): the classifier that is
shipped has no population.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from surveys.signals.counting import BINS, SMALLEST, step
from surveys.signals.evidence import Evidence, Ratings

UNITS, DAYS, CRITERIA = 2319, 30, 6
HARD_TO_SAY = 6
KINDS = ("burst", "straight lines", "one source", "late surge", "no script", "one pattern")
Array = NDArray


@dataclass
class Ballots:
    """One row an answer; a rating is 1 to 5, or 6 for "hard to say"."""

    unit: Array
    day: Array
    minute: Array
    web: Array
    source: Array
    script: Array
    trap: Array
    ratings: Array

    def plus(self, other: Ballots) -> Ballots:
        joined = {
            field.name: np.concatenate([getattr(self, field.name), getattr(other, field.name)])
            for field in fields(self)
        }
        return Ballots(**joined)


@dataclass
class Country:
    """The units of a simulated campaign: adults, level of satisfaction, habit of straight
    lines, and what goes better or worse than the rest."""

    adults: Array
    level: Array
    straight: Array
    criteria: Array


def country(random: np.random.RandomState, units: int = UNITS) -> Country:
    adults = np.clip(random.lognormal(np.log(1400), 0.9, units), 60, 30_000).round()
    return Country(
        adults,
        random.normal(0.3, 0.35, units),
        random.beta(3, 17, units),
        random.normal(0, 0.2, (units, CRITERIA)),
    )


def honest(random: np.random.RandomState, places: Country) -> Ballots:
    """Villages that differ in size, turnout, satisfaction, days, hours, meetings, schools and paper."""
    units = len(places.adults)
    turnout = 1 / (1 + np.exp(-random.normal(-3.2, 0.7, units)))
    expected = places.adults * turnout
    # Days of a unit differ: a post in a group chat, a market day; weekends are quieter.
    week = np.array([1.0, 1.1, 1.0, 1.0, 1.1, 0.7, 0.6])[np.arange(DAYS) % 7]
    days = week * random.lognormal(0, 0.5, (units, DAYS))
    days /= days.sum(axis=1, keepdims=True)
    counts = random.poisson(expected[:, None] * days)
    unit, day = (np.repeat(place, counts.ravel()) for place in np.indices(counts.shape).reshape(2, -1))
    at_noon = random.random_sample(unit.size) < 0.4
    minute = np.where(at_noon, random.normal(12 * 60, 100, unit.size), random.normal(20 * 60, 90, unit.size))
    shared = random.random_sample(unit.size) < random.beta(1.5, 8, units)[unit]
    source = np.where(shared, -1 - unit, np.arange(unit.size))
    on_paper = random.random_sample(unit.size) < _paper_share(random, units)[unit]
    day = np.where(on_paper, random.randint(5, DAYS, units)[unit], day)
    at_home = _ballots(random, places, unit, day, minute, ~on_paper, source)
    return at_home.plus(_meetings(random, places))


def _paper_share(random: np.random.RandomState, units: int) -> Array:
    return np.where(random.random_sample(units) < 0.25, random.beta(2, 5, units), 0.0)


def _meetings(random: np.random.RandomState, places: Country) -> Ballots:
    """A third of the units meet once or twice: some twenty people answer within an hour, half of the
    meetings over the hall's one address."""
    units = len(places.adults)
    held = np.repeat(
        np.arange(units), np.where(random.random_sample(units) < 0.35, random.randint(1, 3, units), 0)
    )
    sizes = (
        np.minimum(random.lognormal(np.log(22), 0.55, held.size), 0.15 * places.adults[held])
        .round()
        .astype(int)
    )
    unit = np.repeat(held, sizes)
    day = np.repeat(random.randint(0, DAYS, held.size), sizes)
    spread = np.repeat(random.uniform(20, 70, held.size), sizes)
    minute = np.repeat(random.uniform(600, 1200, held.size), sizes)
    minute = minute + spread * random.random_sample(unit.size)
    hall = np.repeat(random.random_sample(held.size) < 0.5, sizes)
    source = np.where(
        hall, -10_000_000 - np.repeat(np.arange(held.size), sizes), 10**8 + np.arange(unit.size)
    )
    return _ballots(random, places, unit, day, minute, np.ones(unit.size, bool), source)


def _ballots(
    random: np.random.RandomState, places: Country, unit: Array, day: Array, minute: Array, web: Array,
    source: Array,
) -> Ballots:  # fmt: skip
    minute = np.clip(np.nan_to_num(minute), 0, BINS * 10 - 1).astype(int)
    script = random.random_sample(unit.size) > random.beta(2, 60, len(places.adults))[unit]
    trap = random.random_sample(unit.size) < 0.002
    return Ballots(unit, day, minute, web, source, script, trap, _ratings(random, places, unit, day))


def _ratings(random: np.random.RandomState, places: Country, unit: Array, day: Array) -> Array:
    """Correlated answers: a unit's level, which drifts a little, a person's view, each criterion's noise."""
    drift = random.normal(0, 0.1, len(places.adults))[unit] * (day / DAYS)
    person = places.level[unit] + drift + random.normal(0, 0.8, unit.size)
    hard = np.linspace(-0.25, 0.25, CRITERIA) + places.criteria[unit]
    view = person[:, None] + hard + random.normal(0, 0.7, (unit.size, CRITERIA))
    straight = random.random_sample(unit.size) < places.straight[unit]
    view[straight] = person[straight, None]
    ratings = 1 + np.searchsorted([-1.3, -0.5, 0.3, 1.1], view).reshape(view.shape)
    ratings[(random.random_sample(view.shape) < 0.06) & ~straight[:, None]] = HARD_TO_SAY
    return ratings


def planted(
    random: np.random.RandomState, places: Country, sizes: Array, unit: int, kind: str, strength: int
) -> Ballots:
    """Stuffing of one kind in a unit; strength 0, 1 or 2."""
    day = np.full(1, random.randint(2, DAYS - 5))
    own = int(sizes[unit])
    n = {
        "burst": (60, 120, 240)[strength],
        "straight lines": max(20, int(own * (0.5, 1.0, 2.0)[strength])),
        "one source": (100, 200, 400)[strength],
        "late surge": max(20, int(own * (1, 2, 4)[strength])),
        "no script": (30, 60, 120)[strength],
        "one pattern": (10, 20, 40)[strength],
    }[kind]
    units, minutes = np.full(n, unit), random.uniform(8 * 60, 22 * 60, n)
    days = np.repeat(day, n) if kind in ("burst", "one source", "no script") else random.randint(0, DAYS, n)
    if kind == "burst":
        minutes = random.uniform(700, 1200) + random.uniform(0, 10, n)
    if kind == "late surge":
        days = random.randint(DAYS - 2, DAYS, n)
    source = np.full(n, -99) if kind == "one source" else 2 * 10**8 + np.arange(n)
    made = _ballots(random, places, units, days, minutes, np.ones(n, bool), source)
    made.script[:] = kind != "no script"
    if kind == "straight lines":
        made.ratings[:] = 5
    if kind == "one pattern":
        made.ratings[:] = random.permutation([5, 5, 4, 5, 3, 4])
    return made


def evidence_of(ballots: Ballots, places: Country) -> Evidence:
    """The counts that a campaign keeps of such ballots, with the same small bins left out and steps."""
    units = len(places.adults)
    shape = (units, DAYS)
    cell = ballots.unit * DAYS + ballots.day
    web = ballots.web

    def by_day(chosen: Array, weights: Array | None = None) -> Array:
        kept = None if weights is None else weights[chosen].astype(float)
        return np.bincount(cell[chosen], kept, units * DAYS).reshape(shape).astype(float)

    everyone = np.ones(len(cell), bool)
    bins = np.bincount(cell[web] * BINS + ballots.minute[web] // 10, minlength=units * DAYS * BINS)
    bins = np.where(bins < SMALLEST, 0, bins).reshape(-1, BINS)
    arrivals = {divmod(int(at), DAYS): bins[at].astype(float) for at in np.flatnonzero(bins.any(axis=1))}
    arrived, unscripted, trapped = by_day(web), by_day(web & ~ballots.script), by_day(web & ballots.trap)
    pairs, times = np.unique(np.stack([cell[web], ballots.source[web]]), axis=1, return_counts=True)
    largest = np.zeros(units * DAYS)
    np.maximum.at(largest, pairs[0], times)
    sources = {
        (u, d): tuple(
            step(int(x)) for x in (arrived[u, d], largest[u * DAYS + d], unscripted[u, d], trapped[u, d])
        )
        for u, d in np.argwhere(arrived >= SMALLEST).tolist()
    }
    given = (ballots.ratings <= 5).sum(axis=1)
    scored = given * 2 >= CRITERIA
    low = np.where(ballots.ratings <= 5, ballots.ratings, 9).min(axis=1)
    high = np.where(ballots.ratings <= 5, ballots.ratings, 0).max(axis=1)
    coded = ballots.ratings @ (10 ** np.arange(CRITERIA)[::-1])
    nation, patterns = _patterns(ballots.unit[scored], coded[scored])
    ratings = Ratings(
        scored=by_day(scored),
        all_equal=by_day(scored & (given > 1) & (low == high)),
        given=by_day(scored, given),
        fives=by_day(scored, (ballots.ratings == 5).sum(axis=1)),
        ones=by_day(scored, (ballots.ratings == 1).sum(axis=1)),
        all_fives=np.bincount(ballots.unit[(ballots.ratings == 5).all(axis=1)], minlength=units),
        all_ones=np.bincount(ballots.unit[(ballots.ratings == 1).all(axis=1)], minlength=units),
        criteria=CRITERIA,
        patterns=patterns,
        nation=nation,
    )
    return Evidence(
        adults=places.adults, ballots=by_day(everyone), web=by_day(web), arrivals=arrivals, arrived=arrived,
        sources=sources, pressure=np.zeros(units), campaign_days=DAYS, ratings=ratings,
    )  # fmt: skip


def _patterns(unit: Array, coded: Array) -> tuple[Counter, list[tuple[int, Counter]]]:
    """All patterns, and those of each unit that has one five times or more (others cannot be remarked)."""

    def text(code: int) -> str:
        return str(code).replace("6", "-")

    values, times = np.unique(coded, return_counts=True)
    nation = Counter({text(code): n for code, n in zip(values.tolist(), times.tolist(), strict=True)})
    values, times = np.unique(unit * 10**CRITERIA + coded, return_counts=True)
    of_unit = values // 10**CRITERIA
    patterns = []
    for one in np.unique(of_unit[times >= SMALLEST]).tolist():
        own = of_unit == one
        codes = (values[own] % 10**CRITERIA).tolist()
        patterns.append((one, Counter(dict(zip(map(text, codes), times[own].tolist(), strict=True)))))
    return nation, patterns
