"""The scenarios of a standing: each left out part by numbers worked out by hand, and what is unavailable."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from contest.robustness.building import Family, Line, Material, SurveyCriterion, Why, outcome_of
from contest.rulebook import Combine, Counting, Estimator, RuleBook, Stage
from contest.rulebook_reading import read_rulebook, shipped_text
from contest.standings.computation import compute_rows
from core.words import Words

WORDS = Words("а", "а", "a")
# Weights 0.40, 0.25, 0.35; ties are parted by the survey, then the project, then ethics.
BOOK = read_rulebook(shipped_text("2026"), place="test")
SCORES = {
    1: {"survey": Decimal(80), "ethics": Decimal(60), "project": Decimal(70)},  # 71.50
    2: {"survey": Decimal(70), "ethics": Decimal(90), "project": Decimal(65)},  # 73.25
    3: {"survey": Decimal(60), "ethics": None, "project": Decimal(90)},  # 74.00 of 0.75
}
MARKS = {
    "project": {
        1: {"A": (7, 7, 7, 7), "B": (7, 7, 7, 7)},
        2: {"A": (9, 9, 9, 9), "B": (4, 4, 4, 4)},
        3: {"A": (9, 9, 9, 9), "B": (9, 9, 9, 9)},
    }
}


def material(**changes) -> Material:
    return replace(Material(BOOK, Stage.REGIONAL, {1: 3, 2: 2, 3: 1}, SCORES), **changes)


def lines(found, family: Family) -> dict[str, list[int]]:
    return {line.subject: line.places[0].tolist() for line in found.lines if line.family is family}


def one(found, family: Family) -> Line:
    return next(line for line in found.lines if line.family is family)


def test_without_a_component_the_others_take_its_weight():
    found = outcome_of(material())
    assert one(found, Family.PLAIN).places.tolist() == [[3, 2, 1]]
    # Without the survey: 65.83, 75.42, 90. Without ethics: 75.33, 67.67, 74. Without the project: 72.31,
    # 77.69, 60.
    assert lines(found, Family.COMPONENT) == {"survey": [3, 2, 1], "ethics": [1, 3, 2], "project": [2, 1, 3]}


def test_a_survey_criterion_left_out_moves_the_score_by_what_the_means_show():
    # Means 90 and 70 weigh 3 and 1: together 85, so without the first the score is lower by 15.
    first = SurveyCriterion("rights", WORDS, 3, {1: Decimal(90), 2: Decimal(70), 3: Decimal(50)})
    second = SurveyCriterion("services", WORDS, 1, {1: Decimal(70), 2: Decimal(70), 3: None})
    found = outcome_of(material(criteria=(first, second)))
    # Without "rights" nominee 1 has 65 and 65.50 in all, without "services" 85 and 73.50; the others stay.
    assert lines(found, Family.CRITERION) == {
        "survey:rights": [3, 2, 1],
        "survey:services": [2, 3, 1],
    }
    assert [line.unchanged for line in found.lines if line.family is Family.CRITERION] == [1, 1]


def test_a_judge_left_out_leaves_the_mean_of_the_others():
    found = outcome_of(material(marks=MARKS))
    # Without A nominee 2 has 40 for the project and 64.50 in all; without B 90 and 82.
    assert lines(found, Family.JUDGE) == {"A": [2, 3, 1], "B": [3, 1, 2]}


def test_a_marked_criterion_left_out_leaves_the_mean_of_the_other_criteria():
    given = {"project": {1: {"A": (10, 1, 1, 1)}, 2: {"A": (2, 2, 2, 2)}, 3: {"A": (3, 3, 3, 3)}}}
    alike = {n: {"survey": Decimal(50), "ethics": None, "project": Decimal(0)} for n in (1, 2, 3)}
    found = outcome_of(material(scores=alike, marks=given))
    assert lines(found, Family.CRITERION) == {
        "project:need": [3, 2, 1], "project:result": [1, 3, 2], "project:thrift": [1, 3, 2],
        "project:people": [1, 3, 2],
    }  # fmt: skip


def test_marks_count_as_the_rule_book_combines_them():
    part = replace(BOOK.regional.component("project"), combine=Combine.MEDIAN)
    rules = replace(
        BOOK.regional,
        components=tuple(part if c.code == "project" else c for c in BOOK.regional.components),
    )
    given = {
        "project": {
            1: dict.fromkeys("ABC", (5,) * 4) | {"D": (5,) * 4},
            2: {"A": (0,) * 4, "B": (6,) * 4, "C": (6,) * 4, "D": (0,) * 4},
            3: dict.fromkeys("ABCD", (4,) * 4),
        }
    }
    alike = {n: {"survey": Decimal(50), "ethics": None, "project": Decimal(0)} for n in (1, 2, 3)}
    found = outcome_of(material(book=replace(BOOK, regional=rules), scores=alike, marks=given))
    # Without D the middle mark of nominee 2 is 6, and the mean would be 4.
    assert lines(found, Family.JUDGE)["D"] == [2, 1, 3]


def test_the_only_judge_left_out_leaves_the_other_components():
    given = {"project": {n: {"A": (9,) * 4} for n in (1, 2, 3)}}
    found = outcome_of(material(marks=given))
    assert lines(found, Family.JUDGE) == {"A": lines(found, Family.COMPONENT)["project"]}


def test_flagged_days_are_left_out_only_with_published_numbers():
    found = outcome_of(material(other_scores={1: Decimal(95), 2: None}))
    days = one(found, Family.DAYS)
    # Nominee 1 has 77.50 then.
    assert (days.subject, days.places.tolist(), days.unchanged) == ("without-flagged", [[1, 3, 2]], 1)
    counted = replace(BOOK, survey=replace(BOOK.survey, counting=Counting.WITHOUT_FLAGGED))
    assert (
        one(outcome_of(material(book=counted, other_scores={1: Decimal(95)})), Family.DAYS).subject == "all"
    )


@pytest.mark.parametrize(("other", "why"), [({}, Why.NO_FLAGGED_DAYS), ({1: None, 2: None}, Why.KEPT_BACK)])
def test_what_is_kept_back_is_named_and_not_made_up(other, why: Why):
    found = outcome_of(material(other_scores=other))
    assert Family.DAYS not in {line.family for line in found.lines}
    assert found.unavailable == (
        (Family.JUDGE, Why.NO_MARKS), (Family.DAYS, why), (Family.ORIGIN, Why.NOT_PUBLISHED),
    )  # fmt: skip


def test_a_single_component_cannot_be_left_out():
    rules = replace(BOOK.regional, components=BOOK.regional.components[:1], cascade=("survey",))
    found = outcome_of(material(book=replace(BOOK, regional=rules)))
    assert (Family.COMPONENT, Why.ONE_COMPONENT) in found.unavailable
    assert one(found, Family.WEIGHTS).places.tolist() == [[1, 2, 3]] * 1000


def test_nobody_with_a_place_is_no_scenario():
    found = outcome_of(material(places={}, scores={}))
    assert (found.nominees, found.lines) == ((), ())


def test_the_book_with_plain_means_gives_its_own_standing():
    """The order without changes is that of a standing by the same book with the plain estimator."""
    plain = replace(BOOK, survey=replace(BOOK.survey, estimator=Estimator.PLAIN))
    rows = compute_rows(inputs(plain, nominees=12, judges=4), plain)
    scores = {row.nominee_id: {code: part.score for code, part in row.parts.items()} for row in rows}
    own = Material(plain, Stage.REGIONAL, {row.nominee_id: row.place for row in rows}, scores)
    found = outcome_of(own)
    assert one(found, Family.PLAIN).places[0].tolist() == found.decided.tolist()
    assert sorted(found.decided.tolist()) == list(range(1, 13))


def test_every_family_has_its_scenarios_for_many_nominees_and_judges():
    stream = np.random.RandomState(4)
    nominees = range(1, 41)
    scores = {
        n: {code: Decimal(str(round(stream.uniform(30, 95), 2))) for code in ("survey", "ethics", "project")}
        for n in nominees
    }
    marks = {"project": {n: {j: stream.randint(0, 11, 4).tolist() for j in "ABCDEFGHIJ"} for n in nominees}}
    criteria = [SurveyCriterion(c, WORDS, 1, {n: scores[n]["survey"] for n in nominees}) for c in "uvwxyz"]
    whole = Material(BOOK, Stage.REGIONAL, dict.fromkeys(nominees, 1), scores, criteria, marks)
    found = outcome_of(whole)
    assert sum(line.places.shape[0] for line in found.lines) == 1000 + 1 + 3 + 6 + 4 + 10


def inputs(book: RuleBook, *, nominees: int, judges: int) -> dict:
    """A standing's inputs with made-up numbers, all different."""
    stream = np.random.RandomState(7)
    return {
        "stage": "regional", "rulebook": book.fingerprint, "nominations": {},
        "units": [
            [f"{n:09}", 40, f"{60 + n + stream.uniform(0, 0.9):.2f}", "2.00"] for n in range(nominees)
        ],
        "nominees": [
            {
                "id": n + 1, "kato": f"{n:09}", "ethics": [12, f"{70 + n / 3:.2f}", "3.00", False],
                "marks": {"project": [stream.randint(0, 11, 4).tolist() for _ in range(judges)]},
            }
            for n in range(nominees)
        ],
    }  # fmt: skip
