"""The double entry of paper sheets, and their way into the urn. Writes; never commits.

May import the ground and this room's models, queries and pure modules. Two operators of different
oblasts enter each sheet without seeing the other's entry; what agrees goes into the urn in groups of
five or more, under random traces.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import audit
from core.errors import Conflict, Forbidden, NotFound
from core.storage import lock_row
from core.urn.keys import KeyRing
from core.urn.services import SMALLEST_BATCH, deposit_many
from surveys.answers import Answer, Origin, encode
from surveys.models import Campaign, CampaignState
from surveys.paper.marks import clean_sheet_code, open_reading, seal_reading, sheet_mark
from surveys.paper.models import (
    PaperBatch,
    PaperEntry,
    PaperReconciliation,
    PaperSheet,
    SheetState,
)
from surveys.paper.queries import criteria_of_batch
from surveys.paper.sheets import Reading, agrees, looked_at_again
from surveys.queries import box_of
from surveys.rules import Mode


class Outcome(StrEnum):
    """What became of an entry."""

    WAITS = "waits"
    AGREED = "agreed"
    SPOILT = "spoilt"
    DIFFERS = "differs"


def subject_of(batch: PaperBatch) -> str:
    """How the journal refers to a batch."""
    return f"paper:{batch.code}"


def enter_sheet(
    session: Session,
    *,
    batch: PaperBatch,
    code: str,
    reading: Reading,
    account_id: int,
    oblast: str,
    keys: KeyRing,
    secret: str,
    now: datetime,
) -> Outcome:
    """Keep what an oblast's operator read from a sheet, and compare it with the other oblast's reading.

    :raises BadInput: when the code has a slip or belongs to no sheet.
    :raises Conflict: when the sheet is of another batch or was entered already.
    :raises Forbidden: when the same person entered it for the other oblast.
    """
    _require_taking(session, batch)
    sheet = _sheet(session, batch, code, secret)
    entries = _entries(session, sheet)
    if oblast in entries:
        raise Conflict(
            _l("Your oblast has entered this sheet already. Put it aside and go on with the next.")
        )
    if any(entry.account_id == account_id for entry in entries.values()):
        raise Forbidden(_l("You have entered this sheet yourself: somebody else must enter it again."))
    entries[oblast] = PaperEntry(
        mark=sheet.mark, oblast_kato=oblast, batch_id=batch.id, account_id=account_id, is_second_look=False,
        sealed=seal_reading(reading, secret=secret, batch_code=batch.code),
    )  # fmt: skip
    session.add(entries[oblast])
    session.flush()
    return _settle(session, batch, sheet, entries, keys, secret, now)


def look_again(
    session: Session,
    *,
    batch: PaperBatch,
    code: str,
    again: Mapping[str, str | None],
    spoilt: Reading | None,
    oblast: str,
    account_id: int,
    keys: KeyRing,
    secret: str,
    now: datetime,
) -> Outcome:
    """Take what an operator read when looking at a sheet again.

    :param again: the fields in which the two readings differ, read anew.
    :param spoilt: instead, a reading that calls the sheet spoilt.
    :raises Conflict: when there is nothing to look at again, or this oblast has done so in this round.
    :raises Forbidden: when the same person made the other oblast's entry.
    """
    _require_taking(session, batch)
    sheet = _sheet(session, batch, code, secret)
    entries = _entries(session, sheet)
    if len(entries) < 2 or entries[oblast].is_second_look:
        raise Conflict(_l("There is nothing to look at again on this sheet now."))
    mine = entries[oblast]
    if any(entry.account_id == account_id for entry in entries.values() if entry is not mine):
        raise Forbidden(_l("You have entered this sheet yourself: somebody else must enter it again."))
    before = open_reading(mine.sealed, secret=secret, batch_code=batch.code)
    reading = spoilt or looked_at_again(before, again, criteria_of_batch(session, batch).codes)
    mine.sealed = seal_reading(reading, secret=secret, batch_code=batch.code)
    mine.account_id, mine.is_second_look = account_id, True
    session.flush()
    return _settle(session, batch, sheet, entries, keys, secret, now)


def release_agreed(
    session: Session, *, batch: PaperBatch, keys: KeyRing, secret: str, now: datetime, is_last: bool = False
) -> int:
    """Put agreed sheets into the urn in random order, under random traces; returns how many.

    Five stay behind until the last time, so that neither a group on its way nor the last one is small.

    :param is_last: whether the batch is reconciled or the survey closes: then all go.
    """
    agreed = select(PaperEntry).join(PaperSheet, PaperSheet.mark == PaperEntry.mark)
    agreed = agreed.where(PaperEntry.batch_id == batch.id, PaperSheet.state == SheetState.AGREED)
    waiting = list(session.scalars(agreed))
    if not waiting or (not is_last and len(waiting) < 2 * SMALLEST_BATCH):
        return 0
    secrets.SystemRandom().shuffle(waiting)
    going = waiting if is_last else waiting[SMALLEST_BATCH:]
    campaign = session.get_one(Campaign, batch.campaign_id)
    rows = [
        (batch.kato, _answer(open_reading(entry.sealed, secret=secret, batch_code=batch.code)))
        for entry in going
    ]
    deposit_many(session, keys=keys, box=box_of(campaign.code), rows=rows, now=now)
    session.execute(delete(PaperEntry).where(PaperEntry.mark.in_([entry.mark for entry in going])))
    audit.record(session, actor="system", action="paper.release", subject=subject_of(batch), sheets=len(rows))
    return len(rows)


def release_for_closing(
    session: Session, *, campaign: Campaign, keys: KeyRing, secret: str, now: datetime
) -> int:
    """Before a campaign closes: every agreed sheet goes in, and what was not settled is deleted."""
    released = 0
    for batch in session.scalars(
        select(PaperBatch).where(PaperBatch.campaign_id == campaign.id).order_by(PaperBatch.code)
    ).all():
        released += release_agreed(session, batch=batch, keys=keys, secret=secret, now=now, is_last=True)
        session.execute(delete(PaperEntry).where(PaperEntry.batch_id == batch.id))
    return released


def _settle(
    session: Session,
    batch: PaperBatch,
    sheet: PaperSheet,
    entries: Mapping[str, PaperEntry],
    keys: KeyRing,
    secret: str,
    now: datetime,
) -> Outcome:
    """Compare two readings; one of those that agree goes, the other waits for its group."""
    if len(entries) < 2:
        return Outcome.WAITS
    ours, theirs = entries[batch.oblast_kato], entries[batch.second_oblast_kato]
    first, second = (
        open_reading(entry.sealed, secret=secret, batch_code=batch.code) for entry in (ours, theirs)
    )
    if not agrees(first, second):
        if ours.is_second_look and theirs.is_second_look:
            ours.is_second_look = theirs.is_second_look = False
        return Outcome.DIFFERS
    session.delete(theirs)
    if first.spoilt:
        session.delete(ours)
        sheet.state, sheet.spoilt = SheetState.SPOILT, first.spoilt
        return Outcome.SPOILT
    sheet.state = SheetState.AGREED
    session.flush()
    release_agreed(session, batch=batch, keys=keys, secret=secret, now=now)
    return Outcome.AGREED


def _answer(reading: Reading) -> bytes:
    return encode(
        Answer(reading.ratings, origin=Origin.PAPER, mode=Mode.OPEN, band=reading.band, sex=reading.sex)
    )


def _require_taking(session: Session, batch: PaperBatch) -> None:
    """Let pass only while the batch's sheets can be entered; locks the batch."""
    lock_row(session, batch)
    campaign = session.get_one(Campaign, batch.campaign_id)
    lock_row(session, campaign, is_shared=True)  # the closing waits for this sheet
    if campaign.state not in (CampaignState.OPEN, CampaignState.PAUSED):
        raise Conflict(_l("Sheets are entered only from the opening of the survey to its closing."))
    signed = session.get(PaperReconciliation, batch.id, populate_existing=True)
    if signed is not None and signed.second_by is not None:
        raise Conflict(
            _l("The batch %(code)s is reconciled and closed: no sheet can be entered.", code=batch.code)
        )


def _sheet(session: Session, batch: PaperBatch, code: str, secret: str) -> PaperSheet:
    cleaned = clean_sheet_code(code)
    sheet = session.get(PaperSheet, sheet_mark(secret, cleaned), populate_existing=True)
    if sheet is None:
        raise NotFound(_l("No sheet has the code %(code)s: compare it with the paper.", code=cleaned[:12]))
    if sheet.batch_id != batch.id:
        other = session.get_one(PaperBatch, sheet.batch_id)
        raise Conflict(
            _l("This sheet is of the batch %(code)s: enter it there.", code=other.code), place=batch.code
        )
    if sheet.state is not SheetState.PRINTED:
        raise Conflict(_l("This sheet is settled: it was entered twice already. Put it aside."))
    return sheet


def _entries(session: Session, sheet: PaperSheet) -> dict[str, PaperEntry]:
    found = session.scalars(select(PaperEntry).where(PaperEntry.mark == sheet.mark))
    return {entry.oblast_kato: entry for entry in found}
