"""Who leads a commission: its chair and its secretary, not somebody who only has the role.

Imports the edge.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_login import current_user

from contest.commissions.queries import people_of
from contest.contests.models import Contest
from contest.rulebook import Stage
from core.access import Right, may
from core.errors import Forbidden
from core.web.edge import database


def leads(contest: Contest, stage: Stage, oblast_kato: str | None) -> bool:
    """Whether the reader leads this commission: by right, and by a seat that is held."""
    people = people_of(database(), contest, stage, oblast_kato)
    has_right = may(current_user, Right.RUN_MEETINGS, oblast=oblast_kato)
    return has_right and current_user.id in (people.chair, people.secretary)


def require_lead(contest: Contest, stage: Stage, oblast_kato: str | None) -> None:
    """Refuse whoever does not lead.

    :raises Forbidden: saying who does.
    """
    if not leads(contest, stage, oblast_kato):
        raise Forbidden(
            _l("Only the chair and the secretary who sit in this commission lead its marking and meetings.")
        )
