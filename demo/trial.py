"""A second contest whose survey is open now, so that anybody can try the form in any village."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from contest.calendar import is_day_off
from contest.contests import services as contests
from contest.contests.models import Contest
from contest.rulebook import Step
from contest.rulebook_reading import read_rulebook
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
    last = _last(today)
    title = Words(
        kk="Байқап көру: тұрғындар сауалнамасы",
        ru="Проба: опрос жителей",
        en="Trial: residents' survey",
    )
    campaign = surveys.draft_campaign(
        session, code=TRIAL, contest_code=TRIAL, title=title, criteria_code="2020-six", mode=Mode.OPEN,
        opens_on=today, closes_on=last, katos=[unit.kato for _, unit in post_units(session)],
        actor=ACTOR, now=now,
    )  # fmt: skip
    ethics.draft_round(
        session, code=TRIAL, contest_code=TRIAL, title=title, items_code="2026", opens_on=today,
        closes_on=last, actor=ACTOR, now=now,
    )  # fmt: skip
    contest = contests.create_contest(
        session, code=TRIAL, title=title, rules_text=_rules(today, last), campaign_code=TRIAL,
        round_code=TRIAL, actor=ACTOR, now=now,
    )  # fmt: skip
    contests.publish_rules(
        session, contest=contest, order_number="DEMO-2", order_on=today, actor=ACTOR, now=now
    )
    contests.open_contest(session, contest=contest, actor=ACTOR, now=now)
    surveys.open_campaign(session, campaign=campaign, actor=ACTOR, now=now)
    return contest


def _last(today: date) -> date:
    """The last day of questions: a year away, or the working day before; the rules demand one."""
    days_off = read_rulebook(RULES.read_text(), place=RULES.name).days_off
    days = (today + OPEN_FOR - timedelta(days=number) for number in range(OPEN_FOR.days))
    return next(day for day in days if not is_day_off(days_off, day))


def _rules(today: date, last: date) -> str:
    """The book of 2020 with a calendar of its own: questions from today to a day, the stages after it."""
    days = dict.fromkeys((Step.NOMINATIONS, Step.SURVEY, Step.ETHICS), (today, last))
    for number, step in enumerate((Step.REGIONAL, Step.NATIONAL, Step.RESULTS)):
        days[step] = (last + timedelta(days=30 * number + 1), last + timedelta(days=30 * number + 21))

    def moved(found: re.Match[str]) -> str:
        first, until = days[Step(found[1])]
        return f"{found[1]} = {{ from = {first.isoformat()}, until = {until.isoformat()} }}"

    return re.sub(r"^(\w+) = \{ from = .*\}$", moved, RULES.read_text(), flags=re.MULTILINE)
