"""A second contest whose survey is open now, so that anybody can try the form in any village."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from contest.contests import services as contests
from contest.contests.models import Contest
from contest.rulebook import Step
from core.clock import day_of
from core.places.queries import post_units
from core.settings import ROOT
from core.words import Words
from demo.people import ACTOR
from ethics import services as ethics
from surveys import services as surveys
from surveys.rules import Mode

TRIAL = "trial"
RULES = ROOT / "contest" / "rulebooks" / "2020.toml"
OPEN_FOR = timedelta(days=365)


def open_trial(session: Session, *, now: datetime) -> Contest:
    """Draft, publish and open the trial: the open mode, all posts, a year from today."""
    today = day_of(now)
    title = Words(
        kk="Байқап көру: тұрғындар сауалнамасы",
        ru="Проба: опрос жителей",
        en="Trial: residents' survey",
    )
    campaign = surveys.draft_campaign(
        session, code=TRIAL, contest_code=TRIAL, title=title, criteria_code="2020-six", mode=Mode.OPEN,
        opens_on=today, closes_on=today + OPEN_FOR, katos=[unit.kato for _, unit in post_units(session)],
        actor=ACTOR, now=now,
    )  # fmt: skip
    ethics.draft_round(
        session, code=TRIAL, contest_code=TRIAL, title=title, items_code="2026", opens_on=today,
        closes_on=today + OPEN_FOR, actor=ACTOR, now=now,
    )  # fmt: skip
    contest = contests.create_contest(
        session, code=TRIAL, title=title, rules_text=_rules(today), campaign_code=TRIAL, round_code=TRIAL,
        actor=ACTOR, now=now,
    )  # fmt: skip
    contests.publish_rules(
        session, contest=contest, order_number="DEMO-2", order_on=today, actor=ACTOR, now=now
    )
    contests.open_contest(session, contest=contest, actor=ACTOR, now=now)
    surveys.open_campaign(session, campaign=campaign, actor=ACTOR, now=now)
    return contest


def _rules(today: date) -> str:
    """The book of 2020 with a calendar of its own: a year of questions from today, the stages after it."""
    last = today + OPEN_FOR
    days = dict.fromkeys((Step.NOMINATIONS, Step.SURVEY, Step.ETHICS), (today, last))
    for number, step in enumerate((Step.REGIONAL, Step.NATIONAL, Step.RESULTS)):
        days[step] = (last + timedelta(days=30 * number + 1), last + timedelta(days=30 * number + 21))

    def moved(found: re.Match[str]) -> str:
        first, until = days[Step(found[1])]
        return f"{found[1]} = {{ from = {first.isoformat()}, until = {until.isoformat()} }}"

    return re.sub(r"^(\w+) = \{ from = .*\}$", moved, RULES.read_text(), flags=re.MULTILINE)
