"""How sure the places of a standing are: their intervals, and the probability of the first k.

Pure: NumPy and pure modules. It reads composites of scores as they were answered, not drawn to a mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from contest.composition import Composite
from contest.rulebook import RankingSection
from core.disclosure import published
from core.ranking import rank_intervals, top_probability

PROBABILITY_DECIMALS = 4


def uncertainty(
    plain: Sequence[Composite], ranking: RankingSection, *, top: int
) -> tuple[list[int], list[int], list[Decimal | None]]:
    """Each nominee's best and worst place, and the probability of the first `top`.

    Nothing (0, 0, None) where an error is unknown or zero.
    """
    known = [bool(row.eligible and row.standard_error) for row in plain]
    scores = [float(row.value) if is_known else np.nan for row, is_known in zip(plain, known, strict=True)]
    errors = [
        float(row.standard_error) if is_known else np.nan for row, is_known in zip(plain, known, strict=True)
    ]
    sets = rank_intervals(
        scores, errors, coverage=float(ranking.coverage), draws=ranking.interval_draws,
        seed=ranking.interval_seed,
    )  # fmt: skip
    low, high = [int(number) for number in sets.low], [int(number) for number in sets.high]
    if not any(known):
        return low, high, [None] * len(plain)
    chance = top_probability(
        scores, errors, k=min(top, sum(known)), draws=ranking.top_draws, seed=ranking.top_seed
    )
    shown = [
        published(float(number), PROBABILITY_DECIMALS) if is_known else None
        for number, is_known in zip(chance, known, strict=True)
    ]
    return low, high, shown
