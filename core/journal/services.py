"""Sends a signed head of the journal out of the database: daily, or when asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import JournalEntry
from core.journal.queries import last_entry


def ask_for_head(session: Session, *, now: datetime) -> JournalEntry | None:
    """Let this session's commit write the signed head of the journal as it stands; its last entry.

    An empty journal has no head. Acts recorded in the same session are not part of it.
    """
    last = last_entry(session)
    if last is not None:
        session.info["journal_head"] = (last.number, last.digest, now)
    return last
