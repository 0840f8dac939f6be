"""A vote is closed and what was decided takes effect, in one transaction.

Written like the services. Nobody has to carry a decision out afterwards, and nobody can leave it undone.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.decisions.services import hand_over_signals
from contest.meetings.models import AgendaItem, ItemKind
from contest.meetings.voting import close_vote
from contest.nominees.leaving import exclude_nominee
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import matter_of
from contest.objections.models import Objection
from contest.objections.remedies import apply_remedy
from contest.sources.surveys import survey_state
from core.words import Words


def decide_item(
    session: Session, *, contest: Contest, item: AgendaItem, reasons: Words | None, actor: str, now: datetime
) -> AgendaItem:
    """Close the vote on an item, and do what follows from it where it is carried.

    A nominee is excluded, or is back; a conflict of interests is established; the vote on signals goes to
    the survey while that is open. The rest is signed or issued by people.

    :raises BadInput: where `close_vote` does.
    :raises Conflict: where `close_vote` does.
    """
    close_vote(session, item=item, reasons=reasons, actor=actor, now=now)
    if not item.is_carried:
        return item
    if item.kind is ItemKind.SIGNALS:
        survey = survey_state(session, campaign_code=contest.campaign_code)
        if survey is not None and not survey.is_closed:
            hand_over_signals(session, contest=contest, actor=actor, now=now)
    elif item.kind is ItemKind.EXCLUSION:
        nominee = session.get_one(Nominee, item.nominee_id, with_for_update=True)
        # Who has left in the meantime is not excluded besides, nor a finalist by the oblast once the national
        # stage is open: the record of the vote stands.
        is_own_matter = (item.stage, item.oblast_kato) == matter_of(contest, nominee)
        if nominee.state is NomineeState.REGISTERED and is_own_matter:
            exclude_nominee(session, nominee=nominee, item=item, actor=actor, now=now)
    elif item.kind in (ItemKind.OBJECTION, ItemKind.APPEAL):
        objection = session.get_one(Objection, int(item.reference))
        apply_remedy(session, contest, objection, actor=actor, now=now)
    return item
