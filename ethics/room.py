"""The doors of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from core.access import Right
from core.room import MenuEntry, Room
from ethics.commands import ethics
from ethics.conclusions.views_commissioner import ethics_conclusions
from ethics.keys.views_holders import ethics_holders
from ethics.models import Envelope
from ethics.services import take_envelopes, take_remarks
from ethics.slips.views_commissioner import ethics_slips
from ethics.views_agency import ethics_agency
from ethics.views_commissioner import ethics_commissioner
from ethics.views_public import ethics_public

ROOM = Room(
    name="ethics",
    blueprints=(
        ethics_public,
        ethics_commissioner,
        ethics_conclusions,
        ethics_holders,
        ethics_slips,
        ethics_agency,
    ),
    menu=(
        MenuEntry("ethics_commissioner.questionnaires", _l("Ethics questionnaires"), Right.HOLD_SHARE),
        MenuEntry("ethics_agency.rounds", _l("Ethics rounds"), Right.MANAGE_CONTEST),
    ),
    commands=(ethics,),
    takers={"ethics": take_envelopes, "ethics-remarks": take_remarks},
    metrics={
        "ethics_envelopes": lambda session: session.scalar(select(func.count()).select_from(Envelope)) or 0
    },
)
