"""Rank intervals of 233 and of 2,319 units (every akim's post): time and peak memory beside the budget.

The last row computes the same critical value pair by pair, draw by draw, as the definition says; both must
agree. Each row runs in a process of its own, so that the peak is its own. Where much else runs, the seconds
of processor time say more than those of the clock.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.ranking import rank_intervals

DRAWS = 1000
ROWS = (
    ("rank intervals", 233, 0.25, 500),
    ("rank intervals", 2319, 10.0, 500),
    ("every pair", 233, None, None),
)


def nation(units: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores spread as residents' scores are, with errors of units that have 10 to 2,000 answers."""
    random = np.random.default_rng(2026)
    return random.normal(62, 7, units), 22 / np.sqrt(random.integers(10, 2000, units))


def every_pair(scores: np.ndarray, errors: np.ndarray) -> None:
    """The same step-down with all the pairs of a draw in memory at once, one draw after another."""
    order = np.lexsort((errors, -scores))
    scores, errors = scores[order], errors[order]
    spread = np.hypot(errors[:, None], errors)
    np.fill_diagonal(spread, np.inf)
    contrast = (scores[:, None] - scores) / spread
    noise = np.random.RandomState(0).standard_normal((DRAWS, scores.size)) * errors
    critical, standing = np.inf, np.ones(spread.shape, bool)
    while True:
        top = [np.max((z[:, None] - z) / spread, where=standing, initial=-np.inf) for z in noise]
        lower = float(np.quantile(top, 0.95))
        if lower >= critical:
            break
        critical, standing = lower, contrast <= lower
    sets = rank_intervals(scores, errors)
    assert (np.count_nonzero(contrast > critical, axis=1) == scores.size - sets.high).all()


def measure(name: str, units: int) -> None:
    scores, errors = nation(units)
    work = {"rank intervals": rank_intervals, "every pair": every_pair}[name]
    best, spent = np.inf, np.inf
    for _ in range(3):
        start, before = perf_counter(), process_time()
        work(scores, errors)
        best, spent = min(best, perf_counter() - start), min(spent, process_time() - before)
    print(best, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    print(
        f"{'work':<16}{'units':>7}{'draws':>7}{'seconds':>10}{'of cpu':>9}{'budget':>9}{'ratio':>8}"
        f"{'peak MB':>9}{'budget':>8}"
    )
    for name, units, seconds, megabytes in ROWS:
        command = [sys.executable, __file__, name, str(units)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        took, spent, peak = map(float, printed.split())
        budget = f"{seconds:>9}{took / seconds:>8.2f}" if seconds else f"{'-':>9}{'-':>8}"
        print(
            f"{name:<16}{units:>7}{DRAWS:>7}{took:>10.3f}{spent:>9.3f}{budget}{peak:>9.0f}"
            f"{megabytes or '-':>8}"
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        main()
