"""Counting again: every ballot against the tallies, the published numbers and the journal's batches.

Only reads. May import the ground and this room's models, queries and pure modules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.storage import Storage
from surveys.criteria import criteria_from_json
from surveys.digests import combined, hex_of
from surveys.models import Campaign, CampaignUnit, StratumTally, Tally
from surveys.queries import box_of, campaign_by_code, subject_of, tally_sum
from surveys.sweep import Swept, sums_of, sweep, sweep_apart

TRIES = 5


@dataclass(frozen=True, slots=True)
class Recount:
    """What counting again found; `faults` names each place that does not agree."""

    ballots: int
    tallies: int
    batches: int
    digest: str
    faults: tuple[str, ...]


def recount(session: Session, *, campaign: Campaign, swept: Swept | None = None) -> Recount:
    """Count all ballots of a campaign again and compare: tallies, strata, number and digest of batches.

    :param swept: what several processes found together; without it this session passes over the ballots.
    """
    found = swept if swept is not None else sweep(session, campaign=campaign)
    criteria = criteria_from_json(campaign.criteria_json)
    asking = select(CampaignUnit.kato).where(
        CampaignUnit.campaign_id == campaign.id, CampaignUnit.asks_strata
    )
    asks = set(session.scalars(asking))
    kept_days = {
        (row.kato, row.day.isoformat(), str(row.origin), str(row.mode)): tally_sum(row)
        for row in session.execute(select(Tally.__table__).where(Tally.campaign_id == campaign.id))
    }
    kept_strata = {
        (row.kato, str(row.mode), row.age_band, row.sex): tally_sum(row)
        for row in session.execute(
            select(StratumTally.__table__).where(StratumTally.campaign_id == campaign.id)
        )
    }
    in_strata = {key: number for key, number in found.strata.items() if key[0] in asks}
    faults = [
        *found.strange,
        *_differences("tally", kept_days, sums_of(found.days, criteria)),
        *_differences("stratum", kept_strata, sums_of(in_strata, criteria)),
    ]
    batches = _journalled(session, action="urn.mix", subject=f"{box_of(campaign.code)}/%")
    spoiled = _journalled(session, action="campaign.spoil", subject=subject_of(campaign))
    expected = sum(batch["count"] for batch in batches) - sum(batch["count"] for batch in spoiled)
    if expected != found.ballots:
        faults.append(f"journal: its batches have {expected} answers, and there are {found.ballots} ballots")
    digest = hex_of(found.digest)
    if combined(batch["digest"] for batch in batches) != digest:
        faults.append("journal: the digests of its batches do not add up to the digest of the ballots")
    return Recount(found.ballots, len(kept_days), len(batches), digest, tuple(faults))


def recount_apart(storage: Storage, *, url: str, code: str, processes: int) -> Recount:
    """The same by several processes; counted anew when the mixer wrote meanwhile, at most a few times."""
    for _ in range(TRIES):
        with storage.read() as session:
            campaign = campaign_by_code(session, code)
            before = len(_journalled(session, action="urn.mix", subject=f"{box_of(code)}/%"))
            swept = sweep(session, campaign=campaign) if processes == 1 else None
        swept = swept or sweep_apart(url, code, processes=processes)
        with storage.read() as session:
            found = recount(session, campaign=campaign_by_code(session, code), swept=swept)
        if found.batches == before:
            break
    return found


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
