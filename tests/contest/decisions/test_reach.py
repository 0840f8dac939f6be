"""What the national commission alone decides, no oblast's chair or secretary puts on its agenda."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from contest.contests.queries import rulebook_of
from contest.meetings.models import AgendaItem, ItemKind
from contest.nominees.models import Nominee
from contest.objections.models import ObjectionKind
from contest.objections.services import file_objection
from core.access import Role
from tests.conftest import NOW
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


def test_only_who_sits_as_chair_or_secretary_puts_matters_on_the_agenda(enter: Callable, keep: Callable):  # noqa: F811
    def ready(session: Session) -> dict[str, int]:
        made = sample.marked(session)
        standing = sample.freeze(session, OBLASTS[0])
        nominee = session.get_one(Nominee, made.nominees[OBLASTS[0]][0])
        file_objection(
            session, contest=contest(session), standing=standing, nominee=nominee, claim="A sum is wrong.",
            kind=ObjectionKind.COMPUTATION, now=NOW,
            by=sample.on_paper(session, nominee.id, standing.asked_by),
        )  # fmt: skip
        return {
            "nominee": nominee.id, "seated": made.secretaries[OBLASTS[0]],
            "meeting": sample.meeting(session, OBLASTS[0]).id, "above": sample.meeting(session, None).id,
            "here": sample.account(session, "unseated", Role.SECRETARY, OBLASTS[0]),
            "nation": sample.account(session, "unseated-above", Role.CHAIR),
        }  # fmt: skip

    made = keep(ready)
    meeting, nation = str(made["meeting"]), "/staff/contests/2026/decisions/national/nation"
    exclusion = {
        "exclusion-nominee": str(made["nominee"]), "exclusion-ground": "false-information",
        "exclusion-meeting": meeting,
    }  # fmt: skip
    own = ((f"{BASE}/exclusions", exclusion),
           ("/staff/contests/2026/objections/1/agenda", {"agenda-meeting": meeting}))  # fmt: skip
    above = ((f"{nation}/signals", {"signals-meeting": str(made["above"])}),
             (f"{nation}/signals/survey", {}), (f"{nation}/nominations/open", {}))  # fmt: skip
    for account, acts in (("here", own), ("nation", above)):
        client = enter(made[account])
        assert "Put on the agenda" not in client.get(nation if account == "nation" else BASE).text
        for address, sent in acts:
            refused = client.post(address, PAGE if account == "here" else nation, **sent)
            assert (refused.status_code, "Only the chair and the secretary" in refused.text) == (403, True)
    assert keep(lambda session: session.query(AgendaItem).filter(AgendaItem.kind != ItemKind.STANDING)
                .filter(AgendaItem.kind != ItemKind.SIGNALS).count()) == 0  # fmt: skip
    for address, sent in own:
        assert enter(made["seated"]).post(address, PAGE, **sent).status_code == 302
