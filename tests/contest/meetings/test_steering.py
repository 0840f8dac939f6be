"""Nobody who leads a meeting steers its votes, by the moment of closing or by who sits there then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from contest.commissions.models import Seat
from contest.commissions.services import end_seat
from contest.decisions.queries import approval_state
from contest.meetings import incidents
from contest.meetings.models import AgendaItem, Choice, ItemKind, ItemState, Meeting
from contest.meetings.queries import votes_on
from contest.meetings.recusals import recused_on
from contest.meetings.services import close_meeting
from contest.meetings.voting import close_vote
from contest.nominees.models import Nominee
from contest.objections.hearing import put_on_agenda
from contest.objections.models import ObjectionKind
from contest.objections.queries import handled_objection
from contest.objections.services import ClaimedConflict, file_objection
from contest.rulebook import Stage
from contest.standings.queries import latest_standing
from core import clock
from core.errors import Conflict
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.meetings.acts import item, opened, recuse, start, vote
from tests.contest.sample import ACTOR, OBLASTS, contest

HERE = f"/staff/contests/2026/meetings/regional/{OBLASTS[0]}"


@pytest.fixture
def territory(settled_sqlite):
    """On SQLite alone: who decides does not depend on the kind of database."""
    with settled_sqlite.writing() as session:
        yield session


def end(session: Session, found: AgendaItem) -> AgendaItem:
    return close_vote(session, item=found, reasons=None, actor=ACTOR, now=NOW)


def test_one_early_vote_decides_nothing(territory: Session):
    made = sample.regional(territory)
    found = start(territory, item(territory, opened(territory, made)))
    vote(territory, found, made.judges[OBLASTS[0]][0])
    with pytest.raises(Conflict, match="1 have voted and 2 are needed"):
        end(territory, found)
    vote(territory, found, made.judges[OBLASTS[0]][1], Choice.ABSTAIN)
    with pytest.raises(Conflict, match="close it, do not set it aside"):
        incidents.set_vote_aside(territory, item=found, actor=ACTOR)
    assert end(territory, found).is_carried is True


def test_a_vote_that_too_few_cast_is_set_aside(territory: Session):
    made = sample.regional(territory)
    found = start(territory, item(territory, opened(territory, made)))
    vote(territory, found, made.judges[OBLASTS[0]][0])
    incidents.set_vote_aside(territory, item=found, actor=ACTOR)
    assert (found.state, votes_on(territory, found)) == (ItemState.WAITING, {})


def test_who_lost_the_seat_after_voting_does_not_tip_the_vote(territory: Session):
    made = sample.regional(territory)
    judges = made.judges[OBLASTS[0]]
    found = start(territory, item(territory, opened(territory, made)))
    for judge, choice in zip(judges, (Choice.YES, Choice.YES, Choice.NO), strict=True):
        vote(territory, found, judge, choice)
    seat = territory.query(Seat).filter_by(account_id=judges[1]).one()
    end_seat(territory, seat=seat, order_number="№ 1", actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="has no place in it any more"):
        end(territory, found)
    incidents.set_vote_aside(territory, item=found, actor=ACTOR)
    assert found.state is ItemState.WAITING


def test_a_chair_in_conflict_does_not_lead_the_vote(app, enter: Callable, keep: Callable):
    made = keep(sample.regional)
    chair, nominee = made.judges[OBLASTS[0]][0], made.nominees[OBLASTS[0]][0]
    secretary = enter(made.secretaries[OBLASTS[0]])
    today = clock.day_of(clock.present()).isoformat()
    page = secretary.post(HERE, HERE, held_on=today).location
    secretary.post(f"{page}/open", page)
    secretary.post(f"{page}/attendance", page, present=[str(one) for one in made.judges[OBLASTS[0]]])

    def about(session: Session) -> int:
        (meeting,) = session.query(Meeting).filter_by(oblast_kato=OBLASTS[0])
        recuse(session, nominee, chair)
        return item(session, meeting, nominee).id

    where = f"{page}/items/{keep(about)}"
    assert enter(chair).post(f"{where}/open-vote", page).status_code == 403
    assert secretary.post(f"{where}/open-vote", page).status_code == 302
    for judge in made.judges[OBLASTS[0]][1:]:
        enter(judge).post(f"{where}/vote", page, choice="yes")
    for act in ("close-vote", "aside"):
        assert enter(chair).post(f"{where}/{act}", page).status_code == 403
    assert secretary.post(f"{where}/close-vote", page).status_code == 302


def test_who_stays_away_from_a_matter_stays_away_when_it_is_put_again(territory: Session):
    made = sample.regional(territory)
    judge, nominee = made.judges[OBLASTS[0]][1], made.nominees[OBLASTS[0]][0]
    meeting, about = opened(territory, made), {"kind": ItemKind.EXCLUSION, "reference": f"{nominee}:x"}
    found = item(territory, meeting, nominee, **about)
    away = {"account_id": judge, "ground": "kinship", "actor": ACTOR, "now": NOW}
    incidents.recuse_from_item(territory, item=found, **away)
    incidents.drop_item(territory, item=found, actor=ACTOR)
    assert recused_on(territory, item(territory, meeting, nominee, **about)) == {judge: "kinship"}
    other = item(territory, meeting, nominee, **{**about, "reference": f"{nominee}:y"})
    assert recused_on(territory, other) == {}
    plain = item(territory, meeting)
    incidents.recuse_from_item(territory, item=plain, **away)
    assert recused_on(territory, item(territory, meeting)) == {}


def test_the_protocol_of_a_closed_meeting_is_not_changed_by_what_it_did_not_come_to(territory: Session):
    made = sample.regional(territory)
    meeting, above = opened(territory, made), opened(territory, made, None)
    found = item(territory, meeting)
    for judge in made.judges[OBLASTS[0]][:2]:
        away = {"account_id": judge, "ground": "kinship", "actor": ACTOR, "now": NOW}
        incidents.recuse_from_item(territory, item=found, **away)
    close_meeting(territory, meeting=meeting, actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="This meeting is closed"):
        incidents.refer_item(territory, item=found, to=above, actor=ACTOR)
    with pytest.raises(Conflict, match="This meeting is closed"):
        incidents.recuse_from_item(
            territory, item=found, **{**away, "account_id": made.judges[OBLASTS[0]][2]}
        )


def test_a_referred_objection_keeps_those_away_whom_it_concerns(territory: Session):
    made = sample.marked(territory)
    sample.freeze(territory, OBLASTS[0])
    judges, (own, about, _third) = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]]
    standing = latest_standing(territory, contest(territory), Stage.REGIONAL, OBLASTS[0])
    objection = file_objection(
        territory, contest=contest(territory), standing=standing, kind=ObjectionKind.CONFLICT, claim="Kin.",
        nominee=territory.get_one(Nominee, own), conflict=ClaimedConflict(judges[0], about, "kinship"),
        by=sample.on_paper(territory, own, made.secretaries[OBLASTS[0]]), now=NOW,
    )  # fmt: skip
    found = put_on_agenda(
        territory, contest=contest(territory), meeting=opened(territory, made), actor=ACTOR, now=NOW,
        handled=handled_objection(territory, contest(territory), objection.number),
    )  # fmt: skip
    for judge in judges[1:]:
        recuse(territory, own, judge)
    recuse(territory, about, made.judges[None][0])
    referred = incidents.refer_item(territory, item=found, to=opened(territory, made, None), actor=ACTOR)
    assert {judges[0], made.judges[None][0]} <= recused_on(territory, referred).keys()


def test_a_referred_standing_can_be_approved_above(territory: Session):
    made = sample.marked(territory)
    found = sample.propose(territory, OBLASTS[0])
    for judge in made.judges[OBLASTS[0]][:2]:
        incidents.recuse_from_item(
            territory, item=found, account_id=judge, ground="kinship", actor=ACTOR, now=NOW
        )
    above = opened(territory, made, None)
    referred = incidents.refer_item(territory, item=found, to=above, actor=ACTOR)
    assert referred.kind is ItemKind.STANDING
    sample.decide(territory, referred)
    state = approval_state(
        territory, contest(territory), Stage.REGIONAL, OBLASTS[0], digest=referred.reference, version=1
    )
    assert state.may_freeze
