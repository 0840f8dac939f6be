"""Remarks on their way: sealed twice beside the answer, mixed apart from it, opened or destroyed with it.

Services: session first, clock by keyword, never a commit. Everybody who answers puts a remark into the urn, a
blank one where nothing was written: so nothing tells who wrote. Its trace is derived from the answer's, and
without the installation's secret nothing joins the two. Callers reach these through `ethics.services`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.codes import key_for
from core.errors import BadInput
from core.free_text import cleaned, length_of
from core.room import MixedGroup
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import TraceKind
from core.urn.sealing import LONG
from ethics.answers import Opener, SpoiledEnvelope, digest_of, seal_remark
from ethics.models import Box, Round
from ethics.remarks.models import Remark, RemarkCount, SealedRemark
from ethics.remarks.texts import LONGEST, are_kept

BOX_PREFIX = "ethics-remarks"


@dataclass(frozen=True, slots=True)
class RemarksOpening:
    """What became of the remarks: how many came, opened, were kept or destroyed; which did not open."""

    received: int
    opened: int
    kept: int
    spoiled: tuple[str, ...]
    destroyed: int

    @property
    def is_whole(self) -> bool:
        return self.received == self.opened + self.destroyed

    def facts(self) -> dict[str, object]:
        """What the journal says of them: counts, and the names of those that did not open."""
        return {
            "intake": self.received, "opened": self.opened, "kept": self.kept,
            "destroyed": self.destroyed, "spoiled": list(self.spoiled),
        }  # fmt: skip


def remark_box(asked: Round) -> str:
    """The name of the urn's box for a round's remarks."""
    return f"{BOX_PREFIX}:{asked.code}"


def deposit_remark(
    session: Session, *, asked: Round, box: Box, trace: bytes, text: str, keys: KeyRing, secret: str,
    now: datetime,
) -> None:  # fmt: skip
    """Seal a remark twice and put it into the urn; a later one replaces an earlier one before mixing.

    :param trace: that of the answer.
    :raises BadInput: when it is too long.
    """
    words = cleaned(text)
    if length_of(words) > LONGEST:
        raise BadInput(too_long(words))
    sealed = seal_remark(words, number=box.id, public_key=box.public_key)
    own = hmac.digest(key_for(secret, BOX_PREFIX), trace, hashlib.sha256)
    urn.deposit(
        session, keys=keys, box=remark_box(asked), cell=str(box.id), trace=own, kind=TraceKind.CODE,
        answer=sealed, secret=secret, replace=True, size=LONG, now=now,
    )  # fmt: skip


def too_long(words: str) -> object:
    """What somebody reads who wrote too much."""
    return _l(
        "Your remark has %(count)s characters; %(most)s fit. Shorten it.",
        count=length_of(words), most=LONGEST,
    )  # fmt: skip


def take_remarks(session: Session, group: MixedGroup) -> str:
    """Keep a mixed group's remarks, still under their inner seal; returns a digest over them."""
    number = int(group.cell)
    _insert(session, SealedRemark, number, sealed=group.answers)
    session.execute(update(Box).where(Box.id == number).values(remarks=Box.remarks + len(group.answers)))
    return digest_of(group.answers)


def open_remarks(session: Session, *, box: Box, opener: Opener, answers: int) -> RemarksOpening:
    """Open the remarks of a questionnaire and keep their words; from too few answers, destroy them unread.

    One that does not open, or is a copy of another, is named and counted.

    :param answers: how many answers of the questionnaire were counted.
    """
    rows = session.execute(
        select(SealedRemark.key, SealedRemark.sealed)
        .where(SealedRemark.box_id == box.id)
        .order_by(SealedRemark.key)
    ).all()
    is_read = are_kept(answers)
    texts, spoiled = _opened(rows if is_read else (), opener)
    words = [text for text in texts if text]
    _insert(session, Remark, box.id, text=words)
    session.execute(delete(SealedRemark).where(SealedRemark.box_id == box.id))
    made = RemarksOpening(box.remarks, len(texts), len(words), spoiled, 0 if is_read else len(rows))
    session.add(
        RemarkCount(
            questionnaire_id=box.id, opened=made.opened, blank=made.opened - made.kept,
            spoiled=len(made.spoiled), destroyed=made.destroyed,
        )
    )  # fmt: skip
    return made


def destroy_remarks(session: Session, *, number: int) -> int:
    """Destroy a questionnaire's remarks unread; returns how many there were."""
    return session.execute(delete(SealedRemark).where(SealedRemark.box_id == number)).rowcount


def _opened(rows: Iterable, opener: Opener) -> tuple[list[str], tuple[str, ...]]:
    """What the remarks say, blank ones too, and the names of those that do not open or are a copy."""
    texts, spoiled, seen = [], [], set()
    for key, sealed in rows:
        try:
            opened = opener.open_remark(sealed)
            if opened.mark in seen:
                raise SpoiledEnvelope("it is a copy of another")
            seen.add(opened.mark)
            texts.append(cleaned(opened.given)[:LONGEST])
        except SpoiledEnvelope:
            spoiled.append(key.hex()[:8])
    return texts, tuple(spoiled)


def _insert(session: Session, table: type, number: int, **values: Iterable) -> None:
    """Rows of one column's values under new random keys, in the order of these, which is none."""
    [(column, given)] = values.items()
    rows = [{"key": secrets.token_bytes(16), "box_id": number, column: value} for value in given]
    rows.sort(key=lambda row: row["key"])
    if rows:
        session.execute(insert(table), rows)
