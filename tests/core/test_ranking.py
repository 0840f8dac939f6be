"""The reference computations here follow the formulas word by word, with arrays of draws x p x p."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm, studentized_range

from core.pairwise import Comparison
from core.ranking import paule_mandel, places, rank_intervals, shrink, top_probability

ROOT = Path(__file__).resolve().parents[2]
NAN = np.nan
KINDS = ("two-sided", "lower", "upper")


# Mean scores in mathematics of the OECD's countries and their standard errors, PISA 2018 (OECD, PISA data).
PISA_2018 = {
    "Australia": (491.36, 1.94), "Austria": (498.94, 2.97), "Belgium": (508.07, 2.26),
    "Canada": (512.02, 2.36), "Chile": (417.41, 2.42), "Colombia": (390.93, 2.99),
    "Czech Republic": (499.47, 2.46), "Denmark": (509.40, 1.74), "Estonia": (523.41, 1.74),
    "Finland": (507.30, 1.97), "France": (495.41, 2.32), "Germany": (500.04, 2.65),
    "Greece": (451.37, 3.09), "Hungary": (481.08, 2.32), "Iceland": (495.19, 1.95),
    "Ireland": (499.63, 2.20), "Israel": (463.03, 3.50), "Italy": (486.59, 2.78),
    "Japan": (526.97, 2.47), "Korea": (525.93, 3.12), "Latvia": (496.13, 1.96),
    "Lithuania": (481.19, 1.95), "Luxembourg": (483.42, 1.10), "Mexico": (408.80, 2.49),
    "Netherlands": (519.23, 2.63), "New Zealand": (494.49, 1.71), "Norway": (500.96, 2.22),
    "Poland": (515.65, 2.60), "Portugal": (492.49, 2.68), "Slovak Republic": (486.16, 2.56),
    "Slovenia": (508.90, 1.36), "Spain": (481.39, 1.46), "Sweden": (502.39, 2.65),
    "Switzerland": (515.31, 2.91), "Turkey": (453.51, 2.26), "United Kingdom": (501.77, 2.56),
    "United States": (478.24, 3.24),
}  # fmt: skip


@st.composite
def tables(draw, least=1, most=8):
    size = draw(st.integers(least, most))
    scores = draw(st.lists(st.integers(0, 400), min_size=size, max_size=size))
    spreads = draw(st.lists(st.integers(1, 400), min_size=size, max_size=size))
    return np.array(scores) / 4.0, np.array(spreads) / 16.0


# Shrinkage


def test_shrink_of_equal_errors_has_its_closed_form():
    # Equal errors: tau^2 = s^2 - se^2, mu the plain mean, Var(mu) = (tau^2 + se^2) / p.
    scores = np.array([50.0, 60.0, 64.0, 82.0])
    result = shrink(scores, np.full(4, 3.0))
    variance = scores.var(ddof=1) - 9
    share = variance / (variance + 9)
    assert result.variance == pytest.approx(variance, abs=1e-9)
    assert result.mean == pytest.approx(64.0, abs=1e-12)
    np.testing.assert_allclose(result.reliability, share, atol=1e-12)
    np.testing.assert_allclose(result.estimates, 64 + share * (scores - 64), atol=1e-9)
    posterior = variance * (1 - share) + (1 - share) ** 2 * (variance + 9) / 4
    np.testing.assert_allclose(result.standard_errors, np.sqrt(posterior), atol=1e-9)


@settings(deadline=None)
@given(tables(least=3))
def test_between_unit_variance_solves_its_equation(table):
    scores, errors = table
    variance = paule_mandel(scores, errors)

    def left_side(variance: float) -> float:
        # mu is the minimiser of the weighted squares, so the left side is their minimum.
        squares = lambda mu: float(((scores - mu) ** 2 / (errors**2 + variance)).sum())  # noqa: E731
        return minimize_scalar(squares, bracket=(scores.min() - 1, scores.max() + 1)).fun

    if variance > 0:
        assert left_side(variance) == pytest.approx(scores.size - 1, rel=1e-6)
    else:
        assert left_side(0.0) <= (scores.size - 1) * (1 + 1e-9)


def test_shrink_to_one_mean_where_the_scores_differ_less_than_their_errors():
    result = shrink([60, 61, 62], [5, 5, 5])
    assert result.variance == 0
    assert result.reliability.tolist() == [0, 0, 0]
    np.testing.assert_allclose(result.estimates, 61, atol=1e-12)
    np.testing.assert_allclose(result.standard_errors, 5 / np.sqrt(3), atol=1e-12)


def test_shrink_passes_nan_through_and_does_not_count_it():
    with_nan = shrink([50, NAN, 60, 75, 40], [3, 2, 4, 5, NAN])
    without = shrink([50, 60, 75], [3, 4, 5])
    assert (with_nan.mean, with_nan.variance) == (without.mean, without.variance)
    for name in ("estimates", "standard_errors", "reliability"):
        got, kept = getattr(with_nan, name), getattr(without, name)
        np.testing.assert_array_equal(got, [kept[0], NAN, kept[1], kept[2], NAN])


def test_shrink_leaves_fewer_than_three_units_as_they_are():
    result = shrink([50, 80, NAN], [3, 4, 5])
    np.testing.assert_array_equal(result.estimates, [50, 80, NAN])
    np.testing.assert_array_equal(result.standard_errors, [3, 4, NAN])
    np.testing.assert_array_equal(result.reliability, [0, 0, NAN])
    assert result.variance == 0
    assert result.mean == pytest.approx((50 / 9 + 80 / 16) / (1 / 9 + 1 / 16))
    assert np.isnan(shrink([], []).mean)


@settings(deadline=None)
@given(tables(least=3), st.randoms())
def test_shrink_does_not_depend_on_the_order_of_the_rows(table, random):
    scores, errors = table
    order = list(range(scores.size))
    random.shuffle(order)
    straight, mixed = shrink(scores, errors), shrink(scores[order], errors[order])
    np.testing.assert_array_equal(mixed.estimates, straight.estimates[order])
    np.testing.assert_array_equal(mixed.standard_errors, straight.standard_errors[order])
    assert (mixed.mean, mixed.variance) == (straight.mean, straight.variance)


@pytest.mark.parametrize(
    ("scores", "errors", "message"),
    [
        ([1, 2, 3], [1, 0, 1], "standard error 1 is 0.0"),
        ([1, 2, 3], [1, 1, -2], "standard error 2 is -2.0"),
        ([1, np.inf, 3], [1, 1, 1], "score 1 is inf"),
        ([1, 2, 3], [1, np.inf, 1], "standard error 1 is inf"),
        ([1, 2, 3], [1, 1], r"\(3,\) and \(2,\)"),
        ([[1, 2]], [[1, 1]], r"\(1, 2\)"),
        ([1, -1e200, 3], [1, 1, 1], r"score 1 is -1e\+200; .* no larger than 1e\+50"),
        ([1, 2, 3], [1, 1, 1e-170], "standard error 2 is 1e-170; it must be at least 1e-50"),
    ],
)
def test_shrink_refuses_the_impossible_by_name(scores, errors, message):
    with pytest.raises(ValueError, match=message):
        shrink(scores, errors)


# Places


def test_places_are_shared_and_rounded_half_up_as_decimals():
    binary = 0.35 * 41.8 + 0.25 * 36.1 + 0.4 * 77.6
    assert binary < 54.695
    assert places([54.70, binary, 90.0, NAN, 12.0]).tolist() == [2, 2, 1, 0, 4]
    assert places([54.70, 54.6949, 54.6951]).tolist() == [1, 3, 1]
    assert places([0.004, -0.004]).tolist() == [1, 1]


def test_places_at_other_decimals_of_arrays_decimals_and_the_unknown():
    assert places(np.array([71.4, 71.5, 70.6]), decimals=0).tolist() == [2, 1, 2]
    assert places([Decimal("54.695"), Decimal("54.70"), None]).tolist() == [1, 1, 0]
    assert places([NAN, NAN]).tolist() == [0, 0]
    assert places([]).tolist() == []


def test_places_refuse_the_infinite_and_decimals_that_cannot_be():
    with pytest.raises(ValueError, match="Infinity"):
        places([1.0, float("inf")])
    with pytest.raises(ValueError, match="-1"):
        places([1.0], decimals=-1)
    with pytest.raises(ValueError, match=r"is 1\.5"):
        places([1.0], decimals=1.5)
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        places([[1.0], [2.0]])
    with pytest.raises(ValueError, match=r"\(1, 2\)"):
        places(np.array([[1.0, 2.0]]))


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 10000).map(lambda n: n / 1000)), max_size=12), st.randoms()
)
def test_a_place_is_one_more_than_the_better_scores_in_any_order(scores, random):
    rounded = [None if s is None else (int(round(s * 1000)) + 5) // 10 for s in scores]
    expected = [
        0 if mine is None else 1 + sum(other > mine for other in rounded if other is not None)
        for mine in rounded
    ]
    assert places(scores).tolist() == expected
    order = list(range(len(scores)))
    random.shuffle(order)
    assert places([scores[i] for i in order]).tolist() == [expected[i] for i in order]


# Rank intervals


def intervals_by_definition(scores, errors, *, coverage, simultaneous, kind, stepdown, draws, seed):
    """Every hypothesis of every draw, written out; units sorted by score and error before the noise."""
    order = np.lexsort((errors, -scores))
    x, se, p = scores[order], errors[order], scores.size
    noise = np.random.RandomState(seed).standard_normal((draws, p)) * se
    s = np.sqrt(se[:, None] ** 2 + se**2)
    np.fill_diagonal(s, np.inf)
    gaps, contrast = (noise[:, :, None] - noise[:, None, :]) / s, (x[:, None] - x) / s
    off = ~np.eye(p, dtype=bool)

    def rejected(of_interest: np.ndarray) -> np.ndarray:
        standing = of_interest
        while True:
            largest = np.where(standing, gaps, -np.inf).max(axis=(1, 2))
            left = standing & (contrast <= max(0.0, np.quantile(largest, coverage)))
            if not stepdown or (left == standing).all() or not left.any():
                return of_interest & ~left
            standing = left

    low, high = np.ones(p, dtype=int), np.full(p, p)
    for unit in range(p):
        own = np.arange(p) == unit
        above, below = off & own[:, None], off & own
        if simultaneous:
            asked = off
        else:
            asked = {"two-sided": above | below, "lower": below, "upper": above}[kind]
        decided = rejected(asked)
        if kind != "upper":
            low[unit] = 1 + decided[:, unit].sum()
        if kind != "lower":
            high[unit] = p - decided[unit].sum()
    return low[np.argsort(order)], high[np.argsort(order)]


def distinct(table) -> bool:
    return len(set(zip(*map(np.ndarray.tolist, table), strict=True))) == table[0].size


@settings(deadline=None, max_examples=60)
@given(
    tables(least=2).filter(distinct),
    st.sampled_from([0.3, 0.5, 0.8, 0.9, 0.95, 0.99]),
    st.booleans(),
    st.sampled_from(KINDS),
    st.booleans(),
    st.integers(0, 5),
)
def test_intervals_equal_the_definition(table, coverage, simultaneous, kind, stepdown, seed):
    options = {"coverage": coverage, "simultaneous": simultaneous, "kind": kind, "stepdown": stepdown}
    sets = rank_intervals(*table, **options, draws=120, seed=seed)
    low, high = intervals_by_definition(*table, **options, draws=120, seed=seed)
    assert sets.low.tolist() == low.tolist()
    assert sets.high.tolist() == high.tolist()


@pytest.mark.parametrize("spread", ["even", "by size", "wild", "one exact"])
@pytest.mark.parametrize("simultaneous", [True, False])
@pytest.mark.parametrize("stepdown", [True, False])
def test_intervals_of_sixty_units_equal_the_definition(spread, simultaneous, stepdown):
    random = np.random.default_rng(60)
    errors = {
        "even": np.full(60, 2.0),
        "by size": 20 / np.sqrt(random.integers(10, 2000, 60)),
        "wild": 10.0 ** random.uniform(-4, 4, 60),
        "one exact": np.r_[0.0, random.uniform(1, 3, 59)],
    }[spread]
    scores = random.normal(60, 8, 60)
    options = {"coverage": 0.9, "simultaneous": simultaneous, "kind": "two-sided", "stepdown": stepdown}
    sets = rank_intervals(scores, errors, **options, draws=150, seed=3)
    low, high = intervals_by_definition(scores, errors, **options, draws=150, seed=3)
    assert (sets.low.tolist(), sets.high.tolist()) == (low.tolist(), high.tolist())
    assert (low > 1).any()


@settings(deadline=None, max_examples=60)
@given(tables(), st.booleans(), st.sampled_from(KINDS), st.booleans())
def test_a_rank_lies_in_its_interval(table, simultaneous, kind, stepdown):
    scores, errors = table
    sets = rank_intervals(scores, errors, simultaneous=simultaneous, kind=kind, stepdown=stepdown, draws=60)
    assert sets.rank.tolist() == [1 + int((scores > score).sum()) for score in scores]
    assert (sets.low >= 1).all()
    assert (sets.low <= sets.rank).all()
    assert (sets.rank <= sets.high).all()
    assert (sets.high <= scores.size).all()
    if kind == "lower":
        assert set(sets.high.tolist()) == {scores.size}
    if kind == "upper":
        assert set(sets.low.tolist()) == {1}


@settings(deadline=None, max_examples=60)
@given(tables(least=2), st.booleans(), st.randoms())
def test_intervals_follow_their_rows_in_any_order(table, simultaneous, random):
    scores, errors = table
    order = list(range(scores.size))
    random.shuffle(order)
    straight = rank_intervals(scores, errors, simultaneous=simultaneous, draws=60)
    mixed = rank_intervals(scores[order], errors[order], simultaneous=simultaneous, draws=60)
    for name in ("rank", "low", "high"):
        assert getattr(mixed, name).tolist() == getattr(straight, name)[order].tolist()


@pytest.mark.parametrize("simultaneous", [True, False])
def test_units_alike_get_the_same_set(simultaneous):
    # Thirty pairs of twins, spaced so that some set ends near every distance.
    scores, errors = np.repeat(np.linspace(50, 70, 30), 2), np.repeat(np.linspace(1, 3, 30), 2)
    sets = rank_intervals(scores, errors, simultaneous=simultaneous, draws=100)
    assert sets.low[::2].tolist() == sets.low[1::2].tolist()
    assert sets.high[::2].tolist() == sets.high[1::2].tolist()
    assert len(set(sets.low.tolist())) > 10


@settings(deadline=None, max_examples=40)
@given(tables(least=2), st.integers(-40, 40), st.sampled_from([0.25, 0.5, 2.0, 8.0]), st.booleans())
def test_shift_and_scale_change_nothing(table, shift, scale, simultaneous):
    # Quarters, sixteenths and powers of two are exact in binary, so equality is exact too.
    scores, errors = table
    straight = rank_intervals(scores, errors, simultaneous=simultaneous, draws=60)
    moved = rank_intervals((scores + shift) * scale, errors * scale, simultaneous=simultaneous, draws=60)
    for name in ("rank", "low", "high"):
        assert getattr(moved, name).tolist() == getattr(straight, name).tolist()


@settings(deadline=None, max_examples=60)
@given(tables(least=2), st.booleans(), st.sampled_from(KINDS))
def test_stepdown_is_never_wider_and_marginal_lies_within_simultaneous(table, simultaneous, kind):
    single = rank_intervals(*table, simultaneous=simultaneous, kind=kind, stepdown=False, draws=60)
    down = rank_intervals(*table, simultaneous=simultaneous, kind=kind, draws=60)
    assert (down.low >= single.low).all()
    assert (down.high <= single.high).all()
    marginal = rank_intervals(*table, simultaneous=False, kind=kind, draws=60)
    together = rank_intervals(*table, simultaneous=True, kind=kind, draws=60)
    assert (marginal.low >= together.low).all()
    assert (marginal.high <= together.high).all()


def test_marginal_set_of_the_published_case():
    # Mogstad, Romano, Shaikh and Wilhelm (2024): the United Kingdom in mathematics, marginal 95 %: [7, 23].
    # With step-down its lower end hangs on 2.944 against a critical value of 2.930: 1,000 draws may say 8.
    scores, errors = np.array(list(PISA_2018.values())).T
    united_kingdom = list(PISA_2018).index("United Kingdom")
    for seed in range(5):
        sets = rank_intervals(scores, errors, simultaneous=False, stepdown=False, seed=seed)
        assert (sets.low[united_kingdom], sets.high[united_kingdom]) == (7, 23)
    sets = rank_intervals(scores, errors, simultaneous=False)
    assert (sets.low[united_kingdom], sets.high[united_kingdom]) == (7, 23)
    assert sets.rank[united_kingdom] == 13


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 30), st.integers(0, 400), st.integers(1, 400), st.booleans(), st.sampled_from(KINDS),
    st.booleans(), st.sampled_from([0.05, 0.5, 0.95]),
)  # fmt: skip
def test_equal_scores_and_errors_cannot_be_told_apart(p, score, error, simultaneous, kind, stepdown, cover):
    sets = rank_intervals(
        np.full(p, score / 4), np.full(p, error / 16), simultaneous=simultaneous, kind=kind,
        stepdown=stepdown, coverage=cover, draws=40,
    )  # fmt: skip
    assert sets.rank.tolist() == [1] * p
    assert sets.low.tolist() == [1] * p
    assert sets.high.tolist() == [p] * p


@settings(deadline=None, max_examples=40)
@given(tables(least=2), st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([0.96, 0.99]), st.booleans())
def test_more_coverage_is_never_narrower(table, less, more, simultaneous):
    # One step on the same draws: a higher quantile of the same maxima.
    narrow, wide = (
        rank_intervals(*table, coverage=coverage, simultaneous=simultaneous, stepdown=False, draws=60)
        for coverage in (less, more)
    )
    assert (wide.low <= narrow.low).all()
    assert (narrow.high <= wide.high).all()


@settings(deadline=None, max_examples=40)
@given(tables(least=2), st.booleans(), st.booleans())
def test_bounds_count_each_decided_pair_once(table, simultaneous, stepdown):
    # With one critical value for all, "j surely better than k" lifts k's low end and j's high end alike.
    sets = rank_intervals(*table, stepdown=stepdown, draws=60)
    p = table[0].size
    assert (sets.low - 1).sum() == (p - sets.high).sum()
    one_sided = {
        kind: rank_intervals(*table, simultaneous=simultaneous, kind=kind, stepdown=stepdown, draws=60)
        for kind in KINDS
    }
    # A bound on one side alone is never further away than the same bound of the two-sided set.
    assert (one_sided["lower"].low >= one_sided["two-sided"].low).all()
    assert (one_sided["upper"].high <= one_sided["two-sided"].high).all()


def critical_value(errors, draws: int, coverage: float = 0.95, seed: int = 0) -> float:
    errors = np.asarray(errors, dtype=float)
    noise = np.random.RandomState(seed).standard_normal((draws, errors.size))
    return Comparison(np.zeros(errors.size), errors, noise).critical_for_all(coverage, stepdown=False)


def test_critical_value_of_two_units_is_the_normal_one():
    assert norm.ppf(0.975) == pytest.approx(1.960, abs=5e-4)
    assert critical_value([1.0, 3.0], 200_000) == pytest.approx(norm.ppf(0.975), abs=0.015)


def test_critical_value_of_equal_errors_is_the_studentised_range():
    exact = studentized_range.ppf(0.95, 10, np.inf) / np.sqrt(2)
    assert exact == pytest.approx(3.164, abs=5e-4)
    assert critical_value(np.full(10, 2.5), 100_000) == pytest.approx(exact, abs=0.015)


def test_intervals_turn_at_the_critical_value():
    # Nine units together and one apart by 3.164 standard errors of a difference, less and more by a tenth.
    for distance, high in ((3.06, 10), (3.27, 1)):
        scores = np.r_[distance * np.sqrt(2), np.zeros(9)]
        sets = rank_intervals(scores, np.ones(10), stepdown=False, draws=20_000)
        assert sets.high[0] == high


def test_simultaneous_sets_cover_all_the_ranks_as_often_as_they_say():
    # Closely spaced true scores, the hard case. In 400 runs a true 0.95 falls under 0.92 once in 200 trials.
    random = np.random.default_rng(2024)
    truth, errors = np.linspace(50, 56, 8), random.uniform(1, 3, 8)
    ranks = np.arange(8, 0, -1)
    hits = 0
    for run in range(400):
        sets = rank_intervals(random.normal(truth, errors), errors, draws=400, seed=run)
        hits += bool(((sets.low <= ranks) & (ranks <= sets.high)).all())
    assert hits / 400 >= 0.92


def test_nan_is_not_in_the_table():
    with_nan = rank_intervals([80, NAN, 60, 58, 30, 99], [2, 2, 2, 2, 2, NAN])
    without = rank_intervals([80, 60, 58, 30], [2, 2, 2, 2])
    for name in ("rank", "low", "high"):
        kept = getattr(without, name).tolist()
        assert getattr(with_nan, name).tolist() == [kept[0], 0, *kept[1:], 0]
    for alone in ([7.0], [7.0, NAN]):
        sets = rank_intervals(alone, np.ones(len(alone)))
        assert (sets.rank[0], sets.low[0], sets.high[0]) == (1, 1, 1)
    assert rank_intervals([], []).rank.tolist() == []
    assert rank_intervals([NAN], [NAN]).low.tolist() == [0]


def test_one_unit_may_be_without_error():
    sets = rank_intervals([90, 60, 30], [0, 2, 2])
    assert (sets.low.tolist(), sets.high.tolist()) == ([1, 2, 3], [1, 2, 3])
    # A unit without a score is not compared, whatever its error.
    sets = rank_intervals([90, NAN, 30], [0, 0, 2])
    assert (sets.low.tolist(), sets.high.tolist()) == ([1, 0, 2], [1, 0, 2])


@pytest.mark.parametrize(
    ("errors", "options", "message"),
    [
        ([1, -1, 1], {}, "standard error 1 is -1.0"),
        ([0, 1, 0], {}, "units 0 and 2 both have an error of 0"),
        ([1, 1, 1], {"coverage": 1.0}, "coverage .* is 1.0"),
        ([1, 1, 1], {"coverage": 0.0}, "coverage .* is 0.0"),
        ([1, 1, 1], {"kind": "both"}, "'both'"),
        ([1, 1, 1], {"coverage": NAN}, "coverage .* is nan"),
        ([1, 1, 1], {"draws": 0}, "draws .* is 0"),
        ([1, 1, 1], {"draws": 2.5}, "draws .* is 2.5"),
        ([1, 1, 1], {"seed": -1}, "seed .* is -1"),
        ([1, np.inf, 1], {}, "standard error 1 is inf"),
        ([1, 1, 1e-200], {}, "standard error 2 is 1e-200"),
    ],
)
def test_intervals_refuse_the_impossible_by_name(errors, options, message):
    with pytest.raises(ValueError, match=message):
        rank_intervals([3, 2, 1], errors, **options)


def everything(seed: int = 11) -> str:
    """A digest of all that is computed here of a made-up table, to the last bit."""
    random = np.random.default_rng(5)
    scores, errors = random.normal(60, 6, 120), random.uniform(1, 4, 120)
    parts = [shrink(scores, errors).estimates, top_probability(scores, errors, k=3, draws=500, seed=seed)]
    for simultaneous in (True, False):
        sets = rank_intervals(scores, errors, simultaneous=simultaneous, seed=seed)
        parts += [sets.low, sets.high]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def test_the_same_seed_gives_the_same_numbers_in_any_thread():
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: everything(), range(4)))
    assert found == [everything()] * 4
    assert everything(seed=12) != everything()


@pytest.mark.parametrize("threads", ["1", "3"])
def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(threads):
    code = "import sys; from tests.core.test_ranking import everything; sys.stdout.write(everything())"
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, **dict.fromkeys(names, threads)},
    ).stdout  # fmt: skip
    assert printed == everything()


# Probability of the first k


def test_top_probability_of_two_units_has_its_closed_form():
    got = top_probability([62, 60], [2, 1], k=1, draws=200_000)
    assert got[0] == pytest.approx(norm.cdf(2 / np.sqrt(5)), abs=0.005)


def test_top_probability_of_equal_errors_follows_the_posterior():
    # Differences do not depend on mu: P(first of three) by simulation of independent normals.
    scores, error = np.array([70.0, 66.0, 50.0]), 3.0
    variance = scores.var(ddof=1) - error**2
    share = variance / (variance + error**2)
    draws = np.random.default_rng(1).normal(share * scores, np.sqrt(variance * (1 - share)), (200_000, 3))
    expected = np.bincount(draws.argmax(axis=1), minlength=3) / 200_000
    got = top_probability(scores, np.full(3, error), k=1, draws=100_000)
    np.testing.assert_allclose(got, expected, atol=0.01)


def test_top_probability_draws_the_common_mean_once_for_all():
    # Unequal errors: the common mean moves units apart. By simulation of the posterior of methods section 2,
    # mu from N(mu^, Var(mu)), each theta from N(B x + (1 - B) mu, tau^2 (1 - B)), all independent.
    scores, errors = np.array([80.0, 72.0, 40.0]), np.array([14.0, 3.0, 12.0])
    variance = paule_mandel(scores, errors)
    precision = 1 / (errors**2 + variance)
    share = variance * precision
    random = np.random.default_rng(3)
    mean = random.normal((precision * scores).sum() / precision.sum(), precision.sum() ** -0.5, (400_000, 1))
    theta = random.normal(share * scores + (1 - share) * mean, np.sqrt(variance * (1 - share)))
    expected = np.bincount(theta.argmax(axis=1), minlength=3) / 400_000
    got = top_probability(scores, errors, k=1, draws=200_000)
    np.testing.assert_allclose(got, expected, atol=0.005)


def test_top_probability_shares_tied_places_evenly():
    # No variance between the units: all the true scores are equal in every draw.
    np.testing.assert_allclose(top_probability([60, 61, 62, 60.5], [9, 9, 9, 9], k=2, draws=50), 0.5)
    got = top_probability([90, 50, 50, 50, 10], np.ones(5), k=2, draws=50)
    np.testing.assert_allclose(got, [1, 1 / 3, 1 / 3, 1 / 3, 0], atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(tables(), st.data())
def test_top_probabilities_add_up_to_k_in_any_order_of_the_rows(table, data):
    scores, errors = table
    k = data.draw(st.integers(1, scores.size))
    got = top_probability(scores, errors, k=k, draws=40)
    assert got.sum() == pytest.approx(k, abs=1e-9)
    assert ((got >= 0) & (got <= 1 + 1e-12)).all()
    order = data.draw(st.permutations(range(scores.size)))
    np.testing.assert_array_equal(top_probability(scores[order], errors[order], k=k, draws=40), got[order])


def test_top_probability_of_the_unknown_is_zero():
    assert top_probability([NAN, 90, 10, 5], [1, 1, 1, NAN], k=1).tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize("k", [0, 4, 1.5, NAN])
def test_top_probability_refuses_a_k_outside_the_table(k):
    with pytest.raises(ValueError, match=f"from 1 to 3.* is {k}"):
        top_probability([1, 2, 3, NAN], [1, 1, 1, 1], k=k)


def test_top_probability_refuses_an_error_of_zero():
    with pytest.raises(ValueError, match="standard error 0 is 0.0"):
        top_probability([1, 2, 3], [0, 1, 1], k=1)
