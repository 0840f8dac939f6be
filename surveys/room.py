"""The doors of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Right
from core.room import MenuEntry, Room
from core.web.edge import settings
from surveys.commands import campaigns
from surveys.comments.services import BOX_PREFIX as COMMENTS
from surveys.comments.services import take_comments
from surveys.comments.views_agency import comments_agency
from surveys.embedding import commands as embedding_commands  # noqa: F401  (adds to the group `campaigns`)
from surveys.embedding.checking import check_every_night
from surveys.embedding.views_operator import embedding_operator
from surveys.embedding.views_public import embedding_public
from surveys.importing.views_agency import importing_agency
from surveys.inclusion import commands as inclusion_commands  # noqa: F401  (adds to the group `campaigns`)
from surveys.inclusion.views_public import inclusion_public
from surveys.mixing import take_answers
from surveys.models import Ballot
from surveys.paper.views_entry import paper_entry
from surveys.paper.views_operator import paper_operator
from surveys.posters import commands as poster_commands  # noqa: F401  (adds to the group `campaigns`)
from surveys.posters.views_operator import posters_operator
from surveys.pressure.views_agency import pressure_agency
from surveys.pressure.views_public import pressure_public
from surveys.queries import BOX_PREFIX
from surveys.short_way import SurveyLane
from surveys.signals import commands as signal_commands  # noqa: F401  (adds to the group `campaigns`)
from surveys.signals.services import flag_running
from surveys.signals.views_staff import surveys_signals
from surveys.tablet.views_operator import tablet_operator
from surveys.tablet.views_public import tablet_public
from surveys.views_agency import surveys_agency
from surveys.views_operator import surveys_operator
from surveys.views_public import surveys_public
from surveys.voters import commands as voters_commands  # noqa: F401  (adds to the group `campaigns`)
from surveys.voters.verification import destroy_spent_marks, missing_mark_keys, verification_of
from surveys.voters.views_agency import voters_agency
from surveys.voters.views_operator import voters_operator
from surveys.voters.views_public import voters_public


def lost_mark_keys(session: Session) -> str | None:
    """Name the running surveys with verification whose mark key is not here."""
    lost = missing_mark_keys(session, verification_of(settings()).marks)
    return f"put back the mark keys of {', '.join(lost)}: nobody can answer them meanwhile" if lost else None


ROOM = Room(
    name="surveys",
    blueprints=(
        surveys_public,
        inclusion_public,
        surveys_operator,
        surveys_agency,
        surveys_signals,
        comments_agency,
        tablet_public,
        tablet_operator,
        paper_operator,
        paper_entry,
        importing_agency,
        pressure_public,
        pressure_agency,
        embedding_public,
        embedding_operator,
        posters_operator,
        voters_public,
        voters_operator,
        voters_agency,
    ),
    menu=(
        MenuEntry("surveys_agency.campaigns", _l("Surveys"), Right.MANAGE_CAMPAIGNS),
        MenuEntry("embedding_operator.campaigns", _l("On your site"), Right.MANAGE_SITES),
        MenuEntry("surveys_operator.surveys", _l("Turnout"), Right.SEE_TURNOUT),
        MenuEntry("tablet_operator.index", _l("Visits with a tablet"), Right.PLAN_VISITS),
        MenuEntry("paper_operator.index", _l("Paper sheets"), Right.RECONCILE_PAPER),
        MenuEntry("voters_operator.campaigns", _l("Letters with codes"), Right.COUNT_CODES),
        MenuEntry("pressure_agency.campaigns", _l("Reports of pressure"), Right.READ_PRESSURE),
        MenuEntry("surveys_signals.campaigns", _l("Signals"), Right.SEE_SIGNALS),
    ),
    commands=(campaigns,),
    lanes=(SurveyLane,),
    takers={BOX_PREFIX: take_answers, COMMENTS: take_comments},
    readiness={"mark keys": lost_mark_keys},
    jobs={
        "mark keys of closed surveys": lambda session, now: destroy_spent_marks(
            session, verification_of(settings()).marks
        ),
        "sites that show the survey": check_every_night,
        "signals": flag_running,
    },
    metrics={"survey_ballots": lambda session: session.scalar(select(func.count()).select_from(Ballot))},
)
