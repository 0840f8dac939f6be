"""A thousand scenarios over 200 nominees, each with its own weights: places, and how steady they are.

The reference composes and ranks the nominees scenario by scenario in exact decimals, as a standing does; a
tenth of the scenarios is enough to know its pace, and their places must be the same.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contest.composition import break_ties, composite
from contest.robustness.scenarios import scenario_places, steadiness, weight_draws
from core.ranking import places

NOMINEES, SCENARIOS, CHECKED, BUDGET = 200, 1000, 100, 5.0
WEIGHTS = {"survey": 0.4, "ethics": 0.25, "project": 0.35}
CASCADE = (0, 2, 1)


def nominees() -> np.ndarray:
    """Published scores with two decimals; one in twenty has no ethics score, some are alike."""
    draw = np.random.default_rng(2026)
    scores = np.round(draw.normal(65, 9, (NOMINEES, len(WEIGHTS))).clip(0, 100), 2)
    scores[::20, 1] = np.nan
    scores[1::10] = scores[2::10]
    return scores


def together(scores: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    found = scenario_places(scores, drawn, cascade=CASCADE)
    steadiness(found, found[0], first=3)
    return found


def one_by_one(scores: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    codes = list(WEIGHTS)
    exact = [[None if one != one else Decimal(repr(float(one))) for one in row] for row in scores]
    rows = [dict(zip(codes, row, strict=True)) for row in exact]
    found = []
    for moved in drawn:
        weights = {code: Decimal(repr(float(one))) for code, one in zip(codes, moved, strict=True)}
        shared = places([composite(row, weights, {}).value for row in rows])
        found.append(break_ties(shared.tolist(), [[row[one] for row in exact] for one in CASCADE]))
    return np.array(found)


def timed(work, *given) -> tuple[np.ndarray, float, float]:
    start, spent = perf_counter(), process_time()
    found = work(*given)
    return found, perf_counter() - start, process_time() - spent


def main() -> None:
    scores = nominees()
    drawn = weight_draws(list(WEIGHTS.values()), draws=SCENARIOS, seed=1)
    found, took, spent = timed(together, scores, drawn)
    checked, slow, slow_spent = timed(one_by_one, scores, drawn[:CHECKED])
    assert (found[:CHECKED] == checked).all(), "the two ways of ranking differ"
    share = SCENARIOS / CHECKED
    print(
        f"{'work':<12}{'nominees':>10}{'scenarios':>11}{'seconds':>10}{'of cpu':>9}{'budget':>8}{'ratio':>7}"
    )
    size = f"{NOMINEES:>10}{SCENARIOS:>11}"
    print(f"{'together':<12}{size}{took:>10.3f}{spent:>9.3f}{BUDGET:>8}{took / BUDGET:>7.2f}")
    print(f"{'one by one':<12}{size}{slow * share:>10.3f}{slow_spent * share:>9.3f}{'-':>8}{'-':>7}")


if __name__ == "__main__":
    main()
