"""Detection: known tails, flags that name the planted unit, and honest simulated campaigns without alarms."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, norm

from benchmarks.signals_campaign import KINDS, country, evidence_of, honest
from benchmarks.signals_simulation import AIM, honest_flags, planted_flags
from surveys.signals.counting import BINS
from surveys.signals.detection import find_flags
from surveys.signals.evidence import Evidence
from surveys.signals.kinds import SCORE_LIKE, Signal
from surveys.signals.patterns import repeated_patterns
from surveys.signals.peers import Spread, _upper_share_tail, false_discovery, rare_amounts, rare_shares
from surveys.signals.scan import day_dispersion, rare_gatherings, scan_day

UNITS, DAYS = 60, 30


def test_the_tail_of_a_share_is_that_of_the_beta_binomial():
    counts, totals = np.array([30.0, 12.0, 3.0]), np.array([40.0, 40.0, 40.0])
    spread = Spread(np.full(3, 0.2), 0.1)
    shape = (1 - 0.1) / 0.1
    tails = betabinom.sf(counts - 1, 40, 0.2 * shape, 0.8 * shape)
    p = _upper_share_tail(counts, totals, spread)
    assert p[0] == pytest.approx(tails[0], rel=1e-9)
    assert p[2] == 1.0


def test_a_fit_finds_the_spread_that_made_the_shares_and_few_liars_do_not_move_it():
    random = np.random.RandomState(5)
    shares = random.beta(4, 16, 2000)
    counts = random.binomial(60, shares)
    counts[:20] = 58
    rare = rare_shares(counts, np.full(2000, 60))
    assert rare.expected[0] / 60 == pytest.approx(0.2, abs=0.01)
    assert (rare.p[:20] < 1e-6).all()
    assert (false_discovery(rare.p)[20:] > 0.05).all()


def test_shares_rounded_down_to_steps_are_judged_as_steps():
    random = np.random.RandomState(6)
    totals = random.randint(4, 20, 1500) * 5
    counts = random.binomial(totals + 2, random.beta(2, 60, 1500)) // 5 * 5
    counts = np.minimum(counts, totals)
    counts[0], totals[0] = 40, 45
    rare = rare_shares(counts, totals, step=5)
    assert rare.p[0] < 1e-6
    assert false_discovery(rare.p)[1:].min() > 0.05


def test_too_few_peers_or_answers_are_not_tested():
    assert np.isnan(rare_shares([5] * 29, [30] * 29).p).all()
    assert np.isnan(rare_amounts(np.arange(29.0)).p).all()
    few = rare_shares([5] * 40, [30] * 39 + [19])
    assert np.isnan(few.p).tolist() == [False] * 39 + [True]
    with pytest.raises(ValueError, match="above its total"):
        rare_shares([5], [4])


def test_false_discovery_by_hand_and_holes_are_no_tests():
    q = false_discovery([0.001, np.nan, 0.02, 0.5, 0.02])
    assert q[[0, 2, 3, 4]].tolist() == pytest.approx([0.004, 0.08 / 3, 0.5, 0.08 / 3])
    assert np.isnan(q[1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discovery_is_never_below_p_and_keeps_the_order(p: list[float]):
    q = false_discovery(p)
    assert (q >= np.array(p)).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(q[order]) >= 0).all()


def test_a_quiet_day_is_no_gathering_and_thirty_in_ten_minutes_are():
    random = np.random.RandomState(0)
    baseline = np.full(BINS, 40 / BINS)
    quiet = random.poisson(baseline).astype(float)
    quiet[quiet < 5] = 0
    assert scan_day(quiet, baseline, 0.2, random).p > 0.01
    meeting = quiet.copy()
    meeting[70] += 30
    burst = scan_day(meeting, baseline, 0.2, random)
    assert (burst.first_bin, burst.bins) == (70, 1)
    assert burst.p < 1e-3


def test_the_monte_carlo_rarity_of_a_borderline_day_is_uniform_enough():
    """Days from the baseline reach p <= 0.05 at most about one time in twenty."""
    random = np.random.RandomState(3)
    baseline = np.full(BINS, 2.0)
    days = random.poisson(baseline, (300, BINS)).astype(float)
    days[days < 5] = 0
    p = [scan_day(day, baseline, 0.0, random).p for day in days]
    assert np.mean(np.array(p) <= 0.05) <= 0.08


def test_a_gathering_is_rare_among_gatherings_only_when_it_is_much_larger():
    random = np.random.RandomState(4)
    sizes = np.exp(random.normal(np.log(25), 0.5, 500))[:, None]
    p = rare_gatherings(np.vstack([sizes, [[400.0]]]))
    assert p[-1] < 1e-5
    assert np.mean(p[:-1] < 0.01) < 0.03
    few = rare_gatherings(np.array([[20.0], [400.0]]))
    assert few.tolist() == pytest.approx(norm.sf([0.0, np.log(20.0) / 0.7]).tolist())


def test_dispersion_of_poisson_days_is_none_and_of_lumpy_days_is_some():
    random = np.random.RandomState(1)
    means = np.full(200, 8.0)
    assert day_dispersion(random.poisson(8, (200, 60)).astype(float), means) < 0.02
    lumpy = random.poisson(random.gamma(2, 4, (200, 60))).astype(float)
    assert day_dispersion(lumpy, means) == pytest.approx(0.5, abs=0.1)


def test_one_order_of_the_same_ratings_again_and_again_is_rare_and_an_even_mix_is_not():
    orders = ["5544", "5454", "5445", "4554", "4545", "4455"]
    nation = {**dict.fromkeys(orders, 500), "5555": 900}
    even = {**dict.fromkeys(orders, 10), "5555": 40}
    again = {**dict.fromkeys(orders, 4), "5454": 40, "5555": 40}
    found = repeated_patterns([(0, even), (1, again)], nation)
    assert [(one.unit, one.out_of) for one in found] == [(0, 60), (1, 60)]
    assert found[0].p == 1.0
    assert (found[1].seen, found[1].p < 1e-6) == (40, True)
    assert repeated_patterns([(0, {"5555": 40})], nation) == []


def quiet() -> Evidence:
    """Sixty alike units of 1,000 adults with six answers a day."""
    days = np.full((UNITS, DAYS), 6.0)
    return Evidence(
        adults=np.full(UNITS, 1000.0), ballots=days, web=days, arrivals={}, arrived=days, sources={},
        pressure=np.zeros(UNITS), campaign_days=DAYS,
    )  # fmt: skip


def test_nothing_stands_out_where_all_are_alike():
    assert find_flags(quiet(), seed=0) == []


def test_more_answers_than_adults_is_flagged_without_any_peers_and_unknown_adults_are_not():
    seen = replace(quiet(), adults=np.array([np.nan, 150.0, *[1000.0] * (UNITS - 2)]))
    [flag] = [flag for flag in find_flags(seen, seed=0) if flag.signal is Signal.OVER_ADULTS]
    assert (flag.unit, flag.day, flag.seen, flag.expected, flag.p) == (1, None, 180.0, 150.0, 0.0)


def test_reports_of_pressure_stand_out_where_others_have_hardly_any():
    pressure = np.zeros(UNITS)
    pressure[7] = 40
    flags = find_flags(replace(quiet(), pressure=pressure), seed=0)
    assert [(flag.signal, flag.unit) for flag in flags] == [(Signal.PRESSURE, 7)]


def test_the_last_days_of_a_running_campaign_are_no_surge():
    days = np.full((UNITS, 15), 6.0)
    running = replace(quiet(), ballots=days, web=days, arrived=days)
    running.web[3, -1] = 200
    assert {flag.signal for flag in find_flags(running, seed=0)} == {Signal.BUSY_DAY, Signal.TURNOUT}


@pytest.fixture(scope="module")
def campaign():
    random = np.random.RandomState(11)
    places = country(random, 500)
    return places, honest(random, places)


def test_without_ratings_no_flag_tells_of_scores_and_the_same_seed_gives_the_same_flags(campaign):
    places, ballots = campaign
    evidence = evidence_of(ballots, places)
    open_ = replace(evidence, ratings=None)
    assert not {flag.signal for flag in find_flags(open_, seed=1, rate=1.0)} & SCORE_LIKE
    assert {flag.signal for flag in find_flags(evidence, seed=1, rate=1.0)} >= SCORE_LIKE - {Signal.PATTERN}
    again = evidence_of(ballots, places)
    assert find_flags(again, seed=1, rate=1.0) == find_flags(evidence_of(ballots, places), seed=1, rate=1.0)


def test_flags_do_not_depend_on_the_order_of_units(campaign):
    places, ballots = campaign
    order = np.random.RandomState(8).permutation(len(places.adults))
    turned = replace(ballots, unit=np.argsort(order)[ballots.unit])
    moved = replace(places, adults=places.adults[order])

    def of(place, counts):
        return find_flags(evidence_of(counts, place), seed=1, rate=0.5)

    found = {(flag.signal, flag.unit, flag.day) for flag in of(places, ballots)}
    assert found
    assert {(flag.signal, int(order[flag.unit]), flag.day) for flag in of(moved, turned)} == found


def test_honest_campaigns_raise_hardly_any_alarm():
    """Four campaigns of 600 units: thirteen signals, each false in one of twenty, make 2.6 on average."""
    alarms = Counter(
        signal for seed in range(4) for signal in {f.signal for f in honest_flags(70 + seed, 600)}
    )
    assert alarms.total() <= 6
    assert max(alarms.values(), default=0) <= 2


def test_planted_stuffing_is_found():
    """Strong stuffing of each kind in three of 1,000 units is found by its own signal, mostly."""
    kinds, flags = planted_flags(90, 2, units=1000, each=3)
    raised = {(flag.unit, flag.signal) for flag in flags}
    found = Counter(kind for unit, kind in kinds.items() if (unit, AIM[kind]) in raised)
    assert {kind: found[kind] >= 2 for kind in KINDS} == dict.fromkeys(KINDS, True)
    assert sum(flag.unit not in kinds for flag in flags) <= 3
