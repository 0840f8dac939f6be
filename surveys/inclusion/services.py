"""Publishing the list of receipts at the closing, or keeping it back where numbers differ. Never commits.

May import the ground and this room's models, queries and pure modules. The closing is not held up by a
difference: it stands in the journal and on the public page in place of the list.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import audit
from core.errors import Conflict
from surveys.inclusion.lists import root_of, sorted_parts
from surveys.inclusion.models import ReceiptList, ReceiptPart
from surveys.inclusion.queries import receipt_hashes, reconciliation
from surveys.inclusion.reconciliation import Reconciliation
from surveys.models import Campaign, CampaignState
from surveys.queries import subject_of


def publish_receipts(
    session: Session, *, campaign: Campaign, secret: str, actor: str, now: datetime
) -> Reconciliation:
    """Publish the list of a closed campaign's receipts, if what came in is what was counted.

    Where it is not, the numbers are kept and journalled, and no list is published.

    :raises Conflict: before the closing, or when the list is published.
    """
    row = session.get(ReceiptList, campaign.id, with_for_update=True)
    if campaign.state is not CampaignState.CLOSED or (row is not None and row.root is not None):
        raise Conflict(_l("The list of codes of the survey “%(code)s” cannot be published now.",
                          code=campaign.code))  # fmt: skip
    numbers = reconciliation(session, campaign=campaign)
    row = row or ReceiptList(campaign_id=campaign.id)
    for name, number in numbers.as_facts().items():
        setattr(row, name, number)
    session.add(row)
    session.flush()
    if not numbers.agrees:
        audit.record(
            session, actor=actor, action="receipts.withhold", subject=subject_of(campaign),
            differences=[str(each.pair) for each in numbers.differences], **numbers.as_facts(),
        )  # fmt: skip
        return numbers
    root = _write(session, campaign, secret)
    row.root, row.published_at = root, now
    session.flush()
    audit.record(
        session, actor=actor, action="receipts.publish", subject=subject_of(campaign), root=root,
        **numbers.as_facts(),
    )  # fmt: skip
    return numbers


def _write(session: Session, campaign: Campaign, secret: str) -> str:
    """Write the sorted parts; returns the root."""
    hashes = receipt_hashes(session, campaign=campaign, secret=secret)
    rows = [
        {"campaign_id": campaign.id, "first": first, "hashes": part} for first, part in sorted_parts(hashes)
    ]
    if rows:
        session.execute(insert(ReceiptPart.__table__), rows)
    return root_of(row["hashes"] for row in rows)
