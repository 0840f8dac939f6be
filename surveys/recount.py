"""Counting again: every ballot against the tallies, the published numbers and the journal's batches.

Only reads. May import the ground and this room's models, queries and pure modules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Result, select
from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.storage import Storage
from surveys.criteria import criteria_from_json
from surveys.digests import hex_of
from surveys.models import Campaign, CampaignUnit, StratumTally, Tally, TallyNumbers
from surveys.queries import box_of, campaign_by_code, subject_of, tally_sum
from surveys.sweep import Sums, Swept, sweep, sweep_apart
from surveys.tallies import packed, unpacked

TRIES = 5
_AT_A_TIME = 5_000


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
    asking = select(CampaignUnit.kato).where(
        CampaignUnit.campaign_id == campaign.id, CampaignUnit.asks_strata
    )
    asks = set(session.scalars(asking))
    # Packed on both sides: of millions of ballots there are a hundred thousand tallies.
    kept_days = {
        (row.kato, (row.day.isoformat(), str(row.origin), str(row.mode))): packed(tally_sum(row))
        for row in _rows(session, Tally, campaign)
    }
    kept_strata = {
        (row.kato, (str(row.mode), row.age_band, row.sex)): packed(tally_sum(row))
        for row in _rows(session, StratumTally, campaign)
    }
    in_strata = {key: number for key, number in found.strata.items() if key[0] in asks}
    criteria = len(criteria_from_json(campaign.criteria_json).criteria)
    faults = [
        *found.strange,
        *_differences("tally", kept_days, found.days, criteria),
        *_differences("stratum", kept_strata, in_strata, criteria),
    ]
    batches, mixed, digest = _journalled(session, action="urn.mix", subject=f"{box_of(campaign.code)}/%")
    _, spoiled, _ = _journalled(session, action="campaign.spoil", subject=subject_of(campaign))
    if mixed - spoiled != found.ballots:
        faults.append(
            f"journal: its batches have {mixed - spoiled} answers, and there are {found.ballots} ballots"
        )
    if digest != hex_of(found.digest):
        faults.append("journal: the digests of its batches do not add up to the digest of the ballots")
    return Recount(found.ballots, len(kept_days), batches, hex_of(found.digest), tuple(faults))


def recount_apart(storage: Storage, *, url: str, code: str, processes: int) -> Recount:
    """The same by several processes; counted anew when the mixer wrote meanwhile, at most a few times."""
    for _ in range(TRIES):
        with storage.read() as session:
            campaign = campaign_by_code(session, code)
            before, _, _ = _journalled(session, action="urn.mix", subject=f"{box_of(code)}/%")
            swept = sweep(session, campaign=campaign) if processes == 1 else None
        swept = swept or sweep_apart(url, code, processes=processes)
        with storage.read() as session:
            found = recount(session, campaign=campaign_by_code(session, code), swept=swept)
        if found.batches == before:
            break
    return found


def _rows(session: Session, model: type[TallyNumbers], campaign: Campaign) -> Result:
    """The rows of a campaign's tallies, a part at a time."""
    table = model.__table__
    return session.execute(select(table).where(table.c.campaign_id == campaign.id)).yield_per(_AT_A_TIME)


def _differences(name: str, kept: Sums, counted: Sums, criteria: int) -> list[str]:
    """A sentence for each tally whose packed sums are not those that were counted."""

    def said(number: int | None) -> object:
        return None if number is None else unpacked(number, criteria)

    return [
        f"{name} {' '.join((key[0], *key[1]))}: kept {said(kept.get(key))}, counted {said(counted.get(key))}"
        for key in sorted(kept.keys() | counted.keys())
        if kept.get(key) != counted.get(key)
    ]


def _journalled(session: Session, *, action: str, subject: str) -> tuple[int, int, str]:
    """The entries of an act on a subject (a LIKE pattern): how many, of how many answers, digest."""
    query = select(JournalEntry.details).where(
        JournalEntry.action == action, JournalEntry.subject.like(subject)
    )
    entries = answers = total = 0
    for details in session.scalars(query).yield_per(_AT_A_TIME):
        facts = json.loads(details)
        entries, answers = entries + 1, answers + facts["count"]
        total += int(facts.get("digest", "0"), 16)
    return entries, answers, hex_of(total)
