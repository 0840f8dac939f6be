"""The auditor's door to the evidence: everything that was published, recomputed from what it was made of.

Only reads, and only for an auditor on site: what comes out names single tallies and ballots that differ.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.storage import Storage
from ethics.auditing import score_faults, tally_faults
from ethics.queries import round_by_code
from surveys.auditing import Audited, audited_receipts, audited_statistics
from surveys.queries import closed_campaign
from surveys.recount import Recount, recount_apart

__all__ = ["Audited", "audited_ballots", "audited_ethics", "audited_survey"]


def audited_ballots(storage: Storage, *, url: str, campaign_code: str, processes: int) -> list[Audited]:
    """Tallies and strata against the ballots, the ballots against the journal's batches."""
    found = recount_apart(storage, url=url, code=campaign_code, processes=processes)
    of = f"{found.ballots} ballots"
    return [
        Audited("ballots", of, _faults(found, "ballot ")),
        Audited("tallies by day and origin", f"{found.tallies} from {of}", _faults(found, "tally ")),
        Audited("tallies by age and sex", f"from {of}", _faults(found, "stratum ")),
        Audited("batches in the journal", f"{found.batches} with {of}", _faults(found, "journal: ")),
    ]


def audited_survey(session: Session, *, campaign_code: str, secret: str) -> list[Audited]:
    """The published numbers against the tallies, the list of receipts against the ledger.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    return [
        *audited_statistics(session, campaign=campaign),
        *audited_receipts(session, campaign=campaign, secret=secret),
    ]


def audited_ethics(session: Session, *, round_code: str) -> list[Audited]:
    """The published ethics scores against the tallies, the tallies against the journal."""
    asked = round_by_code(session, round_code)
    return [
        Audited("scores", "from the tallies", tuple(score_faults(session, asked=asked))),
        Audited("tallies", "as the journal has their openings", tuple(tally_faults(session, asked=asked))),
    ]


def _faults(found: Recount, prefix: str) -> tuple[str, ...]:
    return tuple(fault for fault in found.faults if fault.startswith(prefix))
