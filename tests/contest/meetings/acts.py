"""What the tests do at meetings, by the room's own services."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contest.jury.services import declare_conflict
from contest.meetings import services as meetings
from contest.meetings import voting
from contest.meetings.models import AgendaItem, Choice, ItemKind, ItemState, Meeting, MeetingState
from contest.meetings.queries import meetings_of, roll_of, votes_on
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core.clock import day_of
from core.words import Words
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

TITLE = Words("Үміткерді шеттету", "Исключение претендента", "Exclusion")
REASONS = Words("Мәлімет жалған.", "Сведения ложны.", "False.")


def opened(session: Session, made: sample.Sample, area: str | None = OBLASTS[0], *, present=None) -> Meeting:
    """An open meeting of a commission with those who vote in it present, or some of them."""
    stage = Stage.NATIONAL if area is None else Stage.REGIONAL
    for meeting in meetings_of(session, contest(session), stage, area):
        if meeting.state is MeetingState.OPEN:
            return meeting
    meeting = meetings.plan_meeting(
        session, contest=contest(session), stage=stage, oblast_kato=area, held_on=day_of(NOW), actor=ACTOR,
        now=NOW,
    )  # fmt: skip
    meetings.open_meeting(session, meeting=meeting, actor=ACTOR, now=NOW)
    attend(session, meeting, made.judges[area] if present is None else present)
    return meeting


def attend(session: Session, meeting: Meeting, present: list[int]) -> None:
    meetings.register_attendance(session, meeting=meeting, present=present, actor=ACTOR, now=NOW)


def item(session: Session, meeting: Meeting, nominee_id: int | None = None, **changes) -> AgendaItem:
    nominee = nominee_id and session.get_one(Nominee, nominee_id)
    about = {"kind": ItemKind.OTHER, "title": TITLE, "reference": "one"} | changes
    return meetings.add_item(session, meeting=meeting, nominee=nominee, actor=ACTOR, **about)


def start(session: Session, found: AgendaItem) -> AgendaItem:
    voting.open_vote(session, item=found, actor=ACTOR, now=NOW)
    return found


def vote(session: Session, found: AgendaItem, account_id: int, choice: Choice = Choice.YES) -> None:
    voting.cast_vote(
        session, item=found, account_id=account_id, choice=choice, actor=f"account:{account_id}", now=NOW
    )


def end(session: Session, found: AgendaItem, reasons: Words | None = None) -> AgendaItem:
    """Those who are there and have not voted abstain, and the vote is closed."""
    if found.state is ItemState.VOTING:
        for one in sorted(roll_of(session, found).present - votes_on(session, found).keys()):
            vote(session, found, one, Choice.ABSTAIN)
    return voting.close_vote(session, item=found, reasons=reasons, actor=ACTOR, now=NOW)


def recuse(session: Session, nominee_id: int, judge: int) -> None:
    declare_conflict(
        session, contest=contest(session), stage=Stage.REGIONAL,
        nominee=session.get_one(Nominee, nominee_id), ground="kinship", details=None,
        judge_account_id=judge, actor=f"account:{judge}", now=NOW,
    )  # fmt: skip
