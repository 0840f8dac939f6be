"""Groups, strata, variants and weights: equal to plain arithmetic, and never a small group by subtraction."""

from __future__ import annotations

import random
import statistics
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.isolation import Figure, smallest_isolated, sum_over
from surveys.breakdown import (
    NATION,
    Area,
    Level,
    Numbers,
    Variant,
    fits_shown_turnout,
    group_numbers,
    stratum_numbers,
    variant_numbers,
)
from surveys.criteria import shipped
from surveys.publication import is_firm, pooled_over, published_numbers
from surveys.rules import SurveyRules
from surveys.statistics import mean_with_error
from surveys.tallies import TallySum, tally_of, total_of
from surveys.weighting import weighted_score

SIX = shipped("2020-six")
RULES = SurveyRules(criteria_set="2020-six", modes=("open",))
ASKED = [(band, sex) for band in ("18-29", "30-44", "45-59", "60+") for sex in "fm"]
AREAS = {"a1": Area("A", "d1"), "a2": Area("A", "d1"), "a3": Area("A", "d2"), "a4": Area("A", "d2"),
         "b1": Area("B", None), "b2": Area("B", "d3")}  # fmt: skip


def some(count: int, seed: int, answers: str = "12345") -> list[str]:
    draw = random.Random(seed)
    return ["".join(draw.choice(answers) for _ in range(6)) for _ in range(count)]


def persons(ballots: Sequence[str]) -> list[float]:
    return [statistics.fmean(25 * (int(rating) - 1) for rating in ballot) for ballot in ballots]


def tallied(units: Mapping[str, Sequence[str]]) -> dict[str, TallySum]:
    return {kato: tally_of(ballots, SIX) for kato, ballots in units.items()}


def groups_of(units: Mapping[str, Sequence[str]]) -> dict[tuple[Level, str], Numbers]:
    tallies = tallied(units)
    return group_numbers(tallies, areas=AREAS, pooled=pooled_over(tallies.values()), rules=RULES)


def test_groups_are_means_over_persons_of_small_units_too():
    units = dict(zip(AREAS, map(some, (40, 12, 6, 7, 30, 20), range(6)), strict=True))
    found = groups_of(units)
    for key, katos in {
        (Level.DISTRICT, "d1"): ("a1", "a2"), (Level.DISTRICT, "d2"): ("a3", "a4"),
        (Level.DISTRICT, "d3"): ("b2",), (Level.OBLAST, "A"): ("a1", "a2", "a3", "a4"),
        (Level.OBLAST, "B"): ("b1", "b2"), (Level.NATION, NATION): tuple(AREAS),
    }.items():  # fmt: skip
        values = [value for kato in katos for value in persons(units[kato])]
        assert found[key].n == len(values)
        assert float(found[key].score) == pytest.approx(statistics.fmean(values), abs=0.00501)
    assert len(found) == 6


def test_a_group_gives_way_where_it_would_tell_of_a_unit_too_small_to_show():
    found = groups_of(dict(zip(AREAS, map(some, (40, 3, 30, 30, 30, 20), range(6)), strict=True)))
    hidden = {key for key, numbers in found.items() if numbers.n is None}
    assert hidden == {(Level.DISTRICT, "d1"), (Level.OBLAST, "A"), (Level.NATION, NATION)}
    # Seven persons may be counted, and have no score by subtraction either.
    found = groups_of(dict(zip(AREAS, map(some, (40, 7, 30, 30, 30, 20), range(6)), strict=True)))
    assert found[Level.DISTRICT, "d1"] == Numbers(47, None, None)
    assert (found[Level.NATION, NATION].n, found[Level.NATION, NATION].score) == (157, None)
    assert found[Level.OBLAST, "B"].score is not None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 3, 4, 5, 6, 9, 10, 14, 40]), min_size=6, max_size=6))
def test_units_and_groups_together_isolate_nobody(counts: list[int]):
    units = {kato: ["543215"] * n for kato, n in zip(AREAS, counts, strict=True)}
    tallies = tallied(units)
    own = published_numbers(tallies, adults={}, criteria=SIX, rules=RULES)
    groups = groups_of(units)
    inside = {
        Level.NATION: lambda kato, _: True,
        Level.OBLAST: lambda kato, area: AREAS[kato].oblast == area,
        Level.DISTRICT: lambda kato, area: AREAS[kato].district == area,
    }
    sizes = dict(zip(AREAS, counts, strict=True))
    for floor, is_shown in ((5, lambda one: one.n is not None), (10, lambda one: one.score is not None)):
        shown = [sum_over(kato, [kato]) for kato, one in own.items() if is_shown(one)]
        shown += [
            sum_over(f"{level} {area}", [kato for kato in AREAS if inside[level](kato, area)])
            for (level, area), one in groups.items()
            if is_shown(one)
        ]
        assert smallest_isolated(shown, sizes, floor=floor) is None


def stratified(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], list[str]]:
    return {stratum: some(n, seed) for seed, (stratum, n) in enumerate(counts.items())}


def numbers_of(ballots: Mapping[tuple[str, str], Sequence[str]], adults: Mapping[tuple[str, str], int]):
    tallies = {stratum: tally_of(given, SIX) for stratum, given in ballots.items()}
    pooled = pooled_over([total_of(tallies.values(), len(SIX.criteria))])
    return stratum_numbers(tallies, asked=ASKED, adults=adults, pooled=pooled, rules=RULES)


def test_strata_are_counted_and_scored_where_they_are_large_enough():
    ballots = stratified(
        {cell: 10 + place for place, cell in enumerate(ASKED)} | {("-", "-"): 11, ("60+", "-"): 12}
    )
    found, weighted = numbers_of(ballots, {})
    assert weighted is None
    values = [value for stratum in ballots if stratum[0] == "60+" for value in persons(ballots[stratum])]
    assert found["60+", "-"].n == len(values) == 45
    assert float(found["60+", "-"].score) == pytest.approx(statistics.fmean(values), abs=0.00501)
    assert found["18-29", "f"].n == 10
    assert all(numbers.score is not None for numbers in found.values())
    assert len(found) == 4 + 2 + 8


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 2, 4, 5, 7, 10, 12, 30]), min_size=10, max_size=10))
def test_strata_of_a_unit_isolate_nobody(counts: list[int]):
    sizes = dict(zip([*ASKED, ("-", "-"), ("-", "f")], counts, strict=True))
    found, weighted = numbers_of({s: ["543215"] * n for s, n in sizes.items()}, dict.fromkeys(ASKED, 100))
    named = {"|".join(stratum): n for stratum, n in sizes.items()}
    whole = [sum_over("all", named)] if sum(counts) >= 5 else []

    def figures(is_shown) -> list[Figure]:
        return whole + [
            sum_over(f"{band}|{sex} shown", [n for n in named if _within(n, band, sex)])
            for (band, sex), numbers in found.items()
            if is_shown(numbers)
        ]

    assert smallest_isolated(figures(lambda one: one.n is not None), named, floor=5) is None
    scored = figures(lambda one: one.score is not None)
    if weighted:
        raw = weighted_score(
            {s: tally_of(["543215"] * n, SIX) for s, n in sizes.items()}, dict.fromkeys(ASKED, 100)
        )
        scored.append(Figure("weighted", {"|".join(cell): weight for cell, weight in raw.weights.items()}))
        assert all(found[cell].n for cell in ASKED)
    assert smallest_isolated(scored if sum(counts) >= 10 else [], named, floor=10) is None


def _within(name: str, band: str, sex: str) -> bool:
    own = name.split("|")
    return band in ("-", own[0]) and sex in ("-", own[1])


def test_a_weighted_score_follows_the_adults_of_the_unit():
    counts = dict(zip(ASKED, (30, 10, 25, 12, 20, 15, 11, 14), strict=True))
    adults = dict(zip(ASKED, (100, 120, 140, 130, 110, 100, 160, 90), strict=True))
    ballots = stratified(counts)
    _, found = numbers_of(ballots, adults)
    values = np.array([value for cell in ASKED for value in persons(ballots[cell])])
    weights = np.ones(values.size)
    rows = [cell for cell in ASKED for _ in range(counts[cell])]
    for _ in range(500):  # raking by hand, person by person
        for axis in (0, 1):
            for name in {cell[axis] for cell in ASKED}:
                inside = np.array([row[axis] == name for row in rows])
                target = sum(n for cell, n in adults.items() if cell[axis] == name) / sum(adults.values())
                weights[inside] *= target * values.size / weights[inside].sum()
    assert weights.min() > 0.3
    assert weights.max() < 3
    expected = mean_with_error(values, weights)
    assert found.n == values.size
    assert float(found.score) == pytest.approx(expected.value, abs=0.00501)
    assert float(found.error) == pytest.approx(expected.standard_error, abs=0.00501)
    kish = values.size * (weights**2).sum() / weights.sum() ** 2
    assert float(found.design_effect) == pytest.approx(kish, abs=0.00501)


@pytest.mark.parametrize(
    ("counts", "adults"),
    [
        ((7, 6, 6, 6, 6, 6, 6, 6), 100),  # 49 persons
        ((0, 4, 20, 20, 20, 20, 20, 20), 100),  # an age band of 4
        ((0, 9, 20, 20, 20, 20, 20, 20), 100),  # nobody of one group
        ((30,) * 8, 0),  # adults not known
    ],
)
def test_weighting_keeps_to_its_rule(counts, adults):
    tallies = {cell: tally_of(some(n, 1), SIX) for cell, n in zip(ASKED, counts, strict=True)}
    assert weighted_score(tallies, dict.fromkeys(ASKED, adults) if adults else {}) is None


def test_weights_are_trimmed():
    tallies = {cell: tally_of(some(10, seed), SIX) for seed, cell in enumerate(ASKED)}
    adults = dict.fromkeys(ASKED, 10) | {("18-29", "f"): 5000, ("18-29", "m"): 5000}
    found = weighted_score(tallies, adults)
    assert sorted(set(found.weights.values())) == [0.3, 3.0]


def test_a_weighted_score_is_kept_back_where_a_group_of_it_may_not_be_counted():
    counts = dict.fromkeys(ASKED, 20) | {("60+", "m"): 3}
    assert weighted_score(
        {s: tally_of(b, SIX) for s, b in stratified(counts).items()}, dict.fromkeys(ASKED, 9)
    )
    assert numbers_of(stratified(counts), dict.fromkeys(ASKED, 9))[1] is None


@pytest.mark.parametrize(
    ("flagged", "others", "n", "has_score"),
    [(0, 50, None, False), (4, 50, None, False), (5, 50, 50, False), (10, 50, 50, True), (50, 9, 9, False),
     (50, 4, None, False)],
)  # fmt: skip
def test_without_flagged_days_only_where_enough_came_on_them(flagged, others, n, has_score):
    without = tally_of(some(others, 1), SIX)
    everything = without + tally_of(some(flagged, 2), SIX)
    found = variant_numbers(everything, without, variant=Variant.WITHOUT_FLAGGED, pooled=400.0, rules=RULES)
    assert (found.n, found.score is not None) == (n, has_score)
    if has_score:
        assert float(found.score) == pytest.approx(statistics.fmean(persons(some(others, 1))), abs=0.00501)


def test_with_flagged_days_beside_a_score_without_them():
    without, flagged = tally_of(some(30, 1), SIX), tally_of(some(12, 2), SIX)
    found = variant_numbers(without + flagged, without, variant=Variant.ALL, pooled=400.0, rules=RULES)
    assert (found.n, found.score is not None) == (42, True)


def test_flagged_days_fit_the_turnout_only_while_its_steps_stay_open():
    first = date(2026, 6, 1)
    last = first + timedelta(days=20)

    def fits(answers: dict[int, int], flagged: set[int]) -> bool:
        of = {True: 0, False: 0}
        for day, n in answers.items():
            of[day in flagged] += n
        return fits_shown_turnout(
            {"web": [(first + timedelta(days=day), n) for day, n in answers.items()]},
            flagged={first + timedelta(days=day) for day in flagged}, n_flagged=of[True],
            n_without=of[False], last_day=last, closed_on=last + timedelta(days=1),
        )  # fmt: skip

    assert fits({1: 10, 2: 9, 5: 9}, {2})
    # 10, then 19 at the end of one flagged day, 20 before the next and 29 after it: one answer between them.
    assert not fits({1: 10, 2: 9, 3: 1, 4: 9}, {2, 4})
    assert fits({1: 10, 2: 9, 3: 5, 4: 5}, {2, 4})
    # What came on the last day was never shown, so anything fits.
    assert fits({1: 10, 2: 9, 3: 1, 4: 9, 20: 1}, {2, 4, 20})


def test_a_score_is_firm_from_seven_tenths_of_reliability_on():
    assert [is_firm(value) for value in (Decimal("0.69"), Decimal("0.70"), None)] == [False, True, None]
