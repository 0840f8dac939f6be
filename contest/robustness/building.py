"""The scenarios of a standing, from its published numbers and its marks, and what they do to its places.

Pure: the rule book, NumPy and other pure modules. Nothing enters but what is published or, once all marks
are revealed, a mark. A scenario whose numbers disclosure control keeps back is not made up: it is named
as unavailable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np

from contest.judging.letters import in_order
from contest.jury.scoring import scores_of_marks
from contest.robustness.scenarios import (
    Floats,
    Integers,
    Steadiness,
    scenario_places,
    steadiness,
    weight_draws,
)
from contest.rulebook import Component, Counting, RuleBook, Source, Stage, StageRules
from core.disclosure import published
from core.words import Words

Marks = Mapping[str, Sequence[int]]


class Family(StrEnum):
    """What a scenario changes; the order is that of the page."""

    WEIGHTS = "weights"
    PLAIN = "plain"
    COMPONENT = "component"
    CRITERION = "criterion"
    JUDGE = "judge"
    DAYS = "days"
    ORIGIN = "origin"


class Why(StrEnum):
    """Why a family of scenarios has none."""

    ONE_COMPONENT = "one-component"
    NO_MARKS = "no-marks"
    NO_FLAGGED_DAYS = "no-flagged-days"
    KEPT_BACK = "kept-back"
    NOT_PUBLISHED = "not-published"


@dataclass(frozen=True, slots=True)
class SurveyCriterion:
    """A criterion of the survey with its weight, and each nominee's published mean, None where kept back."""

    code: str
    title: Words
    weight: int
    means: Mapping[int, Decimal | None]


@dataclass(frozen=True, slots=True)
class Material:
    """What scenarios are made of: of the nominees who have a place, everything that may be read.

    :param scores: nominee -> component -> the published score, the survey's as it is, not drawn to the mean.
    :param marks: component -> nominee (also one without a place, whose marks tell about severity) ->
        judge's letter -> marks in the order of the criteria.
    :param other_scores: survey scores with the flagged days counted the other way; None where kept back.
    """

    book: RuleBook
    stage: Stage
    places: Mapping[int, int]
    scores: Mapping[int, Mapping[str, Decimal | None]]
    criteria: Sequence[SurveyCriterion] = ()
    marks: Mapping[str, Mapping[int, Marks]] = field(default_factory=dict)
    other_scores: Mapping[int, Decimal | None] = field(default_factory=dict)

    @property
    def rules(self) -> StageRules:
        return self.book.stage(self.stage)


@dataclass(frozen=True, slots=True)
class Line:
    """Scenarios of one kind with the places of every nominee in each: shape (scenarios, nominees).

    `subject` names what was left out: a component, a judge's letter, `<component>:<criterion>`, or of the
    flagged days how they were counted: "all" or "without-flagged".
    `unchanged` counts the nominees whose number could not be changed because it is kept back.
    """

    family: Family
    subject: str
    places: Integers
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """All scenarios of a standing; the columns of every `places` are the `nominees`."""

    nominees: tuple[int, ...]
    decided: Integers
    lines: tuple[Line, ...]
    unavailable: tuple[tuple[Family, Why], ...]

    def steadiness(self, lines: Sequence[Line], *, first: int) -> Steadiness:
        """How steady the places are over some of the scenarios; `first` places count as among the first."""
        return steadiness(np.concatenate([line.places for line in lines]), self.decided, first=first)


@dataclass(frozen=True, slots=True)
class _Scenario:
    family: Family
    subject: str
    scores: Floats
    unchanged: int = 0


def outcome_of(material: Material) -> Outcome:
    """Rank the nominees again under every scenario.

    Notes
    -----
    Methods, section 9. All scenarios, the one with the book's own weights too, use the survey score as
    published, not drawn to the mean (section 3). Nominees without a place stay without one. Without a
    survey criterion the score moves by what the published means of the criteria show: by the weighted mean
    of the others less that of all. Without a judge the others' marks count even where the rule book would
    ask for more of them; without all of them the other components take the weight.
    """
    rules, nominees = material.rules, tuple(sorted(material.places))
    codes = [part.code for part in rules.components]
    weights = np.array([float(part.weight) for part in rules.components])
    cascade = [codes.index(code) for code in rules.cascade]
    decimals, base = material.book.ranking.decimals, _table(material, nominees)
    decided = np.array([material.places[nominee] for nominee in nominees], dtype=np.int64)
    if not nominees:
        return Outcome((), decided, (), ())
    drawn = weight_draws(weights, seed=material.book.ranking.interval_seed)
    lines = [Line(Family.WEIGHTS, "", scenario_places(base, drawn, cascade=cascade, decimals=decimals))]
    single, unavailable = _single_scenarios(material, nominees, base)
    stacked = scenario_places(
        np.stack([one.scores for one in single]), np.tile(weights, (len(single), 1)), cascade=cascade,
        decimals=decimals,
    )  # fmt: skip
    lines += [
        Line(one.family, one.subject, stacked[row : row + 1], one.unchanged) for row, one in enumerate(single)
    ]
    return Outcome(nominees, decided, tuple(lines), tuple(unavailable))


def _single_scenarios(
    material: Material, nominees: Sequence[int], base: Floats
) -> tuple[list[_Scenario], list[tuple[Family, Why]]]:
    made, unavailable = [_Scenario(Family.PLAIN, "", base)], []
    parts = material.rules.components
    if len(parts) > 1:
        made += [
            _Scenario(Family.COMPONENT, part.code, _with_column(base, column, [None] * len(nominees)))
            for column, part in enumerate(parts)
        ]
    else:
        unavailable.append((Family.COMPONENT, Why.ONE_COMPONENT))
    for column, part in enumerate(parts):
        made += _without_criteria(material, nominees, base, column, part)
    judges = {j for marks in material.marks.values() for given in marks.values() for j in given}
    made += [_without_judge(material, nominees, base, judge) for judge in in_order(judges)]
    if not judges:
        unavailable.append((Family.JUDGE, Why.NO_MARKS))
    days = _other_days(material, nominees, base)
    if isinstance(days, Why):
        unavailable.append((Family.DAYS, days))
    else:
        made.append(days)
    # Scores by origin are not published: with a unit's own they would isolate its smallest origin.
    unavailable.append((Family.ORIGIN, Why.NOT_PUBLISHED))
    return made, unavailable


def _table(material: Material, nominees: Sequence[int]) -> Floats:
    codes = [part.code for part in material.rules.components]
    return np.array([[_float(material.scores[one].get(code)) for code in codes] for one in nominees], float)


def _without_criteria(
    material: Material, nominees: Sequence[int], base: Floats, column: int, part: Component
) -> list[_Scenario]:
    if part.source is Source.SURVEY and len(material.criteria) > 1:
        return [
            _without_survey_criterion(material, nominees, base, column, part, left_out)
            for left_out in material.criteria
        ]
    if part.source is not Source.MARKS or len(part.criteria) < 2 or part.code not in material.marks:
        return []
    made = []
    for place, criterion in enumerate(part.criteria):
        rest = replace(part, criteria=part.criteria[:place] + part.criteria[place + 1 :])
        marks = {
            nominee: {judge: [*given[:place], *given[place + 1 :]] for judge, given in judges.items()}
            for nominee, judges in material.marks[part.code].items()
        }
        scores = marked_scores(rest, marks, nominees, decimals=material.book.ranking.decimals)
        made.append(
            _Scenario(Family.CRITERION, f"{part.code}:{criterion.code}", _with_column(base, column, scores))
        )
    return made


def _without_survey_criterion(
    material: Material,
    nominees: Sequence[int],
    base: Floats,
    column: int,
    part: Component,
    left_out: SurveyCriterion,
) -> _Scenario:
    scores: list[Decimal | None] = []
    unchanged = 0
    for nominee in nominees:
        score = material.scores[nominee].get(part.code)
        means = {one.code: one.means.get(nominee) for one in material.criteria}
        if score is None or any(mean is None for mean in means.values()):
            unchanged += score is not None
            scores.append(score)
            continue
        every = _weighted(material.criteria, nominee)
        others = _weighted([one for one in material.criteria if one is not left_out], nominee)
        moved = min(max(Fraction(score) + others - every, Fraction(0)), Fraction(100))
        scores.append(published(moved, material.book.ranking.decimals))
    return _Scenario(
        Family.CRITERION, f"{part.code}:{left_out.code}", _with_column(base, column, scores), unchanged
    )


def _without_judge(material: Material, nominees: Sequence[int], base: Floats, judge: str) -> _Scenario:
    table = base
    for column, part in enumerate(material.rules.components):
        given = material.marks.get(part.code)
        if part.source is Source.MARKS and given is not None:
            marks = {
                nominee: {letter: own for letter, own in judges.items() if letter != judge}
                for nominee, judges in given.items()
            }
            scores = marked_scores(part, marks, nominees, decimals=material.book.ranking.decimals)
            table = _with_column(table, column, scores)
    return _Scenario(Family.JUDGE, judge, table)


def _other_days(material: Material, nominees: Sequence[int], base: Floats) -> _Scenario | Why:
    survey = [column for column, part in enumerate(material.rules.components) if part.source is Source.SURVEY]
    # Whoever has no score, as after another's time in the post, does not get one here either.
    own = {
        nominee: material.other_scores[nominee]
        for row, nominee in enumerate(nominees)
        if nominee in material.other_scores and survey and not np.isnan(base[row, survey[0]])
    }
    if not own:
        return Why.NO_FLAGGED_DAYS
    if all(score is None for score in own.values()):
        return Why.KEPT_BACK
    table = base.copy()
    for row, nominee in enumerate(nominees):
        if own.get(nominee) is not None:
            table[row, survey] = float(own[nominee])  # type: ignore[arg-type]
    counts_all = material.book.survey.counting is Counting.ALL
    other = Counting.WITHOUT_FLAGGED if counts_all else Counting.ALL
    return _Scenario(Family.DAYS, other.value, table, sum(score is None for score in own.values()))


def marked_scores(
    part: Component, marks: Mapping[int, Marks], nominees: Sequence[int], *, decimals: int
) -> list[Decimal | None]:
    """A marked component's score of each nominee by the rule book's combination, from one judge on."""
    enough, judged = replace(part, fewest_judges=min(1, part.fewest_judges)), sorted(marks)
    scores = scores_of_marks([marks[nominee] for nominee in judged], enough, decimals=decimals)
    found = dict(zip(judged, scores, strict=True))
    return [found[nominee].value if nominee in found else None for nominee in nominees]


def _weighted(criteria: Sequence[SurveyCriterion], nominee: int) -> Fraction:
    total = sum(one.weight for one in criteria)
    return sum((one.weight * Fraction(one.means[nominee]) for one in criteria), Fraction(0)) / total  # type: ignore[arg-type]


def _with_column(base: Floats, column: int, scores: Sequence[Decimal | None]) -> Floats:
    table = base.copy()
    table[:, column] = [_float(score) for score in scores]
    return table


def _float(number: Decimal | None) -> float:
    return np.nan if number is None else float(number)
