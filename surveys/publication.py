"""From exact tallies to the numbers that are published of each unit, rounded once, as decimals.

Pure: the standard library and other pure modules. Whether a number may be shown at all is decided by
`core.disclosure`; the ranking later reads only what stands here, so that anybody can recompute it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
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
    scores = {kato: tally.score for kato, tally in tallies.items()}
    pooled = pooled_variance([score.variance for score in scores.values()], [s.n for s in scores.values()])
    made = {kato: _unit(tally, adults.get(kato), pooled, criteria, rules) for kato, tally in tallies.items()}
    return _with_reliability(made)


def _unit(
    tally: TallySum, adults: int | None, pooled: float, criteria: CriteriaSet, rules: SurveyRules
) -> UnitNumbers:
    n = tally.scored if may_show_count(tally.scored) else None
    exceeds = adults is not None and may_show_count(tally.n) and tally.n > adults
    means: dict[str, Decimal | None] = dict.fromkeys(criteria.codes)
    if not _is_enough(tally.scored, rules):
        return UnitNumbers(n, None, None, means, None, None, exceeds)
    for position, code in enumerate(criteria.codes):
        if _is_enough(tally.answered(position), rules):
            means[code] = published(tally.criterion_mean(position), rules.decimals)
    error = moderated_error(tally.score.variance, tally.scored, pooled, rules.prior_degrees)
    rest = 1.0 if adults is None or exceeds else 1 - tally.scored / adults
    return UnitNumbers(
        n=n,
        score=published(tally.score.mean, rules.decimals),
        error=max(published(error, rules.decimals), Decimal(1).scaleb(-rules.decimals)),
        criterion_means=means,
        reliability=None,
        margin=published(NORMAL_97_5 * error * math.sqrt(rest), rules.decimals),
        exceeds_adults=exceeds,
    )


def _is_enough(answers: int, rules: SurveyRules) -> bool:
    return may_show_score(answers) and answers >= rules.minimum_n


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
