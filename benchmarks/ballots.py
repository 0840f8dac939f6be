"""Millions of made-up ballots with the tallies, strata and journal that the mixer would have written of them.

For the benchmark of a recount. Nothing here is used by the product.
"""

from __future__ import annotations

import random
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, update

from benchmarks.installation import CODE
from core import audit, clock
from core.storage import Storage, open_storage
from surveys.criteria import criteria_from_json
from surveys.digests import BallotLine, ballots_digest
from surveys.mixing import STRATUM_NAMES, TALLY_NAMES, columns_of, counted_by, stratum_key, tally_key
from surveys.models import CampaignUnit, StratumTally, Tally
from surveys.queries import campaign_by_code, campaign_katos
from surveys.tallies import tally_of

UNITS, DAYS = 2319, 30
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
