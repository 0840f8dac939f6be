"""Marks at the moment of the close, and acts of two tabs at once; both databases, which lock differently."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.commissions.models import ConflictFinding, Recusal
from contest.commissions.services import enter_facts
from contest.jury.models import Mark, Marking
from contest.jury.queries import is_marking_closed
from contest.jury.services import declare_conflict, open_marking
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core.errors import Conflict
from core.storage import Storage
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.meetings.test_two_at_once import at_once
from tests.contest.sample import ACTOR, OBLASTS, contest
from tests.contest.test_kept_as_given import behind

HERE = {"stage": Stage.REGIONAL, "oblast_kato": OBLASTS[0]}
FULL, OTHER = (9, 9, 9, 9), (1, 1, 1, 1)


def judged(storage: Storage) -> tuple[int, list[int]]:
    """One nominee, of whose three judges two must confirm and one has."""
    with storage.write(now=NOW) as session:
        made = sample.regional(session, nominees=1)
        nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
        sample.mark(session, nominee, judges[0], FULL)
    return nominee, judges


def confirm(nominee: int, judge: int, marks: tuple[int, ...] = FULL) -> Callable[[Session], object]:
    return lambda session: sample.mark(session, nominee, judge, marks)


def close(session: Session) -> None:
    sample.close(session, OBLASTS[0])


def marks_of(storage: Storage, judge: int) -> set[tuple[int, bool]]:
    with storage.read() as session:
        rows = session.scalars(select(Mark).where(Mark.judge_account_id == judge)).all()
        return {(row.value, row.confirmed_at is not None) for row in rows}


def test_the_close_waits_for_a_mark_and_no_mark_comes_in_behind_it(settled: Storage):
    nominee, judges = judged(settled)
    # The close needs the mark that is being confirmed, waits for it, and is done.
    assert behind(settled, confirm(nominee, judges[1]), close) == []
    with settled.read() as session:
        assert is_marking_closed(session, contest(session), Stage.REGIONAL, OBLASTS[0])
    with settled.write(now=NOW) as session:
        session.scalars(select(Marking).where(Marking.oblast_kato == OBLASTS[0])).one().closed_at = None
    # A mark that begins while the close is under way waits for it, and is refused.
    faults = behind(settled, close, confirm(nominee, judges[2], OTHER))
    assert [(type(fault), str(fault)) for fault in faults] == [
        (Conflict, "The marking of this stage is not open.")
    ]
    assert marks_of(settled, judges[2]) == set()
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(ConflictFinding)) > 0


def test_two_tabs_confirm_once_and_declare_once(settled: Storage):
    nominee, judges = judged(settled)
    faults = at_once(settled, confirm(nominee, judges[1]), confirm(nominee, judges[1], OTHER))
    assert [type(fault) for fault in faults] == [Conflict]
    assert marks_of(settled, judges[1]) in ({(9, True)}, {(1, True)})

    def declare(session: Session) -> None:
        declare_conflict(
            session, contest=contest(session), stage=Stage.REGIONAL, ground="kinship", details=None,
            nominee=session.get_one(Nominee, nominee), judge_account_id=judges[2], actor=ACTOR, now=NOW,
        )  # fmt: skip

    assert [type(fault) for fault in at_once(settled, declare, declare)] == [Conflict]
    with settled.read() as session:
        assert session.scalar(select(func.count()).select_from(Recusal)) == 1


def test_a_marking_that_two_open_at_once_is_opened_once_and_facts_are_kept_once(settled: Storage):
    _nominee, judges = judged(settled)
    with settled.write(now=NOW) as session:
        session.execute(Mark.__table__.delete())
        session.execute(Marking.__table__.delete().where(Marking.oblast_kato == OBLASTS[0]))

    def begin(session: Session) -> None:
        open_marking(session, contest=contest(session), **HERE, actor=ACTOR, now=NOW)

    assert [type(fault) for fault in at_once(settled, begin, begin)] == [Conflict]

    def know(session: Session) -> None:
        enter_facts(
            session, account_id=judges[0], employer="«Бірлік»", oblast_kato=None, district_kato=None,
            heads_kato=None, actor=ACTOR, now=NOW,
        )  # fmt: skip

    assert at_once(settled, know, know) == []
