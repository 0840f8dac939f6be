"""Comments on their way: sealed into a box of their own, and mixed apart from the answers.

May import the ground, this room's queries and models. A comment's trace is derived from its
answer's, so a retry changes nothing, and without the installation's secret nothing joins the two.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import audit
from core.codes import key_for
from core.room import MixedGroup
from core.urn.keys import KeyRing
from core.urn.sealing import LONG
from core.urn.services import deposit
from surveys.comments.models import Comment
from surveys.comments.texts import LONGEST, cleaned
from surveys.queries import AskedUnit, campaign_by_code
from surveys.tickets import Admitted

BOX_PREFIX = "comment"
KEY_LENGTH = 16


def comment_box(code: str) -> str:
    """The name of the box of a campaign's comments."""
    return f"{BOX_PREFIX}:{code}"


def deposit_comment(
    session: Session,
    *,
    asked: AskedUnit,
    admitted: Admitted,
    text: str,
    keys: KeyRing,
    secret: str,
    now: datetime,
) -> None:
    """Put the words of one resident into the urn; an empty text replaces earlier words of theirs."""
    trace = hmac.digest(key_for(secret, BOX_PREFIX), admitted.trace, hashlib.sha256)
    deposit(
        session, keys=keys, box=comment_box(asked.code), cell=asked.kato, trace=trace, kind=admitted.kind,
        answer=text.encode(), secret=secret, replace=admitted.replaces, size=LONG, now=now,
    )  # fmt: skip


def take_comments(session: Session, group: MixedGroup) -> str:
    """Write a group's comments under random keys; returns a digest over keys and texts."""
    campaign = campaign_by_code(session, group.box.partition(":")[2])
    texts = [cleaned(answer.decode("utf-8", "replace"))[:LONGEST] for answer in group.answers]
    rows = [
        {"key": secrets.token_bytes(KEY_LENGTH), "campaign_id": campaign.id, "kato": group.cell, "text": text}
        for text in texts
        if text
    ]
    rows.sort(key=lambda row: row["key"])
    if rows:
        session.execute(insert(Comment.__table__), rows)
    lines = [[row["key"].hex(), row["kato"], row["text"]] for row in rows]
    # The keys keep the digest from being found by guessing short texts.
    return hashlib.sha256(audit.canonical(lines).encode()).hexdigest()
