"""The doors of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from core.access import Right
from core.room import MenuEntry, Room
from surveys.commands import campaigns
from surveys.mixing import take_answers
from surveys.models import Ballot
from surveys.queries import BOX_PREFIX
from surveys.views_agency import surveys_agency
from surveys.views_operator import surveys_operator
from surveys.views_public import surveys_public

ROOM = Room(
    name="surveys",
    blueprints=(surveys_public, surveys_operator, surveys_agency),
    menu=(
        MenuEntry("surveys_agency.campaigns", _l("Surveys"), Right.MANAGE_CAMPAIGNS),
        MenuEntry("surveys_operator.surveys", _l("Turnout"), Right.SEE_TURNOUT),
    ),
    commands=(campaigns,),
    takers={BOX_PREFIX: take_answers},
    metrics={"survey_ballots": lambda session: session.scalar(select(func.count()).select_from(Ballot))},
)
