"""Who may look into a stage: the rule of every page that can show its scores, from its address on.

Imports the edge. Beside the table of rights it knows one thing: who marks at the national stage does not see
the scores of a regional stage before the national marking is closed.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from contest.contests.areas import parse_area
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code
from contest.jury.queries import is_marking_closed
from contest.meetings.models import AgendaItem, ItemKind, ItemState, Meeting
from contest.meetings.recusals import recused_on
from contest.nominees.models import NomineeExclusion
from contest.objections.models import Objection
from contest.rulebook import Stage
from contest.standings.models import Standing
from core.access import RIGHTS, Right, require
from core.accounts.queries import Staff
from core.errors import Forbidden
from core.places.queries import get_unit
from core.web.edge import database

#: What the national commission hears of an oblast, and not without its scores.
HEARD = (ItemKind.OBJECTION, ItemKind.APPEAL)


def area_in_sight(
    code: str, stage: str, area: str, right: Right = Right.SEE_STAGE
) -> tuple[Contest, Stage, str | None]:
    """A stage from an address, for a reader who has the right there and may look into it.

    :raises NotFound: for what is no contest, no stage or no oblast.
    :raises Forbidden: as :func:`require_sight`.
    """
    chosen, oblast = parse_area(stage, area)
    require(right, oblast=oblast)
    contest = contest_by_code(database(), code)
    if oblast is not None:
        get_unit(database(), oblast)
    require_sight(contest, oblast, right)
    return contest, chosen, oblast


def require_sight(contest: Contest, oblast: str | None, right: Right = Right.SEE_STAGE) -> None:
    """Refuse who lacks the right in an oblast (None: in the nation), or must not see its scores yet.

    :raises Forbidden: saying until when.
    """
    require(right, oblast=oblast)
    if oblast is not None and is_kept_from(database(), contest, oblast, current_user):
        raise Forbidden(
            _l(
                "You mark at the national stage: what an oblast's commission saw of its nominees is shown to "
                "you when the national marking is closed, or when a matter of this oblast stands on the "
                "agenda of the national commission."
            )
        )


def is_kept_from(session: Session, contest: Contest, oblast: str, reader: Staff) -> bool:
    """Whether somebody will mark the finalists and must not see the scores of this oblast before.

    Who sits in the oblast's own commission too has seen them there, and is in conflict with its finalists
    where the rule book says so.
    """
    scopes = list(reader.scopes)
    marks_above = any(scope.role in RIGHTS[Right.MARK] and scope.oblast is None for scope in scopes)
    is_of_oblast = any(scope.role in RIGHTS[Right.SEE_STAGE] and scope.oblast == oblast for scope in scopes)
    if not marks_above or is_of_oblast or is_marking_closed(session, contest, Stage.NATIONAL, None):
        return False
    return not any(
        reader.id not in recused_on(session, item) for item in _heard_above(session, contest, oblast)
    )


def _heard_above(session: Session, contest: Contest, oblast: str) -> list[AgendaItem]:
    """The matters of an oblast that stand, or stood, on an agenda of the national commission.

    Where somebody of that oblast is excluded at the national stage, that is no matter of the oblast.
    """
    objected = (
        select(cast(Objection.id, String))
        .outerjoin(Standing, Standing.id == Objection.standing_id)
        .outerjoin(NomineeExclusion, NomineeExclusion.id == Objection.exclusion_id)
        .where(
            Objection.contest_id == contest.id,
            (Standing.oblast_kato == oblast) | (NomineeExclusion.oblast_kato == oblast),
        )
    )
    wanted = (
        select(AgendaItem)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            Meeting.contest_id == contest.id, Meeting.stage == Stage.NATIONAL,
            AgendaItem.state != ItemState.DROPPED,
            (AgendaItem.kind == ItemKind.STANDING) & (AgendaItem.oblast_kato == oblast)
            | AgendaItem.kind.in_(HEARD) & AgendaItem.reference.in_(objected),
        )
    )  # fmt: skip
    return list(session.scalars(wanted))
