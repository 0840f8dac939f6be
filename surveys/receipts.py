"""Whether a receipt stands among those that were received, and, once a survey is closed, among those counted.

Only reads, no web. A receipt leads back to a short range of traces (`core.codes`) and says nothing of what
was answered, to us either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.codes import traces_of
from core.urn.models import Intake, LedgerEntry, TraceKind
from core.words import Words
from surveys.inclusion.queries import listed, published_lists
from surveys.models import CampaignState
from surveys.queries import all_campaigns, box_of, title_of


class ReceiptState(StrEnum):
    """What can be said of a receipt.

    Until the survey is closed nobody learns whether an answer is counted already. Where a second one may
    replace the first, "counted" a moment after sending would tell whoever stands beside that another came
    before; and whoever has four waiting would learn when a neighbour answers. Listed is what stands on a
    published list, where anybody can look for it.
    """

    RECEIVED = "received"
    COUNTED = "counted"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class FoundReceipt:
    """A receipt that is on the list of a survey; `line` is what stands for it on the published one."""

    title: Words
    state: ReceiptState
    campaign: str
    line: str | None = None


def find_receipt(session: Session, *, receipt: str, secret: str) -> FoundReceipt | None:
    """The survey on whose list a receipt stands; None where it stands on none.

    Once a list is published it alone says so, here as to everybody else.
    """
    on_list = listed(session, receipt=receipt)
    if on_list is not None:
        found, line = on_list
        return FoundReceipt(found.title, ReceiptState.LISTED, found.campaign.code, line)
    published = {each.campaign.id for each in published_lists(session)}
    campaigns = {
        box_of(campaign.code): campaign
        for campaign in all_campaigns(session)
        if campaign.state is not CampaignState.DRAFT and campaign.id not in published
    }
    for model in (LedgerEntry, Intake):
        box = session.scalars(_boxes(model, campaigns, receipt, secret)).first()
        if box is not None:
            found = campaigns[box]
            is_over = found.state is CampaignState.CLOSED
            state = ReceiptState.COUNTED if is_over and model is LedgerEntry else ReceiptState.RECEIVED
            return FoundReceipt(title_of(found), state, found.code)
    return None


def _boxes(model: type[LedgerEntry] | type[Intake], boxes: Iterable[str], receipt: str, secret: str):
    """The boxes in which a trace of the receipt stands: one short range of the primary key for each."""
    ranges = []
    for box in boxes:
        first, end = traces_of(secret, box, receipt)
        ranges.append(and_(model.box == box, model.trace >= first, model.trace < end))
    return select(model.box).where(or_(False, *ranges), model.kind != TraceKind.ROW)
