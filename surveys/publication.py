"""From exact tallies to the numbers that are published of each unit, rounded once, as decimals.

Pure: the standard library and other pure modules. Whether a number may be shown at all is decided by
`core.disclosure`; the ranking later reads only what stands here, so that anybody can recompute it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from core.disclosure import may_show_count, may_show_score, published
from core.shrinkage import FEWEST, shrink
from surveys.criteria import CriteriaSet
from surveys.rules import SurveyRules
from surveys.scoring import moderated_error, pooled_variance
from surveys.tallies import TallySum

NORMAL_97_5 = 1.959963984540054  # half the width of a 95 % interval, in standard errors
RELIABILITY_DECIMALS = 2
FIRM = Decimal("0.7")  # a score of less reliability is shown as not firm enough to compare


@dataclass(frozen=True, slots=True)
class UnitNumbers:
    """A unit's published numbers; None where there are none to show.

    `n` is the number of scored ballots, `error` the moderated standard error that the ranking reads,
    `margin` half of the 95 % interval with the finite population factor where the adults are known.
    """

    n: int | None
    score: Decimal | None
    error: Decimal | None
    criterion_means: dict[str, Decimal | None]
    reliability: Decimal | None
    margin: Decimal | None
    exceeds_adults: bool


def published_numbers(
    tallies: Mapping[str, TallySum],
    *,
    adults: Mapping[str, int | None],
    criteria: CriteriaSet,
    rules: SurveyRules,
) -> dict[str, UnitNumbers]:
    """What is published of each unit (by KATO code), with the variance pooled over all of them.

    Notes
    -----
    The variance of persons is pooled over all the units given, those without a score included. An error that
    would round to zero is published as one step of the last decimal: identical answers are not certainty.
    Reliability comes from the published scores and errors, so that anybody can recompute it.
    """
    pooled = pooled_over(tallies.values())
    made = {kato: _unit(tally, adults.get(kato), pooled, criteria, rules) for kato, tally in tallies.items()}
    return _with_reliability(made)


def pooled_over(tallies: Iterable[TallySum]) -> float:
    """The variance of persons within units, pooled over all of them."""
    scores = [tally.score for tally in tallies]
    return pooled_variance([score.variance for score in scores], [score.n for score in scores])


def is_enough(answers: int, rules: SurveyRules) -> bool:
    """Whether so many answers have a score, by disclosure control and by the rule book."""
    return may_show_score(answers) and answers >= rules.minimum_n


def published_score(tally: TallySum, pooled: float, rules: SurveyRules) -> tuple[Decimal, Decimal, float]:
    """A score and its moderated error as they are published, and the error before rounding."""
    error = moderated_error(tally.score.variance, tally.scored, pooled, rules.prior_degrees)
    smallest = Decimal(1).scaleb(-rules.decimals)
    return published(tally.score.mean, rules.decimals), max(published(error, rules.decimals), smallest), error


def is_firm(reliability: Decimal | None) -> bool | None:
    """Whether a score is firm enough to compare units by it; None where that cannot be told.

    >>> is_firm(Decimal("0.69")), is_firm(Decimal("0.70")), is_firm(None)
    (False, True, None)
    """
    return None if reliability is None else reliability >= FIRM


def _unit(
    tally: TallySum, adults: int | None, pooled: float, criteria: CriteriaSet, rules: SurveyRules
) -> UnitNumbers:
    n = tally.scored if may_show_count(tally.scored) else None
    exceeds = adults is not None and may_show_count(tally.n) and tally.n > adults
    means: dict[str, Decimal | None] = dict.fromkeys(criteria.codes)
    if not is_enough(tally.scored, rules):
        return UnitNumbers(n, None, None, means, None, None, exceeds)
    for position, code in enumerate(criteria.codes):
        if is_enough(tally.answered(position), rules) and _may_show_means(tally, criteria):
            means[code] = published(tally.criterion_mean(position), rules.decimals)
    score, error, exact = published_score(tally, pooled, rules)
    rest = 1.0 if adults is None or exceeds else 1 - tally.scored / adults
    margin = published(NORMAL_97_5 * exact * math.sqrt(rest), rules.decimals)
    return UnitNumbers(n, score, error, means, None, margin, exceeds)


def _may_show_means(tally: TallySum, criteria: CriteriaSet) -> bool:
    """Whether a unit's means by criterion may stand beside its score.

    A score is the mean of what each person rated. Less the weighted means it is what those add who left a
    criterion out: where one of twelve did, that person's own composite. So nobody did, or enough did to have
    a score. How many they are is not counted; they are at least as many as left one and the same out, and as
    many as it takes when each leaves out as much as a scored ballot may.
    """
    left_out = [tally.scored - tally.answered(position) for position in range(len(criteria.codes))]
    most = int(len(criteria.codes) * (1 - criteria.minimum_answered))
    at_least = max(*left_out, -(-sum(left_out) // max(most, 1)))
    return at_least == 0 or may_show_score(at_least)


def _with_reliability(units: dict[str, UnitNumbers]) -> dict[str, UnitNumbers]:
    """Add each unit's reliability; with too few units nobody can tell how much units differ."""
    scored = sorted(kato for kato, unit in units.items() if unit.score is not None)
    if len(scored) < FEWEST:
        return units
    shrunken = shrink(
        [float(units[kato].score) for kato in scored],  # type: ignore[arg-type]
        [float(units[kato].error) for kato in scored],  # type: ignore[arg-type]
    )
    reliability = dict(zip(scored, shrunken.reliability.tolist(), strict=True))
    return {
        kato: replace(unit, reliability=published(reliability.get(kato), RELIABILITY_DECIMALS))
        for kato, unit in units.items()
    }
