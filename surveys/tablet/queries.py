"""Reads of visits: the list of an oblast, one by its number or code, and its units.

Only reads; how many answers a visit brought is nowhere to be read but in the unit's turnout.
"""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.codes import code_mark
from core.errors import NotFound
from core.places.models import Unit
from surveys.models import Campaign, CampaignUnit
from surveys.tablet.models import Visit, VisitUnit

CODE_PURPOSE = "visit"


def visits(session: Session, *, oblasts: Collection[str] | None) -> list[tuple[Visit, Campaign]]:
    """The visits of some oblasts (None: of all), the latest first, each with its survey."""
    query = select(Visit, Campaign).join(Campaign, Campaign.id == Visit.campaign_id)
    if oblasts is not None:
        query = query.where(Visit.oblast_kato.in_(oblasts))
    return [(visit, campaign) for visit, campaign in session.execute(query.order_by(Visit.id.desc()))]


def visit_by_id(session: Session, number: int) -> Visit:
    """A visit by its number.

    :raises NotFound: when there is none.
    """
    found = session.get(Visit, number)
    if found is None:
        raise NotFound(_l("There is no visit number %(number)s.", number=number))
    return found


def visit_by_code(session: Session, code: str, *, secret: str) -> Visit | None:
    """The visit of a code in its one form, if there is one."""
    mark = code_mark(secret, CODE_PURPOSE, code)
    return session.scalars(select(Visit).where(Visit.code_mark == mark)).first()


def units_of(session: Session, visit: Visit) -> list[tuple[Unit, bool]]:
    """The units of a visit, and whether age and sex are asked there."""
    query = (
        select(Unit, CampaignUnit.asks_strata)
        .join(VisitUnit, VisitUnit.kato == Unit.kato)
        .join(
            CampaignUnit,
            (CampaignUnit.kato == Unit.kato) & (CampaignUnit.campaign_id == VisitUnit.campaign_id),
        )
        .where(VisitUnit.visit_id == visit.id)
        .order_by(Unit.kato)
    )
    return [(unit, asks) for unit, asks in session.execute(query)]
