"""Reads of inclusion: what came in and what was counted, the published lists, whether a receipt is on one.

Only reads, and no web. Nothing of a list leaves this module before it is published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.audit import JournalEntry, collected
from core.codes import receipt_of
from core.disclosure import origin_step
from core.errors import NotFound
from core.urn.models import LedgerEntry, TraceKind
from core.words import Words
from surveys.answers import Origin
from surveys.inclusion.lists import is_in, lines_of, receipt_hash
from surveys.inclusion.models import ReceiptList, ReceiptPart
from surveys.inclusion.reconciliation import Reconciliation
from surveys.models import AnswerImport, Campaign, CampaignState, Tally
from surveys.paper.models import PaperBatch, PaperSheet, SheetState
from surveys.queries import box_of, subject_of, title_of

_AT_A_TIME = 20_000


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of a closed campaign's receipts; `root` is None where the list is kept back."""

    campaign: Campaign
    numbers: Reconciliation
    root: str | None

    @property
    def title(self) -> Words:
        return title_of(self.campaign)

    @property
    def shown(self) -> dict[Origin, int]:
        """The answers of each origin in steps of 10, for the totals are exact; 0 is "fewer than 10"."""
        numbers = self.numbers
        exact = {
            Origin.WEB: numbers.web, Origin.TABLET: numbers.tablet, Origin.PAPER: numbers.paper,
            Origin.IMPORT: numbers.imported,
        }  # fmt: skip
        return {origin: origin_step(n) for origin, n in exact.items()}


def reconciliation(session: Session, *, campaign: Campaign) -> Reconciliation:
    """What came in and what was counted, counted now."""
    tallies = select(Tally.origin, func.sum(Tally.n)).where(Tally.campaign_id == campaign.id)
    counted = {origin: int(n) for origin, n in session.execute(tallies.group_by(Tally.origin))}
    receipts = select(func.count()).where(
        LedgerEntry.box == box_of(campaign.code), LedgerEntry.kind != TraceKind.ROW
    )
    sheets = (
        select(func.count())
        .select_from(PaperSheet)
        .join(PaperBatch, PaperBatch.id == PaperSheet.batch_id)
        .where(PaperBatch.campaign_id == campaign.id, PaperSheet.state == SheetState.AGREED)
    )
    rows = select(func.sum(AnswerImport.answers)).where(AnswerImport.campaign_id == campaign.id)
    return Reconciliation(
        receipts=session.scalar(receipts) or 0, sheets=session.scalar(sheets) or 0,
        import_rows=int(session.scalar(rows) or 0), web=counted.get(Origin.WEB, 0),
        tablet=counted.get(Origin.TABLET, 0), paper=counted.get(Origin.PAPER, 0),
        imported=counted.get(Origin.IMPORT, 0), unreadable=_unreadable(session, campaign),
    )  # fmt: skip


def receipt_hashes(session: Session, *, campaign: Campaign, secret: str) -> Iterator[bytes]:
    """The hash of every receipt of a campaign, from the ledger, a part at a time."""
    box = box_of(campaign.code)
    table = LedgerEntry.__table__
    traces = select(table.c.trace).where(table.c.box == box, table.c.kind != TraceKind.ROW)
    streamed = session.execute(traces, execution_options={"stream_results": True})
    for trace in streamed.scalars().yield_per(_AT_A_TIME):
        yield receipt_hash(campaign.code, receipt_of(secret, box, trace))


def settled(session: Session, *, campaign: Campaign) -> Settled | None:
    """The reconciliation of a closed campaign, and the root of its list; None before the closing."""
    row = session.get(ReceiptList, campaign.id)
    return None if row is None or campaign.state is not CampaignState.CLOSED else _settled(campaign, row)


def known(session: Session, *, campaign_code: str) -> Settled:
    """The same by the campaign's code, for a page.

    :raises NotFound: where there is no such campaign, or it is not closed; which, is not told.
    """
    campaign = session.scalars(select(Campaign).where(Campaign.code == campaign_code)).first()
    return _or_refuse(None if campaign is None else settled(session, campaign=campaign), campaign_code)


def published_list(session: Session, *, campaign_code: str) -> Settled:
    """A published list.

    :raises NotFound: where there is none.
    """
    found = known(session, campaign_code=campaign_code)
    return _or_refuse(found if found.root else None, campaign_code)


def _or_refuse(found: Settled | None, campaign_code: str) -> Settled:
    if found is None:
        raise NotFound(_l("There is no list of codes of the survey “%(code)s”.", code=campaign_code[:40]))
    return found


def published_lists(session: Session) -> list[Settled]:
    """Every campaign whose list is published, the latest first."""
    rows = (
        select(Campaign, ReceiptList)
        .join(ReceiptList, ReceiptList.campaign_id == Campaign.id)
        .where(ReceiptList.root.is_not(None), Campaign.state == CampaignState.CLOSED)
        .order_by(Campaign.closes_on.desc(), Campaign.code)
    )
    return [_settled(campaign, row) for campaign, row in session.execute(rows)]


def list_parts(session: Session, *, campaign: Campaign) -> Iterator[bytes]:
    """The parts of a published list, in their order."""
    firsts = select(ReceiptPart.first).where(ReceiptPart.campaign_id == campaign.id)
    for first in session.scalars(firsts.order_by(ReceiptPart.first)).all():
        yield list_part(session, campaign_id=campaign.id, first=first)


def list_part(session: Session, *, campaign_id: int, first: int) -> bytes:
    """The hashes that begin with one byte; empty where none does."""
    part = select(ReceiptPart.hashes).where(
        ReceiptPart.campaign_id == campaign_id, ReceiptPart.first == first
    )
    return session.scalar(part) or b""


def list_text(session: Session, *, campaign: Campaign) -> Iterator[bytes]:
    """The published file, a part at a time."""
    return (lines_of(part) for part in list_parts(session, campaign=campaign))


def listed(session: Session, *, receipt: str) -> tuple[Settled, str] | None:
    """The published list on which a receipt stands, with its line; None where it stands on none."""
    lists = {each.campaign.id: each for each in published_lists(session)}
    wanted = {number: receipt_hash(each.campaign.code, receipt) for number, each in lists.items()}
    ranges = [
        (ReceiptPart.campaign_id == number) & (ReceiptPart.first == line[0])
        for number, line in wanted.items()
    ]
    for part in session.scalars(select(ReceiptPart).where(or_(False, *ranges))):
        line = wanted[part.campaign_id]
        if is_in(part.hashes, line):
            return lists[part.campaign_id], line.hex()
    return None


def _settled(campaign: Campaign, row: ReceiptList) -> Settled:
    names = Reconciliation.__dataclass_fields__
    return Settled(campaign, Reconciliation(**{name: getattr(row, name) for name in names}), row.root)


def _unreadable(session: Session, campaign: Campaign) -> int:
    """The answers that could not be opened or read, by the journal and by what this session adds to it."""
    cells, subject = f"{box_of(campaign.code)}/", subject_of(campaign)
    kept = select(JournalEntry.action, JournalEntry.subject, JournalEntry.details).where(
        or_(
            (JournalEntry.action == "urn.mix") & JournalEntry.subject.startswith(cells, autoescape=True),
            (JournalEntry.action == "campaign.spoil") & (JournalEntry.subject == subject),
        )
    )
    total = 0
    for _, _, details in session.execute(kept).yield_per(_AT_A_TIME):
        total += _spoiled(details)
    for act in collected(session):
        is_ours = act.subject.startswith(cells) if act.action == "urn.mix" else act.subject == subject
        if act.action in ("urn.mix", "campaign.spoil") and is_ours:
            total += _spoiled(act.details)
    return total


def _spoiled(details: str) -> int:
    facts = json.loads(details)
    return facts["spoiled"] if "spoiled" in facts else facts["count"]
