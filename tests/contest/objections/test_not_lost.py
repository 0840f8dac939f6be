"""An objection that a meeting did not consider is not lost: it waits again, until somebody votes on it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from contest.meetings.incidents import drop_item
from contest.meetings.services import close_meeting
from contest.nominees.models import Nominee
from contest.objections.hearing import put_on_agenda
from contest.objections.models import ObjectionKind
from contest.objections.queries import Verdict, handled_objection
from contest.objections.services import file_objection
from contest.rulebook import Stage
from contest.standings.queries import latest_standing
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest


@pytest.mark.parametrize("is_dropped", [True, False])
def test_an_objection_that_was_not_considered_waits_again(settled_sqlite, is_dropped: bool):
    with settled_sqlite.writing() as session:
        made = sample.marked(session)
        sample.freeze(session, OBLASTS[0])
        filed = file_objection(
            session, contest=contest(session), kind=ObjectionKind.COMPUTATION, claim="The sum is wrong.",
            standing=latest_standing(session, contest(session), Stage.REGIONAL, OBLASTS[0]), now=NOW,
            nominee=session.get_one(Nominee, made.nominees[OBLASTS[0]][0]),
            by=sample.on_paper(session, made.nominees[OBLASTS[0]][0], made.secretaries[OBLASTS[0]]),
        )  # fmt: skip
        meeting = sample.meeting(session, OBLASTS[0])
        item = put(session, filed, meeting)
        if is_dropped:
            drop_item(session, item=item, actor=ACTOR)
        else:
            close_meeting(session, meeting=meeting, actor=ACTOR, now=NOW)
        assert verdict(session, filed) is Verdict.WAITING
        again = put(session, filed, sample.meeting(session, OBLASTS[0]))
        assert verdict(session, filed) is Verdict.ON_AGENDA
        sample.decide(session, again)
        assert verdict(session, filed) is Verdict.GRANTED


def put(session: Session, filed, meeting):
    found = handled_objection(session, contest(session), filed.number)
    return put_on_agenda(
        session, contest=contest(session), handled=found, meeting=meeting, actor=ACTOR, now=NOW
    )


def verdict(session: Session, filed) -> Verdict:
    return handled_objection(session, contest(session), filed.number).verdict
