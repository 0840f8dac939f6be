"""The whole computation again: 17 regional stages, the national one and the league, from tallies.

2,319 units over 30 days and two origins; every tally counts as many ballots as make ten million in all, so
the rows to read are those of a real campaign. The second line has a tenth of the ballots and the same units,
the third half of the units: the cost goes with the units. The reference reads the same rows with the bare
driver and adds them up. Each line runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import insert, select

from benchmarks.installation import CODE, installation
from contest.league.computation import compute_league
from contest.rulebook import Stage
from contest.rulebook_reading import read_rulebook, shipped_text
from contest.standings.computation import compute_rows
from core import clock
from core.places.models import Unit
from core.storage import Storage, open_storage
from surveys.answers import Origin
from surveys.criteria import criteria_from_json
from surveys.mixing import columns_of
from surveys.models import Campaign, Tally
from surveys.publication import published_numbers
from surveys.queries import campaign_by_code, campaign_katos, tallies_by_unit
from surveys.rules import Mode, SurveyRules
from surveys.tallies import TallySum

UNITS, DAYS, FULL = 2319, 30, 10_000_000
ORIGINS = ((Origin.WEB, 0.8), (Origin.PAPER, 0.2))
BUDGET_SECONDS, BUDGET_MB = 15, 1000
NOMINEES, JUDGES = 12, 7
BOOK = read_rulebook(shipped_text("2026"))
LINES = ((UNITS, FULL), (UNITS, FULL // 10), (UNITS // 2, FULL // 2))


def tallies(campaign: Campaign, katos: list[str], ballots: int) -> Iterator[dict[str, object]]:
    """A row for each unit, day and origin, of units that differ by seven points."""
    draw, today = np.random.default_rng(2026), clock.day_of(clock.present())
    each = ballots / (len(katos) * DAYS)
    for kato in katos:
        mean = float(np.clip(draw.normal(62, 7), 30, 90))
        shares = [*np.linspace(100 - mean, mean, 5) / 500, 0.5]
        for day in range(DAYS):
            for origin, share in ORIGINS:
                n = max(1, int(draw.poisson(each * share)))
                counts = draw.multinomial(n, shares, size=6)
                total = TallySum(
                    n, n, n // 50, int(n * mean * 10**6), int(n * (mean**2 + 22**2) * 10**12),
                    tuple(tuple(int(one) for one in row) for row in counts),
                )  # fmt: skip
                yield {
                    "campaign_id": campaign.id, "kato": kato, "day": today + timedelta(days=day),
                    "origin": origin, "mode": Mode.OPEN, **columns_of(total),
                }  # fmt: skip


def make(folder: str, ballots: int) -> None:
    """Fill an installation's tallies."""
    with open_storage(f"sqlite:///{folder}/auyl.sqlite3").write() as session:
        campaign = campaign_by_code(session, CODE)
        rows = list(tallies(campaign, sorted(campaign_katos(session, campaign=campaign)), ballots))
        session.execute(insert(Tally.__table__), rows)


def recompute(storage: Storage) -> int:
    """From the tallies to every place, as a correction of the survey would need it."""
    with storage.read() as session:
        campaign = campaign_by_code(session, CODE)
        sums = tallies_by_unit(session, campaign=campaign, modes=("open",))
        criteria = criteria_from_json(campaign.criteria_json)
        areas = dict(
            session.execute(select(Unit.kato, Unit.oblast_kato).where(Unit.kato.in_(list(sums)))).all()
        )
    rules = SurveyRules(criteria_set="2020-six", modes=("open",), decimals=BOOK.ranking.decimals)
    numbers = published_numbers(sums, adults={}, criteria=criteria, rules=rules)
    units = [[kato, one.n, _text(one.score), _text(one.error)] for kato, one in sorted(numbers.items())]
    draw, finalists, computed = np.random.default_rng(7), [], 0
    for place, oblast in enumerate(sorted(set(areas.values()))):
        pool = [row for row in units if areas[row[0]] == oblast]
        own = [
            nominee(100 * place + n, row[0], draw, Stage.REGIONAL) for n, row in enumerate(pool[:NOMINEES])
        ]
        rows = compute_rows(inputs(Stage.REGIONAL, pool, own), BOOK)
        finalists += [row for row in rows if row.is_finalist]
        computed += len(rows)
    chosen = [nominee(row.nominee_id, row.kato, draw, Stage.NATIONAL) for row in finalists]
    computed += len(compute_rows(inputs(Stage.NATIONAL, units, chosen), BOOK))
    adults = np.exp(np.random.default_rng(11).normal(7, 1, len(units))).astype(int).tolist()
    sized = [[*row, number] for row, number in zip(units, adults, strict=True)]
    return computed + len(compute_league({"rulebook": BOOK.fingerprint, "units": sized}, BOOK))


def inputs(stage: Stage, pool: list[list[object]], nominees: list[dict[str, object]]) -> dict[str, object]:
    given = {"nominations": {one.code: [] for one in BOOK.nominations}} if stage is Stage.NATIONAL else {}
    facts = {"stage": stage.value, "rulebook": BOOK.fingerprint, "units": pool, "nominees": nominees}
    return {"nominations": {}, **given, **facts}


def nominee(number: int, kato: str, draw: np.random.Generator, stage: Stage) -> dict[str, object]:
    """A nominee with an ethics score and the marks of seven judges."""
    marks = {
        part.code: draw.integers(part.lowest, part.highest + 1, (JUDGES, len(part.criteria))).tolist()
        for part in BOOK.stage(stage).marked
    }
    ethics = [int(draw.integers(10, 15)), f"{draw.uniform(50, 95):.2f}", f"{draw.uniform(2, 6):.2f}", False]
    return {"id": number, "kato": kato, "ethics": ethics, "marks": marks}


def read_bare(folder: str) -> int:
    """The reference: the same rows with the bare driver, added up in plain loops."""
    database, sums = sqlite3.connect(f"{folder}/auyl.sqlite3"), {}
    columns = "kato, n, composite_sum, composite_squares, counts"
    for kato, n, total, squares, counts in database.execute(f"SELECT {columns} FROM survey_tallies"):
        known = sums.setdefault(kato, [0, 0, 0, [[0] * 6 for _ in range(6)]])
        known[0] += n
        known[1] += int(total)
        known[2] += int(squares)
        known[3] = [
            [a + b for a, b in zip(*pair, strict=True)]
            for pair in zip(known[3], json.loads(counts), strict=True)
        ]
    return len(sums)


def measure(what: str, folder: str) -> None:
    storage = open_storage(f"sqlite:///{folder}/auyl.sqlite3")
    start, spent = perf_counter(), process_time()
    done = recompute(storage) if what == "all" else read_bare(folder)
    assert done > 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(perf_counter() - start, process_time() - spent, peak)


def measured(*words: object) -> list[float]:
    command = [sys.executable, __file__, *map(str, words)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [float(number) for number in printed.split()]


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def main() -> None:
    print(
        f"{'work':<16}{'units':>7}{'ballots':>10}{'seconds':>9}{'of cpu':>8}{'budget':>8}{'ratio':>7}"
        f"{'peak MB':>9}{'budget':>8}"
    )
    for units, ballots in LINES:
        with installation("sqlite", units=units) as place:
            measured("make", place.folder, ballots)
            for name, what in (("every place", "all"), ("bare reading", "bare")):
                took, spent, peak = measured(what, place.folder)
                budget = (
                    f"{BUDGET_SECONDS:>8}{took / BUDGET_SECONDS:>7.2f}"
                    if what == "all"
                    else f"{'-':>8}{'-':>7}"
                )
                print(
                    f"{name:<16}{units:>7}{ballots:>10}{took:>9.2f}{spent:>8.2f}{budget}{peak:>9.0f}{BUDGET_MB:>8}"
                )


if __name__ == "__main__":
    if len(sys.argv) == 4:
        make(sys.argv[2], int(sys.argv[3]))
    elif len(sys.argv) == 3:
        measure(sys.argv[1], sys.argv[2])
    else:
        main()
