"""Registering a batch of paper sheets before it is printed. Writes; never commits.

May import the ground and this room's models, queries and pure modules. Refuses more sheets than a unit
has adults, and an entry by two operators of one oblast.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.codes import new_code
from core.errors import BadInput, Conflict
from core.places.models import Unit
from core.places.naming import UnitLevel
from surveys.models import Campaign, CampaignState, CampaignUnit
from surveys.paper.marks import sheet_codes, sheet_mark
from surveys.paper.models import FEWEST_SHEETS, MOST_SHEETS, PaperBatch, PaperSheet, SheetState
from surveys.paper.queries import sheets_registered
from surveys.paper.services import subject_of
from surveys.rules import Mode

BATCH_CODE_LENGTH = 8


def register_batch(
    session: Session,
    *,
    campaign: Campaign,
    kato: str,
    sheets: int,
    second_oblast: str,
    handed_out_by: str,
    secret: str,
    actor: str,
    now: datetime,
) -> PaperBatch:
    """Register sheets for a unit before they are printed.

    :param second_oblast: the oblast whose operators enter each sheet a second time.
    :param handed_out_by: the role or place that hands the sheets out; no names.
    :raises BadInput: when the unit, the number or the second oblast cannot be taken.
    :raises Conflict: when the campaign is closed, or is not answered by anyone openly.
    """
    unit = _unit_for_paper(session, campaign, kato)
    _check_number(session, campaign, unit, sheets)
    other = session.get(Unit, second_oblast)
    if other is None or other.level is not UnitLevel.OBLAST or second_oblast == unit.oblast_kato:
        raise BadInput(_l("Choose another oblast for the second entry than the one of the unit."))
    if not handed_out_by.strip():
        raise BadInput(_l("Say who hands the sheets out: a role or a place, no names."))
    batch = PaperBatch(
        code=new_code(BATCH_CODE_LENGTH), campaign_id=campaign.id, kato=kato, oblast_kato=unit.oblast_kato,
        second_oblast_kato=second_oblast, sheets=sheets, handed_out_by=handed_out_by.strip(),
        registered_on=day_of(now),
    )  # fmt: skip
    session.add(batch)
    session.flush()
    marks = sorted(sheet_mark(secret, code) for code in sheet_codes(secret, batch.code, sheets))
    session.execute(
        insert(PaperSheet),
        [{"mark": mark, "batch_id": batch.id, "state": SheetState.PRINTED} for mark in marks],
    )
    audit.record(
        session, actor=actor, action="paper.register", subject=subject_of(batch), campaign=campaign.code,
        kato=kato, sheets=sheets, second_oblast=second_oblast,
    )  # fmt: skip
    return batch


def _unit_for_paper(session: Session, campaign: Campaign, kato: str) -> Unit:
    if campaign.state is CampaignState.CLOSED:
        raise Conflict(
            _l("The survey “%(code)s” is closed: no sheets can be registered.", code=campaign.code)
        )
    if campaign.mode is not Mode.OPEN:
        raise Conflict(
            _l(
                "Paper cannot check codes or persons: sheets are registered only for surveys that anyone "
                "can answer, and “%(code)s” is none.",
                code=campaign.code,
            )
        )
    if session.get(CampaignUnit, (campaign.id, kato)) is None:
        raise BadInput(
            _l("The unit %(kato)s is not asked in the survey “%(code)s”.", kato=kato[:9], code=campaign.code)
        )
    return session.get_one(Unit, kato)


def _check_number(session: Session, campaign: Campaign, unit: Unit, sheets: int) -> None:
    if not FEWEST_SHEETS <= sheets <= MOST_SHEETS:
        raise BadInput(
            _l(
                "A batch has %(fewest)s to %(most)s sheets, not %(sheets)s: register several batches.",
                fewest=FEWEST_SHEETS, most=MOST_SHEETS, sheets=sheets,
            )
        )  # fmt: skip
    # Locked: two batches that are registered at once would both find room.
    adults = session.get_one(CampaignUnit, (campaign.id, unit.kato), with_for_update=True).adults
    before = sheets_registered(session, campaign=campaign, kato=unit.kato)
    if adults is not None and before + sheets > adults:
        raise BadInput(
            _l(
                "The unit has %(adults)s adults and %(before)s sheets already: register at most %(left)s.",
                adults=adults, before=before, left=max(0, adults - before),
            )
        )  # fmt: skip
