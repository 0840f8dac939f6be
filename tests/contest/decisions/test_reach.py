"""What the national commission alone decides, no oblast's chair or secretary puts on its agenda."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from contest.contests.queries import rulebook_of
from contest.meetings.models import AgendaItem, ItemKind
from contest.nominees.models import Nominee
from tests.contest import sample
from tests.contest.pages import app, enter  # noqa: F401
from tests.contest.sample import OBLASTS, contest

VOTED = sample.shipped_text("2026").replace('decided = "formula"', 'decided = "vote"')
BASE = f"/staff/contests/2026/decisions/regional/{OBLASTS[0]}"
PAGE = f"/staff/contests/2026/meetings/regional/{OBLASTS[0]}"


def test_an_oblast_puts_no_nomination_on_the_national_agenda(enter: Callable, keep: Callable):  # noqa: F811
    def ready(session: Session) -> tuple[int, int, str, list[int]]:
        made = sample.national(session, rules=VOTED)
        codes = [one.code for one in rulebook_of(session, contest(session)).nominations]
        finalists = [one.id for one in session.query(Nominee).filter_by(is_finalist=True)]
        return made.secretaries[OBLASTS[0]], sample.meeting(session, None).id, codes[0], finalists

    secretary, meeting, code, finalists = keep(ready)
    neighbour = enter(secretary)
    for nominee in finalists:
        sent = {f"{code}-meeting": str(meeting), f"{code}-nominee": str(nominee)}
        assert neighbour.post(f"{BASE}/nominations/{code}", PAGE, **sent).status_code == 403
    assert keep(lambda session: session.query(AgendaItem).filter_by(kind=ItemKind.NOMINATION).count()) == 0


def test_an_oblast_puts_no_signals_on_the_national_agenda(enter: Callable, keep: Callable):  # noqa: F811
    def ready(session: Session) -> tuple[int, int]:
        made = sample.opened(session)
        sample.seat_commissions(session, made)
        return made.secretaries[OBLASTS[0]], sample.meeting(session, None).id

    secretary, meeting = keep(ready)
    sent = {"signals-meeting": str(meeting)}
    assert enter(secretary).post(f"{BASE}/signals", PAGE, **sent).status_code == 403
    assert keep(lambda session: session.query(AgendaItem).filter_by(kind=ItemKind.SIGNALS).count()) == 0
