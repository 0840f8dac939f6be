"""How often 95 % rank intervals hold the true ranks, on made-up truths; writes the kept table.

`python benchmarks/coverage_simulation.py [RUNS]`. In each run the scores are drawn anew about the same true
scores; the seed is fixed, and the table says it, the versions and the day.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import scipy
from rich.progress import track
from scipy.stats import beta

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.ranking import rank_intervals

SEED, RUNS, DRAWS, COVERAGE = 20261121, 1000, 1000, 0.95
TABLE = Path(__file__).with_name("coverage_table.md")
KINDS = {
    "all ranks at once": {},
    "all at once, single step": {"stepdown": False},
    "all at once, best place only": {"kind": "lower"},
    "all at once, worst place only": {"kind": "upper"},
    "each rank by itself": {"simultaneous": False},
    "each by itself, single step": {"simultaneous": False, "stepdown": False},
    "each by itself, best place only": {"simultaneous": False, "kind": "lower"},
    "each by itself, worst place only": {"simultaneous": False, "kind": "upper"},
}


def truths() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """True scores with the errors of their measurement; the hardest are those that hardly differ."""
    random = np.random.default_rng(SEED)
    return {
        "8 nominees, 0.9 points apart": (np.linspace(50, 56, 8), random.uniform(1, 3, 8)),
        "10 nominees that hardly differ": (60 + np.arange(10) / 1000, np.full(10, 2.0)),
        "10 nominees, all equal": (np.full(10, 60.0), np.full(10, 2.0)),
        "an oblast's 14 nominees, very unequal errors": (
            random.normal(62, 4, 14), 10.0 ** random.uniform(-0.5, 1, 14)
        ),
        "an oblast's 120 villages": (random.normal(62, 7, 120), 22 / np.sqrt(random.integers(10, 500, 120))),
        "a class of 600 villages": (random.normal(62, 7, 600), 22 / np.sqrt(random.integers(25, 2000, 600))),
    }  # fmt: skip


def ranks(truth: np.ndarray) -> np.ndarray:
    return 1 + (truth[None] > truth[:, None]).sum(axis=1)


def covered(name: str, kind: str, runs: range) -> tuple[int, float]:
    """In how many runs every rank is held, and the share of ranks that are, over all units and runs."""
    truth, errors = truths()[name]
    wanted, options = ranks(truth), KINDS[kind]
    whole, single = 0, 0.0
    for run in runs:
        random = np.random.default_rng((SEED, run))
        sets = rank_intervals(
            random.normal(truth, errors), errors, coverage=COVERAGE, draws=DRAWS, seed=run, **options
        )
        inside = (sets.low <= wanted) & (wanted <= sets.high)
        whole += bool(inside.all())
        single += float(inside.mean())
    return whole, single


def lines(runs: int) -> Iterator[tuple[str, str, float, str]]:
    """Truth, kind, coverage in percent and its interval; what is counted follows the kind."""
    pairs = [
        (name, kind) for name, (truth, _) in truths().items() for kind, options in KINDS.items()
        if truth.size < 200 or not options
    ]  # fmt: skip
    parts = [range(start, min(start + 50, runs)) for start in range(0, runs, 50)]
    with ProcessPoolExecutor() as pool:
        waiting = {pair: [pool.submit(covered, *pair, part) for part in parts] for pair in pairs}
        for pair in track(pairs, description="covering"):
            found = [one.result() for one in waiting[pair]]
            if KINDS[pair[1]].get("simultaneous", True):
                hits = sum(whole for whole, _ in found)
                low = beta.ppf(0.025, hits, runs - hits + 1) if hits else 0.0
                high = beta.ppf(0.975, hits + 1, runs - hits) if hits < runs else 1.0
                yield *pair, 100 * hits / runs, f"{100 * low:.1f} to {100 * high:.1f}"
            else:
                yield *pair, 100 * sum(single for _, single in found) / runs, "mean over the units"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    made = [*lines(runs)]
    text = [
        "# Rank intervals: a simulation of their coverage", "",
        f"Made by `benchmarks/coverage_simulation.py {runs}` on {datetime.now(UTC):%Y-%m-%d}, seed {SEED},"
        f" Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}.",
        f"{runs} runs of each line with {DRAWS} draws each; the sets are meant to hold the true ranks in"
        f" {100 * COVERAGE:.0f} %.",
        "At once: the share of runs in which every rank is held, with its 95 % interval. By itself: the share"
        " of ranks that are held.", "", "| truth | sets | held, % | |", "|---|---|---|---|",
        *(f"| {name} | {kind} | {share:.1f} | {note} |" for name, kind, share, note in made), "",
    ]  # fmt: skip
    TABLE.write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
