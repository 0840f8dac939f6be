"""Keeps a report of pressure. Writes; never commits.

May import the ground and this room's models and queries. A report takes nothing from a survey's answer:
its form has a number of its own, of which only a keyed mark is kept, so that sending twice is one report.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.clock import day_of
from core.codes import key_for
from surveys.pressure.models import PressureKind, PressureReport
from surveys.queries import AskedUnit


def report_pressure(
    session: Session,
    *,
    asked: AskedUnit,
    nonce: bytes,
    kind: PressureKind,
    words: str | None,
    secret: str,
    now: datetime,
) -> bool:
    """Keep a report about a unit; whether it is new. The same form sent again changes nothing.

    The key is made of the form's nonce with the installation's secret: whoever has the page, from the cache
    of a shared phone, cannot find the report in a copy of the database.
    """
    key = hmac.digest(key_for(secret, "pressure-report"), nonce, hashlib.sha256)[:16]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(PressureReport)
        .values(
            key=key, campaign_id=asked.campaign_id, kato=asked.kato, kind=kind, words=words, day=day_of(now)
        )
        .on_conflict_do_nothing()
        .returning(PressureReport.kind)
    )
    return session.execute(statement).first() is not None
