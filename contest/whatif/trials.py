"""What would the places be by other weights: the standing's own arithmetic on inputs, with a changed book.

Pure: NumPy, the rule book and the computation of standings. Nothing here is kept anywhere; simulated
inputs are made up from a seed and say nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from contest.rulebook import Component, Estimator, RuleBook, Stage
from contest.standings.computation import ComputedRow, compute_rows

SIMULATED_UNITS = 40
SIMULATED_NOMINEES = 12
SIMULATED_JUDGES = 5


@dataclass(frozen=True, slots=True)
class Variant:
    """Other weights of a stage's components, which add up to 1, and how the survey score enters."""

    weights: Mapping[str, Decimal]
    estimator: Estimator


@dataclass(frozen=True, slots=True)
class Moved:
    """One nominee by the rules in force and by the variant."""

    before: ComputedRow
    after: ComputedRow

    @property
    def nominee_id(self) -> int:
        return self.before.nominee_id

    @property
    def step(self) -> int:
        """How many places up (above 0) or down; 0 also where one of the two is no place."""
        return self.before.place - self.after.place if self.before.place and self.after.place else 0


def varied(book: RuleBook, stage: Stage, variant: Variant) -> RuleBook:
    """The book with the variant's weights at a stage, and its estimator.

    :raises ValueError: for weights of other components, below or at 0, or that do not add up to 1.
    """
    rules = book.stage(stage)
    codes = [part.code for part in rules.components]
    if set(variant.weights) != set(codes):
        raise ValueError(f"weights of {', '.join(sorted(variant.weights))}: give those of {', '.join(codes)}")
    for code, weight in variant.weights.items():
        if not 0 < weight <= 1:
            raise ValueError(f"the weight of {code} is {weight}; give a number above 0 and up to 1")
    total = sum(variant.weights.values(), Decimal(0))
    if total != 1:
        raise ValueError(f"the weights add up to {total}, not to 1")
    components = tuple(replace(part, weight=variant.weights[part.code]) for part in rules.components)
    survey = replace(book.survey, estimator=variant.estimator)
    return replace(book, survey=survey, **{stage.value: replace(rules, components=components)})


def compare(inputs: Mapping[str, Any], book: RuleBook, variant: Variant) -> tuple[Moved, ...]:
    """Every nominee by the book and by the variant, in the order of the variant's places."""
    other = varied(book, Stage(inputs["stage"]), variant)
    before = {row.nominee_id: row for row in compute_rows(inputs, book)}
    after = compute_rows({**inputs, "rulebook": other.fingerprint}, other)
    return tuple(Moved(before[row.nominee_id], row) for row in after)


def simulated_inputs(book: RuleBook, stage: Stage, *, seed: int) -> dict[str, Any]:
    """Made-up inputs of a standing: the same ones for the same seed."""
    draw = np.random.RandomState([seed, stage is Stage.NATIONAL])
    quality = draw.normal(0, 1, SIMULATED_NOMINEES)
    nominees = range(1, SIMULATED_NOMINEES + 1)
    return {
        "stage": stage.value,
        "rulebook": book.fingerprint,
        "units": [
            _unit(draw, number, quality[number - 1] if number <= SIMULATED_NOMINEES else draw.normal())
            for number in range(1, SIMULATED_UNITS + 1)
        ],
        "nominees": [_nominee(draw, book, stage, number, quality[number - 1]) for number in nominees],
        "nominations": {
            nomination.code: [[number, _text(70 + 8 * draw.normal())] for number in nominees]
            for nomination in book.nominations
            if nomination.criterion is not None or nomination.stage is Stage.REGIONAL
        },
    }


def _unit(draw: np.random.RandomState, number: int, quality: float) -> list[Any]:
    answers = int(np.clip(draw.lognormal(3.6, 0.8), 10, 900))
    error = 22 / answers**0.5
    score = np.clip(70 + 7 * quality + error * draw.normal(), 1, 99)
    return [_place(number), answers, _text(score), _text(error)]


def _nominee(
    draw: np.random.RandomState, book: RuleBook, stage: Stage, number: int, quality: float
) -> dict[str, Any]:
    colleagues = int(draw.randint(5, 15))
    score = float(np.clip(72 + 8 * quality + 6 * draw.normal(), 5, 95))
    marked = book.stage(stage).marked
    return {
        "id": number,
        "kato": _place(number),
        "ethics": [colleagues, _text(score), _text(15 / colleagues**0.5), colleagues < 10],
        "marks": {part.code: _marks(draw, part, quality) for part in marked},
        "judges": {part.code: list(range(1, _judges(part) + 1)) for part in marked},
    }


def _marks(draw: np.random.RandomState, part: Component, quality: float) -> list[list[int]]:
    middle, spread = (part.lowest + part.highest) / 2, (part.highest - part.lowest) / 8
    said = middle + spread * (1 + quality + draw.normal(0, 1, (_judges(part), len(part.criteria))))
    return np.clip(np.rint(said), part.lowest, part.highest).astype(int).tolist()


def _judges(part: Component) -> int:
    return max(SIMULATED_JUDGES, part.fewest_judges)


def _place(number: int) -> str:
    return f"simulated-{number:02}"


def _text(number: float) -> str:
    return f"{number:.2f}"
