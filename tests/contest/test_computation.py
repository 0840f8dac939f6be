"""Rows of a standing from its inputs: order of work, ties, missing components, awards, invariance."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from contest.jury.scoring import judge_score, scores_of_marks
from contest.rulebook import RuleBook
from contest.rulebook_reading import read_rulebook, shipped_text
from contest.standings.computation import ComputedRow, compute_rows, digest_of
from core.disclosure import published

TEXT = shipped_text("2026")
BOOK = read_rulebook(TEXT)
KIND_TEXT = TEXT.replace('missing = "not-eligible"', 'missing = "reweigh"')
KIND = read_rulebook(KIND_TEXT)
PLAIN = read_rulebook(TEXT.replace('estimator = "shrunken"', 'estimator = "plain"'))
UNITS = [
    ["a", 40, "71.25", "1.90"], ["b", 25, "66.40", "2.60"], ["c", 60, "80.10", "1.50"],
    ["d", 30, "58.00", "2.20"], ["e", 12, "74.00", "4.10"], ["f", 6, None, None],
]  # fmt: skip
MARKS = {
    1: [[8, 7, 9, 6], [7, 7, 8, 8], [9, 8, 8, 7]],
    2: [[5, 6, 7, 6], [6, 6, 6, 5]],
    3: [[9, 9, 8, 10], [8, 9, 9, 9], [10, 9, 8, 9]],
}
ETHICS = {1: [7, "80", "5", True], 2: [12, "61.30", "3.40", False], 3: [6, "75", "6", True]}


def inputs(book: RuleBook = BOOK, *, stage: str = "regional", **changes: Any) -> dict[str, Any]:
    component = "project" if stage == "regional" else "cases"
    given = {
        "stage": stage, "rulebook": book.fingerprint, "units": UNITS, "nominations": {},
        "nominees": [
            {"id": number, "kato": kato, "ethics": ETHICS[number],
             "marks": {component: MARKS[number] if stage == "regional" else [m[:3] for m in MARKS[number]]}}
            for number, kato in ((1, "a"), (2, "b"), (3, "c"))
        ],
    }  # fmt: skip
    return {**given, **changes}


def nominee(number: int, kato: str, ethics=None, marks=None) -> dict[str, Any]:
    given = MARKS[1] if marks is None else marks
    return {"id": number, "kato": kato, "ethics": ethics, "marks": {"project": given}}


def by_number(rows: tuple[ComputedRow, ...]) -> dict[int, ComputedRow]:
    return {row.nominee_id: row for row in rows}


def shrunken_by_hand() -> dict[str, float]:
    """Methods section 2 written out again: Paule and Mandel's variance by a root, then mu + B (x - mu)."""
    known = [(kato, float(x), float(se)) for kato, _n, x, se in UNITS if x is not None]
    x = np.array([row[1] for row in known])
    v = np.array([row[2] for row in known]) ** 2

    def mean(tau2: float) -> float:
        return float((x / (v + tau2)).sum() / (1 / (v + tau2)).sum())

    tau2 = brentq(lambda t: ((x - mean(t)) ** 2 / (v + t)).sum() - (len(x) - 1), 0, 1e4, xtol=1e-13)
    drawn = mean(tau2) + tau2 / (tau2 + v) * (x - mean(tau2))
    return dict(zip([row[0] for row in known], drawn, strict=True))


def test_scores_equal_the_method_computed_by_other_means():
    rows = by_number(compute_rows(inputs(), BOOK))
    drawn = shrunken_by_hand()
    for number, kato in ((1, "a"), (2, "b"), (3, "c")):
        marks = np.array(MARKS[number]).mean(axis=1) * 10
        expected = 0.40 * drawn[kato] + 0.25 * float(ETHICS[number][1]) + 0.35 * round(marks.mean(), 2)
        assert float(rows[number].composite) == pytest.approx(expected, abs=1e-6)
        assert rows[number].shown == round(Decimal(str(expected)), 2)
        error = np.sqrt(
            (0.40 * float({unit[0]: unit[3] for unit in UNITS}[kato])) ** 2
            + (0.25 * float(ETHICS[number][2])) ** 2
            + (0.35 * round(marks.std(ddof=1) / np.sqrt(len(marks)), 2)) ** 2
        )
        assert float(rows[number].error) == pytest.approx(error, abs=0.006)
    assert [rows[number].place for number in (1, 2, 3)] == [2, 3, 1]
    assert [rows[number].is_finalist for number in (1, 2, 3)] == [False, False, True]


def test_the_estimator_can_be_the_plain_mean():
    (row,) = compute_rows(inputs(PLAIN, nominees=[nominee(1, "a", ETHICS[1])]), PLAIN)
    assert row.parts["survey"].used == row.parts["survey"].score == Decimal("71.25")
    # 0.40 x 71.25 + 0.25 x 80 + 0.35 x 76.67
    assert row.composite == Decimal("75.3345")
    assert row.shown == Decimal("75.33")


def test_the_order_of_the_rows_changes_nothing():
    expected = compute_rows(inputs(), BOOK)
    for seed in range(5):
        shuffled = random.Random(seed)
        given = inputs(
            units=shuffled.sample(UNITS, len(UNITS)), nominees=shuffled.sample(inputs()["nominees"], 3)
        )
        assert compute_rows(given, BOOK) == expected


@st.composite
def stages(draw) -> dict[str, Any]:
    """Inputs of a regional stage with ties, gaps and nominees of whom hardly anything is known."""
    size = draw(st.integers(1, 5))
    score = st.integers(0, 8).map(lambda step: f"{40 + 5 * step}.00")
    known = st.one_of(st.none(), st.tuples(score, st.sampled_from(["0.00", "1.50", "6.00"])))
    units = [
        [f"u{place}", 20, *(draw(known) or (None, None))] for place in range(size + draw(st.integers(0, 4)))
    ]
    nominees = []
    for number in range(size):
        ethics = draw(known)
        sheets = draw(
            st.dictionaries(st.integers(1, 4), st.lists(st.sampled_from([4, 8]), min_size=4, max_size=4))
        )
        nominees.append(
            judged(
                1, f"u{number}", list(sheets), marks=list(sheets.values())
            ) | {"id": number, "ethics": None if ethics is None else [12, *ethics, False]}
        )  # fmt: skip
    return {"units": units, "nominees": nominees}


@settings(deadline=None, max_examples=25)
@given(stages(), st.sampled_from(["mean", "trimmed", "median", "adjusted"]), st.randoms())
def test_places_follow_the_points_whatever_is_missing_and_in_any_order(given, way, shuffled):
    fewer = KIND_TEXT.replace("top_draws = 10000", "top_draws = 200")
    book = read_rulebook(fewer.replace('combine = "mean"', f'combine = "{way}"'))
    rows = compute_rows(inputs(book, **given), book)
    placed = [row for row in rows if row.place]
    for row in placed:
        assert row.shown == published(row.composite)
        assert row.place == 1 + sum(other.place < row.place for other in placed)
        assert all(other.place > row.place for other in placed if other.shown < row.shown)
        assert (row.low > 0) == ("no-interval" not in row.flags)
        assert 0 <= row.low <= row.high <= len(placed)
    assert [row.nominee_id for row in rows if "not-eligible" in row.flags] == [
        row.nominee_id for row in rows if row.place == 0 and row.shown is None
    ]
    known = [row.top_probability for row in placed if row.low]
    assert float(sum(known)) == pytest.approx(min(book.regional.top, len(known)), abs=0.0005)
    assert all(row.is_finalist == (0 < row.place <= book.regional.finalists) for row in rows)
    mixed = {name: shuffled.sample(list(value), len(value)) for name, value in given.items()}
    renamed = dict(zip((1, 2, 3, 4), shuffled.sample((1, 2, 3, 4), 4), strict=True))
    for nominee_ in mixed["nominees"]:
        nominee_["judges"] = {"project": [renamed[judge] for judge in nominee_["judges"]["project"]]}
    assert compute_rows(inputs(book, **mixed), book) == rows


def test_a_missing_component_is_reweighed_and_flagged():
    rows = by_number(compute_rows(inputs(nominees=[nominee(1, "a", None), nominee(2, "b", ETHICS[2])]), BOOK))
    used = rows[1].parts["survey"].used
    expected = (Decimal("0.40") * used + Decimal("0.35") * Decimal("76.67")) / Decimal("0.75")
    assert rows[1].shown == round(expected, 2)
    assert rows[1].flags == ("missing:ethics", "reweighed")
    assert rows[2].flags == ()


def test_a_missing_component_can_cost_the_place():
    given = inputs(nominees=[nominee(1, "f", ETHICS[1]), nominee(2, "b", ETHICS[2])])
    rows = by_number(compute_rows(given, BOOK))
    assert (rows[1].place, rows[1].shown, rows[1].low) == (0, None, 0)
    assert rows[1].flags == ("missing:survey", "not-eligible")
    assert (rows[2].place, rows[2].is_finalist) == (1, True)


@pytest.mark.parametrize(
    ("book", "flags"),
    [(BOOK, ("missing:project", "not-eligible")), (KIND, ("missing:project", "reweighed", "coarse:ethics"))],
)
def test_too_few_judges_are_a_missing_component(book: RuleBook, flags: tuple[str, ...]):
    one_judge = nominee(1, "a", ETHICS[1], marks=[[10, 10, 10, 10]])
    assert compute_rows(inputs(book, nominees=[one_judge]), book)[0].flags == flags


ADJUSTED = read_rulebook(TEXT.replace('combine = "mean"', 'combine = "adjusted"'))


def judged(number: int, kato: str, judges: list[int], **changes: Any) -> dict[str, Any]:
    return nominee(number, kato, ETHICS[number], **changes) | {"judges": {"project": judges}}


def test_severity_is_taken_out_where_the_rule_book_says_so_and_the_mean_stands_beside():
    # Judge 3 gives 10 points more than judge 1 and judge 2 gives 5 more; 2 and 3 each miss one nominee.
    given = {1: {1: [6] * 4, 2: [7, 7, 6, 6], 3: [7] * 4}, 2: {1: [5] * 4, 2: [6, 6, 5, 5]},
             3: {1: [8] * 4, 3: [9] * 4}}  # fmt: skip
    nominees = [
        judged(number, kato, list(given[number]), marks=list(given[number].values()))
        for number, kato in ((1, "a"), (2, "b"), (3, "c"))
    ]
    rows = by_number(compute_rows(inputs(ADJUSTED, nominees=nominees), ADJUSTED))
    parts = {number: rows[number].parts["project"] for number in (1, 2, 3)}
    assert {number: part.score for number, part in parts.items()} == {
        1: Decimal("65.00"), 2: Decimal("55.00"), 3: Decimal("85.00")
    }  # fmt: skip
    assert {number: part.mean for number, part in parts.items()} == {
        1: Decimal("65.00"), 2: Decimal("52.50"), 3: Decimal("85.00")
    }  # fmt: skip
    assert parts[2].as_dict()["mean"] == "52.50"
    nameless = [{key: value for key, value in row.items() if key != "judges"} for row in nominees]
    with pytest.raises(ValueError, match="nominee 1, project: 3 lists of marks need as many judges' numbers"):
        compute_rows(inputs(ADJUSTED, nominees=nameless), ADJUSTED)
    assert compute_rows(inputs(nominees=nameless), BOOK) == compute_rows(inputs(nominees=nominees), BOOK)


def test_where_judges_cannot_be_compared_the_mean_counts_and_a_flag_says_so():
    text = TEXT.replace('combine = "mean"', 'combine = "adjusted"')
    book = read_rulebook(text.replace("fewest_judges = 2", "fewest_judges = 1"))
    nominees = [judged(1, "a", [1], marks=[[8] * 4]), judged(2, "b", [2], marks=[[6] * 4])]
    rows = by_number(compute_rows(inputs(book, nominees=nominees), book))
    assert rows[1].parts["project"].score == Decimal("80.00")
    assert "unadjusted:project" in rows[1].flags
    assert "unadjusted:project" in rows[2].flags


def test_a_place_outside_its_interval_is_flagged():
    # Villages nearly alike, one far ahead with a large error: drawn to the mean it loses the first place.
    units = [[f"u{place}", 50, f"{50 + place % 20 / 10:.2f}", "0.30"] for place in range(200)]
    units += [["a", 50, "52.00", "0.30"], ["b", 10, "67.00", "5.00"]]
    alike = [[8, 8, 8, 8], [8, 8, 8, 8]]
    given = inputs(
        units=units,
        nominees=[nominee(1, "a", [20, "70.00", "0.10", False], alike),
                  nominee(2, "b", [20, "70.00", "0.10", False], alike)],
    )  # fmt: skip
    rows = by_number(compute_rows(given, BOOK))
    assert {number: (row.place, row.low, row.high) for number, row in rows.items()} == {
        1: (1, 2, 2), 2: (2, 1, 1)
    }  # fmt: skip
    assert all("outside-interval" in row.flags for row in rows.values())
    assert not any("outside-interval" in row.flags for row in compute_rows(inputs(), BOOK))


def test_a_tie_is_parted_by_the_cascade_and_what_is_equal_stays_tied():
    # Without drawing: 0.40 x 70 + 0.25 x 80 = 48 and 0.40 x 80 + 0.25 x 64 = 48; the survey comes first.
    units = [["a", 20, "70.00", "2.00"], ["b", 20, "80.00", "2.00"], ["c", 20, "70.00", "2.00"]]
    given = inputs(
        PLAIN, units=units,
        nominees=[
            nominee(1, "a", [12, "80.00", "3.00", False]), nominee(2, "b", [12, "64.00", "3.00", False]),
            nominee(3, "c", [12, "80.00", "3.00", False]),
        ],
    )  # fmt: skip
    rows = by_number(compute_rows(given, PLAIN))
    assert {number: row.shown for number, row in rows.items()} == dict.fromkeys((1, 2, 3), Decimal("74.83"))
    assert {number: row.place for number, row in rows.items()} == {1: 2, 2: 1, 3: 2}
    assert rows[2].flags == ("tie-broken",)
    assert rows[1].flags == rows[3].flags == ("tie-broken", "tied")
    assert rows[1].award == rows[3].award == "place-2"


def test_tied_at_the_border_both_go_on():
    units = [["a", 20, "70.00", "2.00"], ["b", 20, "70.00", "2.00"], ["c", 20, "60.00", "2.00"]]
    given = inputs(
        units=units,
        nominees=[nominee(number, kato, ETHICS[1]) for number, kato in ((1, "a"), (2, "b"), (3, "c"))],
    )
    rows = by_number(compute_rows(given, BOOK))
    assert [rows[number].place for number in (1, 2, 3)] == [1, 1, 3]
    assert [rows[number].is_finalist for number in (1, 2, 3)] == [True, True, False]
    assert rows[1].top_probability == rows[2].top_probability


def test_intervals_read_undrawn_scores_and_chances_add_up():
    rows = compute_rows(inputs(), BOOK)
    assert [(row.low, row.high) for row in rows] == [(1, 1), (2, 2), (3, 3)]
    assert sum(row.top_probability for row in rows) == pytest.approx(1, abs=0.0002)
    close = [["a", 20, "70.00", "9.00"], ["b", 20, "71.00", "9.00"], ["c", 20, "72.00", "9.00"]]
    rows = compute_rows(inputs(units=close), BOOK)
    assert {(row.low, row.high) for row in rows} != {(1, 1), (2, 2), (3, 3)}


def test_without_an_error_there_is_no_interval():
    alike = [[8, 8, 8, 8], [8, 8, 8, 8]]
    units = [["a", 6, None, None], ["b", 6, None, None]]
    lenient = read_rulebook(TEXT.replace('missing = "not-eligible"', 'missing = "reweigh"'))
    given = inputs(
        lenient, units=units, nominees=[nominee(1, "a", None, alike), nominee(2, "b", None, alike)]
    )
    rows = compute_rows(given, lenient)
    assert [(row.place, row.low, row.high, row.top_probability) for row in rows] == [(1, 0, 0, None)] * 2
    assert "no-interval" in rows[0].flags


def test_nominations_go_to_the_best_without_a_prize_in_the_books_order():
    text = TEXT.replace("places = 3\ntop = 3", "places = 1\ntop = 3")
    book = read_rulebook(text)
    assert book.national.places == 1
    given = inputs(
        book, stage="national",
        nominations={
            "project": [[1, "76.67"], [2, "76.67"], [3, "90.00"]],
            "open": [[1, "70.00"], [2, "60.00"], [3, "99.00"]], "enterprising": [[1, None], [2, "50.00"]],
        },
    )  # fmt: skip
    rows = by_number(compute_rows(given, book))
    # The winner takes no nomination; two are equal in the first one, so nobody is left for the others.
    assert {number: row.award for number, row in rows.items()} == {
        1: "nomination:project", 2: "nomination:project", 3: "place-1"
    }  # fmt: skip


def test_votes_decide_the_nominations_that_the_book_leaves_to_them():
    text = TEXT.replace("places = 3\ntop = 3", "places = 1\ntop = 3")
    head, *rest = text.split("[[nominations]]")
    kept = next(part for part in rest if 'code = "open"' in part).replace('"formula"', '"vote"')
    book = read_rulebook(head + "[[nominations]]" + kept)
    votes = {"open": [[3, 6, True], [2, 3, True], [1, 4, True], [1, 5, False]]}
    rows = by_number(compute_rows(inputs(book, stage="national", votes=votes), book))
    # The first place is no nominee's besides; the last vote on the first nominee was lost.
    assert {number: row.award for number, row in rows.items()} == {
        1: None, 2: "nomination:open", 3: "place-1"
    }  # fmt: skip


def test_inputs_of_another_rule_book_are_refused():
    with pytest.raises(ValueError, match="belong to the rule book"):
        compute_rows(inputs(PLAIN), BOOK)


def test_the_digest_sees_every_number():
    other = inputs(units=[["a", 40, "71.26", "1.90"], *UNITS[1:]])
    assert digest_of(inputs()) == digest_of(dict(reversed(inputs().items())))
    assert digest_of(other) != digest_of(inputs())


def test_nobody_to_rank_is_no_error():
    assert compute_rows(inputs(nominees=[], units=[]), BOOK) == ()


def test_marks_become_a_score_on_0_to_100():
    project = BOOK.regional.component("project")
    assert judge_score([0, 0, 0, 0], project) == 0
    assert judge_score([10, 10, 10, 10], project) == 100
    # Judges 75 and 85: mean 80, s = 7.0711, s / sqrt(2) = 5.
    (score,) = scores_of_marks([{1: [7, 8, 7, 8], 2: [8, 9, 8, 9]}], project, decimals=2)
    assert (score.value, score.error, score.n) == (Decimal("80.00"), Decimal("5.00"), 2)
    essay = read_rulebook(shipped_text("2020")).regional.component("essay")
    assert judge_score([1, 5], essay) == 50


@pytest.mark.parametrize(
    ("marks", "fault"),
    [([11, 1, 1, 1], "the mark 11 is off the scale 0 to 10"), ([1, 1, 1], "3 marks for 4")],
)
def test_impossible_marks_are_refused(marks: list[int], fault: str):
    with pytest.raises(ValueError, match=fault):
        judge_score(marks, BOOK.regional.component("project"))
