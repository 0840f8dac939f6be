"""Recount of an audit: every ballot of 2,319 units over 30 days against tallies, strata and the journal.

`bench_recount.py` makes and counts a million ballots in SQLite; `bench_recount.py 10000000` the ten million
of the budget (some minutes to make, 3 GB of disk). Prints the rate, and what ten million would take.
"""

from __future__ import annotations

import random
import resource
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import insert, update

from benchmarks.installation import CODE, installation
from core import audit, clock
from core.storage import Storage, open_storage
from surveys.criteria import criteria_from_json
from surveys.digests import BallotLine, ballots_digest
from surveys.mixing import STRATUM_NAMES, TALLY_NAMES, columns_of, counted_by, stratum_key, tally_key
from surveys.models import CampaignUnit, StratumTally, Tally
from surveys.queries import campaign_by_code, campaign_katos
from surveys.recount import recount_apart
from surveys.tallies import tally_of

UNITS, DAYS, FULL = 2319, 30, 10_000_000
BUDGET_SECONDS, BUDGET_MB = 60, 1000
FIELDS = ("key", "campaign_id", "kato", "ratings", "origin", "mode", "age_band", "sex", "day")


def fill(storage: Storage, folder: str, katos: list[str], ballots: int) -> Iterator[tuple]:
    """Ballots, tallies, strata and a batch in the journal for each unit and day, without the urn."""
    draw, today = random.Random(2026), clock.day_of(clock.present())
    database = sqlite3.connect(Path(folder) / "auyl.sqlite3")
    database.execute("CREATE TEMP TABLE made AS SELECT * FROM survey_ballots LIMIT 0")
    with storage.write() as session:
        campaign = campaign_by_code(session, CODE)
        identity, criteria = campaign.id, criteria_from_json(campaign.criteria_json)
        session.execute(update(CampaignUnit).values(asks_strata=True))
    groups, made = UNITS * DAYS, 0
    for group in range(groups):
        kato, day = katos[group % UNITS], today + timedelta(days=group // UNITS)
        size = ballots * (group + 1) // groups - made
        made += size
        rows = [ballot(draw, identity, kato, day) for _ in range(size)]
        database.executemany(
            "INSERT INTO made VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*(row[name] for name in FIELDS[:-1]), day.isoformat()) for row in rows],
        )
        yield from note(rows, criteria)
    database.execute("INSERT INTO survey_ballots SELECT * FROM made ORDER BY key")
    database.commit()
    database.close()


def ballot(draw: random.Random, campaign: int, kato: str, day) -> dict[str, object]:
    """One made-up ballot of a village where people are neither happy nor unhappy."""
    ratings = "".join(draw.choices("12345-", (1, 2, 4, 5, 4, 1), k=6))
    key, band, sex = secrets.token_bytes(16), draw.choice(("18-29", "60+", None)), draw.choice("fm")
    return dict(zip(FIELDS, (key, campaign, kato, ratings, "web", "open", band, sex, day), strict=True))


def note(rows: list[dict[str, object]], criteria):
    """What the mixer would have written down of a batch: sums by tally and stratum, and the digest."""
    lines = (
        BallotLine(
            r["key"], CODE, r["kato"], r["ratings"], r["origin"], r["mode"], r["age_band"], r["sex"], r["day"]
        )
        for r in rows
    )
    for kind, key_of in (("day", tally_key), ("stratum", stratum_key)):
        for key, patterns in counted_by(key_of, rows).items():
            yield kind, key, tally_of(patterns, criteria)
    yield "batch", rows[0]["kato"] if rows else "", (len(rows), ballots_digest(lines))


def keep(storage: Storage, noted: list[tuple]) -> None:
    """Write the tallies and the journal."""
    sums: dict[str, dict] = {"day": {}, "stratum": {}}
    now = clock.present()
    with storage.write(now=now) as session:
        for kind, key, total in noted:
            if kind == "batch":
                count, digest = total
                audit.record(
                    session, actor="system", action="urn.mix", subject=f"survey:{CODE}/{key}", count=count,
                    digest=digest,
                )  # fmt: skip
            else:
                known = sums[kind].get(key)
                sums[kind][key] = total if known is None else known + total
        for model, names, kind in ((Tally, TALLY_NAMES, "day"), (StratumTally, STRATUM_NAMES, "stratum")):
            rows = [
                {**dict(zip(names, key, strict=True)), **columns_of(total)}
                for key, total in sums[kind].items()
            ]
            session.execute(insert(model.__table__), rows)


def make(folder: str, ballots: int) -> None:
    """Fill an installation's database, in a process of its own, whose memory is not the recount's."""
    storage = open_storage(f"sqlite:///{folder}/auyl.sqlite3")
    with storage.read() as session:
        katos = sorted(campaign_katos(session, campaign=campaign_by_code(session, CODE)))
    keep(storage, list(fill(storage, folder, katos, ballots)))


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
        {"make": make, "count": count}[sys.argv[1]](sys.argv[2], *map(int, sys.argv[3:]))
    else:
        main()
