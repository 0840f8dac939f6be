"""Recount of an audit: every ballot of 2,319 units over 30 days against tallies, strata and the journal.

`bench_recount.py` makes and counts a million ballots in SQLite; `bench_recount.py 10000000` the ten million
of the budget (some minutes to make, 3 GB of disk). Prints the rate, and what ten million would take.

Whatever makes the ballots is imported where it is used: the processes that count hold what a recount needs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.storage import open_storage
from surveys.recount import recount_apart

CODE, FULL = "load", 10_000_000
BUDGET_SECONDS, BUDGET_MB = 60, 1000


def count(folder: str, ballots: int, processes: int) -> None:
    """Recount, and print seconds and the peak memory of all processes together."""
    url = f"sqlite:///{folder}/auyl.sqlite3"
    start = perf_counter()
    found = recount_apart(open_storage(url), url=url, code=CODE, processes=processes)
    took = perf_counter() - start
    assert (found.ballots, found.faults) == (ballots, ()), found.faults[:3]
    own, other = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(took, own + (other * processes if processes > 1 else 0))


def measured(*words: object) -> list[float]:
    command = [sys.executable, __file__, *map(str, words)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [float(number) for number in printed.split()]


def main() -> None:
    from benchmarks.ballots import UNITS
    from benchmarks.installation import installation

    ballots = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with installation("sqlite", units=UNITS) as place:
        measured("make", place.folder, ballots)
        print(
            f"{'recount':<9}{'ballots':>9}{'processes':>11}{'seconds':>9}{'per second':>12}"
            f"{'10 million':>12}{'budget':>8}{'ratio':>7}{'peak MB':>9}{'budget':>8}"
        )
        for processes in (2, 1) if ballots <= 2_000_000 else (2,):
            took, peak = measured("count", place.folder, ballots, processes)
            full = took * FULL / ballots
            print(
                f"{'':<9}{ballots:>9}{processes:>11}{took:>9.1f}{ballots / took:>12.0f}"
                f"{full:>12.0f}{BUDGET_SECONDS:>8}{full / BUDGET_SECONDS:>7.2f}{peak:>9.0f}{BUDGET_MB:>8}"
            )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        if sys.argv[1] == "make":
            from benchmarks.ballots import make as act
        else:
            act = count
        act(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        main()
