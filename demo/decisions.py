"""The decisions of the demonstration's commissions: meetings, votes, two signatures, one objection refused.

By the real services under the seats of the demonstration; only the clock is told.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from contest.commissions.queries import people_of
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.decisions.effects import decide_item
from contest.decisions.queries import nominations_to_vote
from contest.decisions.services import (
    nomination_candidates,
    propose_nomination,
    propose_signals,
    propose_standing,
)
from contest.meetings import services as meetings
from contest.meetings import voting
from contest.meetings.models import AgendaItem, Choice, Meeting
from contest.meetings.queries import bench_for
from contest.nominees.documents.models import DocumentKind
from contest.nominees.models import Nominee
from contest.objections.hearing import put_on_agenda
from contest.objections.models import ObjectionKind
from contest.objections.queries import handled_objection
from contest.objections.services import Filing, file_objection
from contest.rulebook import Exclusion, Stage
from contest.standings.models import Standing
from contest.standings.queries import rows_of
from contest.standings.services import ask_to_freeze, confirm_freeze
from core.words import Words
from demo.nominees import draw_paper, keep_paper

#: What the commission of the demonstration votes: days that programs rather than people seem to have made.
SIGNALS = (Exclusion("burst", 10_000), Exclusion("one-source", 10_000))
CLAIM = (
    "Көрсетілім. Жобам бойынша ұпай дұрыс қосылмаған деп ойлаймын: есепті қайта тексеруді сұраймын.\n"
    "Демонстрация. Считаю, что баллы за мой проект сложены неверно: прошу проверить расчёт."
)
REFUSAL = Words(
    "Рейтинг жарияланған деректерден қайта есептелді, сандары сәйкес келді: есептеу қатесі табылмады.",
    "Рейтинг пересчитан из опубликованных данных, числа совпали: ошибки в расчёте нет.",
    "The standing was computed again from the published numbers and agrees: there is no error.",
)


def vote_signals(session: Session, contest: Contest, *, now: datetime) -> None:
    """The national commission votes which signals leave a day out, and the survey follows the vote."""
    meeting = _meeting(session, contest, None, now)
    actor = _secretary(session, contest, None)
    item = propose_signals(session, contest=contest, meeting=meeting, rules=SIGNALS, actor=actor, now=now)
    _decide(session, item, now=now)
    meetings.close_meeting(session, meeting=meeting, actor=actor, now=now)


def approve_and_freeze(
    session: Session, contest: Contest, stage: Stage, oblast: str | None, *, now: datetime
) -> Standing:
    """The commission approves its standing; the secretary asks to freeze it and the chair confirms."""
    meeting = _meeting(session, contest, oblast, now)
    people = people_of(session, contest, stage, oblast)
    facts = {"contest": contest, "stage": stage, "oblast_kato": oblast, "now": now}
    actor = f"account:{people.secretary}"
    if stage is Stage.NATIONAL:
        _vote_nominations(session, contest, meeting, actor, now=now)
    _decide(session, propose_standing(session, meeting=meeting, actor=actor, **facts), now=now)
    meetings.close_meeting(session, meeting=meeting, actor=actor, now=now)
    ask_to_freeze(session, account_id=people.secretary, **facts)
    return confirm_freeze(session, account_id=people.chair, **facts)


def _vote_nominations(
    session: Session, contest: Contest, meeting: Meeting, actor: str, *, now: datetime
) -> None:
    """The commission confirms whom the numbers propose for each nomination that it votes on."""
    facts = {"meeting": meeting, "actor": actor, "now": now}
    for nomination in nominations_to_vote(rulebook_of(session, contest)):
        for nominee in nomination_candidates(session, contest, nomination.code).values():
            item = propose_nomination(
                session, contest=contest, code=nomination.code, nominee=nominee, **facts
            )
            _decide(session, item, now=now)


def object_on_paper(
    session: Session, contest: Contest, standing: Standing, *, directory: Path, now: datetime
) -> int:
    """The nominee of the second place objects on paper; the number of the objection."""
    row = next(row for row in rows_of(session, standing) if row.place == 2)
    secretary = people_of(session, contest, standing.stage, standing.oblast_kato).secretary
    nominee, kind = session.get_one(Nominee, row.nominee_id), DocumentKind.OBJECTION
    paper = keep_paper(
        session, kind, draw_paper(kind, *CLAIM.splitlines()), nominee=nominee, directory=directory,
        by=secretary, now=now,
    )  # fmt: skip
    return file_objection(
        session, contest=contest, standing=standing, nominee=nominee, kind=ObjectionKind.COMPUTATION,
        claim=CLAIM, by=Filing(secretary, is_on_paper=True, paper=paper), now=now,
    ).number  # fmt: skip


def refuse_objection(session: Session, contest: Contest, oblast: str, number: int, *, now: datetime) -> None:
    """The oblast's commission votes the objection down, with its reasons."""
    meeting = _meeting(session, contest, oblast, now)
    actor = _secretary(session, contest, oblast)
    item = put_on_agenda(
        session, contest=contest, handled=handled_objection(session, contest, number), meeting=meeting,
        actor=actor, now=now,
    )  # fmt: skip
    _decide(session, item, choice=Choice.NO, reasons=REFUSAL, now=now)
    meetings.close_meeting(session, meeting=meeting, actor=actor, now=now)


def _meeting(session: Session, contest: Contest, oblast: str | None, now: datetime) -> Meeting:
    """A meeting of a commission with everybody present, open."""
    stage = Stage.REGIONAL if oblast else Stage.NATIONAL
    facts = {"actor": _secretary(session, contest, oblast), "now": now}
    meeting = meetings.plan_meeting(
        session, contest=contest, stage=stage, oblast_kato=oblast, held_on=now.date(), **facts
    )
    meetings.open_meeting(session, meeting=meeting, **facts)
    present = people_of(session, contest, stage, oblast).everyone
    meetings.register_attendance(session, meeting=meeting, present=present, **facts)
    return meeting


def _decide(
    session: Session,
    item: AgendaItem,
    *,
    now: datetime,
    choice: Choice = Choice.YES,
    reasons: Words | None = None,
) -> None:
    """Everybody who may votes alike, but for the last one, who abstains."""
    actor = f"meeting:{item.meeting_id}"
    voting.open_vote(session, item=item, actor=actor, now=now)
    voters = sorted(bench_for(session, item).present)
    for account_id in voters:
        cast = Choice.ABSTAIN if account_id == voters[-1] else choice
        voting.cast_vote(
            session, item=item, account_id=account_id, choice=cast, actor=f"account:{account_id}", now=now
        )
    contest = session.get_one(Contest, session.get_one(Meeting, item.meeting_id).contest_id)
    decide_item(session, contest=contest, item=item, reasons=reasons, actor=actor, now=now)


def _secretary(session: Session, contest: Contest, oblast: str | None) -> str:
    stage = Stage.REGIONAL if oblast else Stage.NATIONAL
    return f"account:{people_of(session, contest, stage, oblast).secretary}"
