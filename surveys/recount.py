"""Counting again: every ballot against the tallies, the published numbers and the journal's batches.

Only reads. May import the ground and this room's models, queries and pure modules.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from surveys.criteria import criteria_from_json
from surveys.digests import ballots_digest, combined
from surveys.mixing import line_of, stratum_key
from surveys.models import Ballot, Campaign, CampaignUnit, StratumTally, Tally
from surveys.queries import box_of, subject_of, tally_sum
from surveys.tallies import tally_of

_COLUMNS = Ballot.__table__.c
_AT_A_TIME = 20_000


@dataclass(frozen=True, slots=True)
class Recount:
    """What counting again found; `faults` names each place that does not agree."""

    ballots: int
    tallies: int
    batches: int
    digest: str
    faults: tuple[str, ...]


def recount(session: Session, *, campaign: Campaign) -> Recount:
    """Count all ballots of a campaign again and compare: tallies, strata, number and digest of batches."""
    criteria = criteria_from_json(campaign.criteria_json)
    asks = set(
        session.scalars(
            select(CampaignUnit.kato).where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.asks_strata)
        )
    )
    days: dict[tuple, Counter[str]] = defaultdict(Counter)
    strata: dict[tuple, Counter[str]] = defaultdict(Counter)
    ballots, digests = 0, []
    rows = session.execute(select(_COLUMNS).where(_COLUMNS.campaign_id == campaign.id)).mappings()
    for part in rows.partitions(_AT_A_TIME):
        ballots += len(part)
        digests.append(ballots_digest(line_of(row, campaign.code) for row in part))
        for row in part:
            days[row["kato"], row["day"], row["origin"], row["mode"]][row["ratings"]] += 1
            if row["kato"] in asks:
                strata[stratum_key(row)[1:]][row["ratings"]] += 1
    digest = combined(digests)
    kept_days = {
        (row.kato, row.day, row.origin, row.mode): tally_sum(row)
        for row in session.scalars(select(Tally).where(Tally.campaign_id == campaign.id))
    }
    kept_strata = {
        (row.kato, row.mode, row.age_band, row.sex): tally_sum(row)
        for row in session.scalars(select(StratumTally).where(StratumTally.campaign_id == campaign.id))
    }
    faults = [
        *_differences("tally", kept_days, {key: tally_of(c, criteria) for key, c in days.items()}),
        *_differences("stratum", kept_strata, {key: tally_of(c, criteria) for key, c in strata.items()}),
    ]
    batches = _journalled(session, action="urn.mix", subject=f"{box_of(campaign.code)}/%")
    spoiled = _journalled(session, action="campaign.spoil", subject=subject_of(campaign))
    expected = sum(batch["count"] for batch in batches) - sum(batch["count"] for batch in spoiled)
    if expected != ballots:
        faults.append(f"journal: its batches have {expected} answers, and there are {ballots} ballots")
    if combined(batch["digest"] for batch in batches) != digest:
        faults.append("journal: the digests of its batches do not add up to the digest of the ballots")
    return Recount(ballots, len(kept_days), len(batches), digest, tuple(faults))


def _differences(name: str, kept: Mapping[tuple, object], counted: Mapping[tuple, object]) -> list[str]:
    return [
        f"{name} {' '.join(str(part) for part in key)}: kept {kept.get(key)}, counted {counted.get(key)}"
        for key in sorted(set(kept) | set(counted), key=str)
        if kept.get(key) != counted.get(key)
    ]


def _journalled(session: Session, *, action: str, subject: str) -> list[dict]:
    """The facts of every entry of an act on a subject (a LIKE pattern)."""
    query = select(JournalEntry.details).where(
        JournalEntry.action == action, JournalEntry.subject.like(subject)
    )
    return [json.loads(details) for details in session.scalars(query)]
