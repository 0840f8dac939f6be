"""The league from its inputs: classes by size, what is firm enough, places, ties, invariance."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from contest.league.computation import LeagueEntry, Position, compute_league, size_class
from contest.pool import Measured
from contest.rulebook_reading import read_rulebook, shipped_text
from core.ranking import rank_intervals, top_probability

TEXT = shipped_text("2026")
BOOK = read_rulebook(TEXT)
PLAIN = read_rulebook(TEXT.replace('estimator = "shrunken"', 'estimator = "plain"'))
D = Decimal
UNITS = [
    ["a1", 40, "71.25", "1.90", 300], ["a2", 25, "66.40", "2.60", 499], ["a3", 60, "80.10", "1.50", 0],
    ["b1", 30, "58.00", "2.20", 500], ["b2", 90, "74.00", "1.10", 1999], ["c1", 60, "69.35", "1.40", 2000],
    ["d1", 12, "95.00", "9.50", 7000], ["d2", 70, "62.10", "1.20", 5000], ["d3", 7, None, None, 6000],
    ["e1", 50, "61.00", "1.30", None],
]  # fmt: skip


def league(units=UNITS, book=BOOK) -> dict[str, LeagueEntry]:
    rows = compute_league({"contest": "2026", "rulebook": book.fingerprint, "units": units}, book)
    assert len(rows) == len(units)
    return {row.kato: row for row in rows}


@pytest.mark.parametrize(
    ("adults", "code"),
    [(0, "small"), (499, "small"), (500, "medium"), (1999, "medium"), (2000, "large"), (4999, "large"),
     (5000, "largest"), (10**6, "largest"), (None, None)],
)  # fmt: skip
def test_a_class_begins_at_its_fewest_and_ends_below_the_next(adults: int | None, code: str | None):
    found = size_class(adults, BOOK.league)
    assert (None if found is None else found.code) == code


def drawn_by_hand() -> dict[str, tuple[float, float]]:
    """Methods section 2 written out again, over all the units of the nation: score drawn, and B."""
    known = [(row[0], float(row[2]), float(row[3]) ** 2) for row in UNITS if row[2] is not None]
    x, v = np.array([row[1] for row in known]), np.array([row[2] for row in known])

    def mean(tau2: float) -> float:
        return float((x / (v + tau2)).sum() / (1 / (v + tau2)).sum())

    tau2 = brentq(lambda t: ((x - mean(t)) ** 2 / (v + t)).sum() - (len(x) - 1), 0, 1e4, xtol=1e-13)
    share = tau2 / (tau2 + v)
    drawn = mean(tau2) + share * (x - mean(tau2))
    return {row[0]: (d, b) for row, d, b in zip(known, drawn, share, strict=True)}


def test_points_are_drawn_to_the_mean_of_the_nation_and_places_are_of_the_class():
    rows, expected = league(), drawn_by_hand()
    for kato, (drawn, reliability) in expected.items():
        assert float(rows[kato].used) == pytest.approx(drawn, abs=0.0051)
        assert float(rows[kato].measured.reliability) == pytest.approx(reliability, abs=0.0051)
        assert str(rows[kato].measured.score) == next(row[2] for row in UNITS if row[0] == kato)
    assert {kato: rows[kato].place for kato in ("a1", "a2", "a3")} == {"a1": 2, "a2": 3, "a3": 1}
    assert {kato: rows[kato].place for kato in ("b1", "b2", "c1")} == {"b1": 2, "b2": 1, "c1": 1}


def test_what_is_not_firm_not_known_or_of_no_size_has_no_place():
    rows = league()
    assert drawn_by_hand()["d1"][1] < 0.7 < drawn_by_hand()["d2"][1]
    assert {kato: rows[kato].position for kato in ("d1", "d2", "d3", "e1")} == {
        "d1": Position.NOT_FIRM, "d2": Position.RANKED, "d3": Position.NO_SCORE, "e1": Position.NO_SIZE
    }  # fmt: skip
    for kato in ("d1", "d3", "e1"):
        row = rows[kato]
        assert (row.place, row.low, row.high, row.top_probability) == (0, 0, 0, None)
    # The 95.00 of a dozen answers stands on the page and takes nobody's place.
    assert (rows["d1"].measured.score, rows["d2"].place, rows["d2"].high) == (D("95.00"), 1, 1)


def test_intervals_and_chances_read_the_published_scores_of_the_own_class_alone():
    errors = ("1.00", "3.00", "2.50", "1.50", "2.00", "3.50")
    own = [[f"a{place}", 50, f"{60 + 4 * place}.00", error, 100] for place, error in enumerate(errors)]
    rows = league([*own, *(row for row in UNITS if not row[0].startswith("a"))])
    assert {rows[row[0]].position for row in own} == {Position.RANKED}
    published = [float(row[2]) for row in own], [float(row[3]) for row in own]
    ranking = BOOK.ranking
    sets = rank_intervals(*published, draws=ranking.interval_draws, seed=ranking.interval_seed)
    assert [(rows[row[0]].low, rows[row[0]].high) for row in own] == [
        *zip(sets.low.tolist(), sets.high.tolist(), strict=True)
    ]
    chance = top_probability(*published, k=BOOK.national.top, draws=ranking.top_draws, seed=ranking.top_seed)
    assert [float(rows[row[0]].top_probability) for row in own] == pytest.approx(chance.tolist(), abs=5e-5)
    assert (rows["b2"].high, rows["b1"].low) == (1, 2)


@pytest.mark.parametrize(("reliability", "is_firm"), [("0.69", False), ("0.70", True), (None, None)])
def test_a_score_is_firm_from_a_reliability_of_seven_tenths_on(reliability: str | None, is_firm: bool | None):
    known = None if reliability is None else D(reliability)
    assert Measured(50, D("70.00"), D("2.00"), D("70.00"), known).is_firm is is_firm


def test_equal_points_share_a_place():
    units = [
        [name, 50, score, "1.00", 100] for name, score in zip("abcd", ("70", "70", "80", "60"), strict=True)
    ]
    rows = league(units, PLAIN)
    assert {kato: rows[kato].place for kato in "abcd"} == {"a": 2, "b": 2, "c": 1, "d": 4}
    assert rows["a"].top_probability == rows["b"].top_probability


def test_two_units_cannot_tell_how_much_units_differ():
    rows = league([["a", 50, "70", "1", 100], ["b", 50, "80", "1", 100]])
    assert {row.position for row in rows.values()} == {Position.NOT_FIRM}


@st.composite
def tables(draw):
    size = draw(st.integers(0, 12))
    return [
        [
            f"{place:09}", draw(st.integers(10, 99)), *draw(
                st.one_of(
                    st.just((None, None)),
                    st.tuples(st.integers(0, 400), st.integers(1, 60)).map(
                        lambda pair: (str(D(pair[0]) / 4), str(D(pair[1]) / 10))
                    ),
                )
            ), draw(st.one_of(st.none(), st.sampled_from([100, 499, 500, 3000, 9000]))),
        ]
        for place in range(size)
    ]  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(tables(), st.randoms())
def test_places_follow_the_points_and_the_order_of_the_rows_changes_nothing(units, random):
    rows = league(units)
    for size in {row.size for row in rows.values()}:
        own = [row for row in rows.values() if row.size == size and row.place]
        for row in own:
            assert row.place == 1 + sum(other.used > row.used for other in own)
            assert 1 <= row.low <= row.high <= len(own)
            assert row.measured.reliability >= D("0.70")
    for row in rows.values():
        assert (row.place > 0) == (row.position is Position.RANKED)
    shuffled = list(units)
    random.shuffle(shuffled)
    assert league(shuffled) == rows


def test_other_inputs_are_refused():
    with pytest.raises(ValueError, match="belong to the rule book"):
        compute_league({"rulebook": PLAIN.fingerprint, "units": []}, BOOK)
    with pytest.raises(ValueError, match="the unit a1 is given twice"):
        compute_league({"rulebook": BOOK.fingerprint, "units": [*UNITS, UNITS[0]]}, BOOK)
