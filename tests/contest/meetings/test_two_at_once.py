"""Acts at the same moment: two tabs of one member, a vote against the close, a meeting opened and called off;
on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from contest.meetings.incidents import call_off_meeting
from contest.meetings.models import AgendaItem, Choice, Meeting
from contest.meetings.queries import outcome, votes_on
from contest.meetings.services import open_meeting, plan_meeting
from contest.meetings.voting import cast_vote, close_vote, open_vote
from contest.rulebook import Stage
from core.clock import day_of
from core.errors import Conflict
from core.storage import Storage
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.meetings.acts import item, opened
from tests.contest.sample import ACTOR, OBLASTS, contest


@pytest.fixture
def voting(settled: Storage) -> tuple[int, list[int]]:
    """An item whose vote is open, and who may vote on it."""
    with settled.write(now=NOW) as session:
        made = sample.regional(session)
        found = item(session, opened(session, made))
        open_vote(session, item=found, actor=ACTOR, now=NOW)
        return found.id, made.judges[OBLASTS[0]]


def at_once(settled: Storage, *acts: Callable[[Session], object]) -> list[BaseException]:
    """Run every act in a thread and transaction of its own, all let go together; gives the faults."""
    gate, faults = threading.Barrier(len(acts)), []

    def run(act: Callable[[Session], object]) -> None:
        try:
            with settled.writing() as session:
                gate.wait()
                act(session)
                session.commit()
        except Exception as fault:  # the main thread tells it
            faults.append(fault)

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def cast(item_id: int, account_id: int, choice: Choice) -> Callable[[Session], object]:
    return lambda session: cast_vote(
        session, item=session.get_one(AgendaItem, item_id), account_id=account_id, choice=choice,
        actor=f"account:{account_id}", now=NOW,
    )  # fmt: skip


def kept(settled: Storage, item_id: int) -> dict[int, Choice]:
    with settled.read() as session:
        return votes_on(session, session.get_one(AgendaItem, item_id))


def test_two_tabs_with_one_choice_give_one_vote(settled: Storage, voting: tuple[int, list[int]]):
    number, judges = voting
    assert at_once(settled, *[cast(number, judges[0], Choice.YES)] * 2) == []
    assert kept(settled, number) == {judges[0]: Choice.YES}


def test_two_tabs_with_two_choices_give_one_vote_and_one_refusal(
    settled: Storage, voting: tuple[int, list[int]]
):
    number, judges = voting
    faults = at_once(
        settled, cast(number, judges[0], Choice.YES), cast(number, judges[0], Choice.NO),
    )  # fmt: skip
    assert [type(fault) for fault in faults] == [Conflict]
    assert len(kept(settled, number)) == 1


def test_a_meeting_is_opened_or_called_off_and_never_both(settled: Storage):
    with settled.write(now=NOW) as session:
        sample.regional(session)
        planned = plan_meeting(
            session, contest=contest(session), stage=Stage.REGIONAL, oblast_kato=OBLASTS[0], actor=ACTOR,
            held_on=day_of(NOW), now=NOW,
        ).id  # fmt: skip

    def act(change: Callable, **given: object) -> Callable[[Session], object]:
        return lambda session: change(
            session, meeting=session.get_one(Meeting, planned), actor=ACTOR, now=NOW, **given
        )

    call_off = act(call_off_meeting, reason="The road is closed.")
    faults = at_once(settled, act(open_meeting), call_off, call_off)
    assert [type(fault) for fault in faults] == [Conflict, Conflict]


def test_a_vote_against_the_close_is_counted_or_refused(settled: Storage, voting: tuple[int, list[int]]):
    number, judges = voting

    def close(session: Session) -> None:
        close_vote(session, item=session.get_one(AgendaItem, number), reasons=None, actor=ACTOR, now=NOW)

    for other in judges[1:]:
        assert at_once(settled, cast(number, other, Choice.ABSTAIN)) == []
    faults = at_once(settled, close, cast(number, judges[0], Choice.YES))
    assert {type(fault) for fault in faults} <= {Conflict}
    with settled.read() as session:
        found = session.get_one(AgendaItem, number)
        counts = outcome(session, found)
        assert (counts.yes, found.is_carried) == ((0, False) if faults else (1, True))
