"""Reads of essays: whether one can still be written, and who must not learn whose it is."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contest.commissions.queries import people_of
from contest.contests.models import Contest
from contest.jury.queries import marking_of
from contest.nominees.models import Nominee, NomineeState
from contest.rulebook import Stage


def is_being_read(session: Session, contest: Contest, nominee: Nominee, stage: Stage) -> bool:
    """Whether members may read this nominee's essay: then it stays as it is.

    They do not before the application is decided, as of somebody whom a granted objection brought back.
    """
    area = nominee.oblast_kato if stage is Stage.REGIONAL else None
    is_undecided = nominee.state is NomineeState.PROPOSED
    return not is_undecided and marking_of(session, contest, stage, area) is not None


def may_mark(session: Session, contest: Contest, nominee: Nominee, stage: Stage, account_id: int) -> bool:
    """Whether somebody votes, or could stand in, where this nominee's essay is marked without the name.

    The national commission may come to judge a nominee of the regional stage too.
    """
    areas = {(Stage.NATIONAL, None), (stage, nominee.oblast_kato if stage is Stage.REGIONAL else None)}
    people = [people_of(session, contest, *area) for area in areas]
    return any(account_id in (*one.members, *one.alternates) for one in people)
