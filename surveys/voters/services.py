"""Writes of the lists of codes: keep, withdraw before opening, count back, forget at closing.

May import the ground and this room's models and queries. A code itself is kept nowhere, only its mark; there
are never more of a unit than it has adults.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core import audit
from core.codes import code_mark, new_code
from core.errors import BadInput, Conflict, NotFound
from surveys.models import Campaign, CampaignState, CampaignUnit
from surveys.queries import subject_of
from surveys.voters.models import Code, CodeCount
from surveys.voters.queries import CODE_LENGTH, CODE_PURPOSE, planned_batch


def draw_codes(count: int) -> list[str]:
    """New codes, which exist nowhere else: they are printed, and then only their marks are kept."""
    return [new_code(CODE_LENGTH) for _number in range(count)]


def keep_codes(
    session: Session,
    *,
    campaign: Campaign,
    kato: str,
    batch: int,
    codes: Sequence[str],
    secret: str,
    actor: str,
    now: datetime,
) -> None:
    """Keep the marks of a batch that was planned and printed.

    Printing takes long and must hold up nobody, so it comes first, and the plan is made again here.

    :raises NotFound: when the unit is not asked in the campaign.
    :raises Conflict: when the plan does not hold (any more): somebody else made codes for the unit meanwhile.
    """
    _lock_unit(session, campaign, kato)
    planned = planned_batch(session, campaign=campaign, kato=kato, count=len(codes))
    if planned.number != batch:
        raise Conflict(
            _l("Other codes were made for the unit %(kato)s meanwhile. Throw this file away and begin again.",
               kato=kato)
        )  # fmt: skip
    # In the order of their marks, which is no order: neither place nor key tells which code came first.
    marks = sorted(code_mark(secret, CODE_PURPOSE, code) for code in codes)
    session.execute(
        insert(Code.__table__),
        [{"mark": mark, "campaign_id": campaign.id, "kato": kato} for mark in marks],
    )
    session.add(
        CodeCount(
            campaign_id=campaign.id, kato=kato, batch=batch, made=len(codes), spoiled=0, returned=0
        )
    )  # fmt: skip
    session.flush()
    audit.record(
        session, actor=actor, action="codes.make", subject=subject_of(campaign), kato=kato, batch=batch,
        count=len(codes),
    )  # fmt: skip


def withdraw_codes(
    session: Session, *, campaign: Campaign, kato: str, reason: str, actor: str, now: datetime
) -> int:
    """Make all codes of a unit worthless before the survey opens, so that new ones can be made.

    :raises Conflict: once the survey has been opened: people may have answered by then.
    :raises NotFound: when there is nothing to withdraw.
    """
    if campaign.state is not CampaignState.DRAFT:
        raise Conflict(
            _l("The survey %(code)s has been opened: its codes can no longer be withdrawn.",
               code=campaign.code)
        )  # fmt: skip
    if not reason.strip():
        raise BadInput(_l("Give the reason: it goes into the journal."))
    _lock_unit(session, campaign, kato)
    gone = session.execute(delete(Code).where(Code.campaign_id == campaign.id, Code.kato == kato)).rowcount
    if not gone:
        raise NotFound(_l("The unit %(kato)s has no codes yet.", kato=kato))
    session.execute(delete(CodeCount).where(CodeCount.campaign_id == campaign.id, CodeCount.kato == kato))
    audit.record(
        session, actor=actor, action="codes.withdraw", subject=subject_of(campaign), kato=kato, count=gone,
        reason=reason.strip(),
    )  # fmt: skip
    return gone


def count_back(
    session: Session,
    *,
    campaign: Campaign,
    kato: str,
    batch: int,
    spoiled: int,
    returned: int,
    actor: str,
    now: datetime,
) -> None:
    """Say how many letters of a batch were spoiled and how many came back unused; again corrects it.

    :raises NotFound: when there is no such batch.
    :raises BadInput: when there would be more of them than were made.
    """
    row = session.get(CodeCount, (campaign.id, kato, batch), with_for_update=True)
    if row is None:
        raise NotFound(_l("The unit %(kato)s has no list number %(batch)s.", kato=kato, batch=batch))
    if min(spoiled, returned) < 0 or spoiled + returned > row.made:
        raise BadInput(
            _l("%(spoiled)s spoiled and %(returned)s returned letters cannot be: the list has %(made)s.",
               spoiled=spoiled, returned=returned, made=row.made)
        )  # fmt: skip
    audit.record(
        session, actor=actor, action="codes.count", subject=subject_of(campaign), kato=kato, batch=batch,
        before=[row.spoiled, row.returned], after=[spoiled, returned],
    )  # fmt: skip
    row.spoiled, row.returned = spoiled, returned
    session.flush()


def forget_codes(session: Session, *, campaign: Campaign) -> int:
    """Delete the marks of a campaign's codes at its closing; the counts of the lists stay.

    After that the ledger's marks belong to no unit, and a mark that is not in the ledger is nowhere.
    """
    return session.execute(delete(Code).where(Code.campaign_id == campaign.id)).rowcount


def _lock_unit(session: Session, campaign: Campaign, kato: str) -> None:
    """One maker at a time for a unit: two that count at once would both find room."""
    found = session.execute(
        select(CampaignUnit.kato)
        .where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.kato == kato)
        .with_for_update()
    ).first()
    if found is None:
        raise NotFound(
            _l("The unit %(kato)s is not asked in the survey “%(code)s”.", kato=kato[:9], code=campaign.code)
        )
