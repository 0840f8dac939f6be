"""False alarms on honest campaigns, and the share of planted stuffing that is found; writes the kept table.

`python benchmarks/signals_simulation.py [HONEST] [PLANTED]`: so many honest campaigns, and so many with
stuffing for each strength. The seed is fixed; the table says it, the versions and the day.
"""

from __future__ import annotations

import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import scipy
from rich.progress import track
from scipy.stats import beta

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.signals_campaign import DAYS, KINDS, UNITS, country, evidence_of, honest, planted
from surveys.signals.detection import find_flags
from surveys.signals.evidence import Flag
from surveys.signals.kinds import DECLARED_RATE, Signal

SEED = 20261121
EACH = 4  # units of each kind of stuffing in a campaign: 24 of 2,319 are dishonest
TABLE = Path(__file__).with_name("signals_table.md")
#: The signal that each kind of stuffing should raise; the other flags of the unit count apart.
AIM = {
    "burst": Signal.BURST, "straight lines": Signal.STRAIGHT_LINES, "one source": Signal.ONE_SOURCE,
    "late surge": Signal.LATE_SURGE, "no script": Signal.NO_SCRIPT, "one pattern": Signal.PATTERN,
}  # fmt: skip


def honest_flags(seed: int, units: int = UNITS) -> list[Flag]:
    """The flags of one honest campaign: each is a false alarm."""
    random = np.random.RandomState(seed)
    places = country(random, units)
    return find_flags(evidence_of(honest(random, places), places), seed=seed)


def planted_flags(
    seed: int, strength: int, units: int = UNITS, each: int = EACH
) -> tuple[dict[int, str], list[Flag]]:
    """A campaign with stuffing of every kind: which unit has which, and all flags."""
    random = np.random.RandomState(seed)
    places = country(random, units)
    ballots = honest(random, places)
    sizes = np.bincount(ballots.unit, minlength=units)
    # Stuffing somewhere nobody answers is no task; neither is it hidden in the largest units.
    candidates = np.flatnonzero((sizes >= 20) & (sizes <= np.quantile(sizes, 0.9)))
    chosen = random.choice(candidates, each * len(KINDS), replace=False)
    kinds = {int(unit): KINDS[place % len(KINDS)] for place, unit in enumerate(chosen)}
    for unit, kind in kinds.items():
        ballots = ballots.plus(planted(random, places, sizes, unit, kind, strength))
    return kinds, find_flags(evidence_of(ballots, places), seed=seed)


def in_parallel(work: Callable, name: str, seeds: range, *more: Iterable) -> Iterator:
    """The results in the order of the seeds, from two processes."""
    with ProcessPoolExecutor(2) as pool:
        yield from track(pool.map(work, seeds, *more), name, total=len(seeds))


def interval(hits: int, trials: int) -> str:
    """The share and its exact 95 % interval (Clopper and Pearson), in per cent."""
    low = beta.ppf(0.025, hits, trials - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, trials - hits) if hits < trials else 1.0
    return f"{100 * hits / trials:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def lines(honest_campaigns: int, planted_campaigns: int) -> Iterator[str]:
    alarms, flags = Counter(), Counter()
    seeds = range(SEED, SEED + honest_campaigns)
    for flagged in in_parallel(honest_flags, "honest campaigns", seeds):
        found = Counter(flag.signal for flag in flagged)
        alarms.update(found.keys())
        flags.update(found)
    yield "## False alarms on honest campaigns\n"
    yield f"{honest_campaigns} campaigns of {UNITS:,} units and {DAYS} days. Declared: a signal raises"
    yield f"a false alarm anywhere in the country in at most {100 * DECLARED_RATE:.0f} % of them.\n"
    yield "| signal | campaigns with a false alarm (95 % interval) | false flags in all |"
    yield "|---|---|---|"
    for signal in Signal:
        if signal not in (Signal.PRESSURE, Signal.OVER_ADULTS):
            yield f"| {signal} | {interval(alarms[signal], honest_campaigns)} | {flags[signal]} |"
    yield "\n## Planted stuffing that is found\n"
    yield f"For each strength {planted_campaigns} campaigns with {EACH} units of each kind; the share"
    yield "of units found (95 % interval): by the signal that is meant, and by any signal.\n"
    yield "| stuffing | strength | by the signal that is meant | by any signal |"
    yield "|---|---|---|---|"
    rows: dict[tuple[str, int], str] = {}
    others = Counter()
    for strength in range(3):
        meant, any_, trials = Counter(), Counter(), Counter()
        first = SEED + 10_000 * (strength + 1)
        seeds, same = range(first, first + planted_campaigns), [strength] * planted_campaigns
        for kinds, found in in_parallel(planted_flags, f"strength {strength + 1} of 3", seeds, same):
            for unit, kind in kinds.items():
                raised = {flag.signal for flag in found if flag.unit == unit}
                trials[kind] += 1
                meant[kind] += AIM[kind] in raised
                any_[kind] += bool(raised)
            others["false"] += sum(flag.unit not in kinds for flag in found)
            others["all"] += len(found)
        for kind in KINDS:
            rows[kind, strength] = (
                f"| {kind} | {STRENGTHS[kind][strength]} | {interval(meant[kind], trials[kind])} |"
                f" {interval(any_[kind], trials[kind])} |"
            )
    for kind in KINDS:
        for strength in range(3):
            yield rows[kind, strength]
    yield f"\nOf {others['all']:,} flags in these campaigns, {others['false']:,} were on honest units:"
    yield f"{interval(others['false'], max(others['all'], 1))}; declared at most {100 * DECLARED_RATE:.0f} %."


STRENGTHS = {
    "burst": ("60 in 10 minutes", "120 in 10 minutes", "240 in 10 minutes"),
    "straight lines": ("half as many ballots more, all fives", "as many more", "twice as many more"),
    "one source": ("100 in a day", "200 in a day", "400 in a day"),
    "late surge": ("as many again in the last two days", "twice as many", "four times as many"),
    "no script": ("30 in a day", "60 in a day", "120 in a day"),
    "one pattern": ("10 equal ballots", "20 equal ballots", "40 equal ballots"),
}


def main(honest_campaigns: int = 200, planted_campaigns: int = 15) -> None:
    made = list(lines(honest_campaigns, planted_campaigns))
    about = (
        f"# Signals: a simulation\n\nMade by `benchmarks/signals_simulation.py {honest_campaigns} "
        f"{planted_campaigns}` on {datetime.now(UTC):%Y-%m-%d}, seed {SEED}, Python "
        f"{platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}. What the"
        " campaigns are made of stands in `benchmarks/signals_campaign.py`.\n"
    )
    TABLE.write_text("\n".join((about, *made, "")))
    print(TABLE.read_text())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
