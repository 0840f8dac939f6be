"""Making flags: every night for running campaigns, once for good at closing. Writes; never commits.

May import the ground, this room's models and queries and this sub-room. Nothing is deleted but the
flags of the night before; ballots and counts stay as they are, whatever a flag says.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.errors import Conflict
from surveys.models import Campaign, CampaignState
from surveys.queries import all_campaigns, subject_of
from surveys.signals.detection import find_flags
from surveys.signals.models import SignalRun, SurveyFlag
from surveys.signals.queries import evidence_of, excluded_days, signal_run


def flag_running(session: Session, now: datetime) -> None:
    """Make the flags of every running campaign anew, up to yesterday; the nightly job."""
    for campaign in all_campaigns(session):
        if campaign.state in (CampaignState.OPEN, CampaignState.PAUSED) and day_of(now) > campaign.opens_on:
            make_flags(session, campaign=campaign, is_final=False, now=now)


def flag_at_closing(session: Session, *, campaign: Campaign, actor: str, now: datetime) -> None:
    """Make a campaign's flags for good, those on ratings too, and journal what the rules leave out."""
    flags = make_flags(session, campaign=campaign, is_final=True, now=now)
    left_out = sorted((kato, day.isoformat()) for kato, day in excluded_days(session, campaign=campaign))
    audit.record(
        session, actor=actor, action="campaign.flag", subject=subject_of(campaign), flags=len(flags),
        digest=_digest(flags),
    )  # fmt: skip
    if left_out:
        # The days themselves stay out of the journal: until the results they could hint at scores.
        audit.record(
            session, actor=actor, action="campaign.exclude", subject=subject_of(campaign),
            days=len(left_out), digest=_digest(left_out),
        )  # fmt: skip


def make_flags(session: Session, *, campaign: Campaign, is_final: bool, now: datetime) -> list[dict]:
    """Replace a campaign's flags by those of what is counted now.

    :raises Conflict: when its flags were made for good already.
    """
    run = signal_run(session, campaign=campaign)
    if run is not None and run.is_final:
        raise Conflict(_l("The flags of the survey “%(code)s” are made for good.", code=campaign.code))
    today = day_of(now)
    until_on = max(today, campaign.closes_on) if is_final else today - timedelta(days=1)
    places, evidence = evidence_of(session, campaign=campaign, until_on=until_on, with_ratings=is_final)
    rows = [
        {
            "campaign_id": campaign.id, "kato": places.katos[flag.unit], "signal": flag.signal,
            "day": None if flag.day is None else places.days[flag.day], "seen": float(flag.seen),
            "expected": float(flag.expected), "out_of": flag.out_of, "p": float(flag.p), "q": float(flag.q),
            "first_bin": flag.first_bin, "bins": flag.bins,
        }
        for flag in find_flags(evidence, seed=_seed(campaign))
    ]  # fmt: skip
    session.execute(delete(SurveyFlag).where(SurveyFlag.campaign_id == campaign.id))
    if rows:
        session.execute(insert(SurveyFlag), rows)
    if run is None:
        run = SignalRun(campaign_id=campaign.id)
        session.add(run)
    run.computed_at, run.is_final, run.released_at = now, is_final, None
    session.flush()
    return rows


def release_flags(session: Session, *, campaign: Campaign, actor: str, now: datetime) -> None:
    """Let the flags that follow from ratings be seen: the results are published, no mark is given any more.

    A second call changes nothing, nor does one where no flags were ever made.

    :raises Conflict: before closing.
    """
    run = signal_run(session, campaign=campaign)
    if run is None:
        return
    if not run.is_final:
        raise Conflict(
            _l("The survey “%(code)s” is not closed: its flags can still change.", code=campaign.code)
        )
    if run.released_at is None:
        run.released_at = now
        audit.record(session, actor=actor, action="campaign.release-flags", subject=subject_of(campaign))


def _seed(campaign: Campaign) -> int:
    return int.from_bytes(hashlib.sha256(campaign.code.encode()).digest()[:4])


def _digest(rows: list) -> str:
    return hashlib.sha256(audit.canonical(_plain(rows)).encode()).hexdigest()


def _plain(rows: list) -> list:
    return [[str(value) for value in row.values()] if isinstance(row, dict) else list(row) for row in rows]
