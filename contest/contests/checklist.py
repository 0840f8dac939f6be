"""What is missing before the next step of a contest: the staff page shows it, the services enforce it.

Puts the conditions of each step together; single ones stand in `conditions`.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.calendar import days_of, why_closed
from contest.contests.conditions import (
    ChecklistItem,
    final_items,
    freeze_checklist,
    no_excluded_winner,
    source_days,
    unit_words,
)
from contest.contests.models import Contest, ContestState
from contest.contests.queries import closed_words, editions, rulebook_of
from contest.contests.words import STEPS
from contest.decisions.queries import voted_exclusion
from contest.nominees.models import Nominee, NomineeState
from contest.rulebook import Stage, Step
from contest.rulebook_reading import BadRuleBook, read_rulebook
from contest.sources.ethics import ethics_state
from contest.sources.state import SourceState
from contest.sources.surveys import survey_state
from contest.standings.models import Standing
from contest.standings.queries import standings_in_force
from core.clock import day_of
from core.places.queries import units_by_kato
from core.web.days import said_day


class Act(StrEnum):
    """The steps of a contest's life that a person takes."""

    PUBLISH_RULES = "publish-rules"
    OPEN = "open"
    OPEN_REGIONAL = "open-regional"
    OPEN_NATIONAL = "open-national"
    FREEZE_NATIONAL = "freeze-national"
    PUBLISH = "publish"


NEXT: dict[ContestState, Act | None] = {
    ContestState.DRAFT: Act.PUBLISH_RULES,
    ContestState.RULES_PUBLISHED: Act.OPEN,
    ContestState.OPEN: Act.OPEN_REGIONAL,
    ContestState.REGIONAL: Act.OPEN_NATIONAL,
    ContestState.NATIONAL: Act.FREEZE_NATIONAL,
    ContestState.CLOSED: Act.PUBLISH,
    ContestState.PUBLISHED: None,
}


def checklist(session: Session, contest: Contest, *, now: datetime) -> list[ChecklistItem]:
    """What the next step of the contest needs; empty when there is no next step."""
    act, day = NEXT[contest.state], day_of(now)
    if act is Act.PUBLISH_RULES:
        return _before_rules(session, contest, day)
    if act is Act.OPEN:
        return [*_before_opening(session, contest), _in_days(session, contest, Step.NOMINATIONS, day)]
    if act is Act.OPEN_REGIONAL:
        return [*_before_regional(session, contest), _in_days(session, contest, Step.REGIONAL, day)]
    if act is Act.OPEN_NATIONAL:
        return [*_before_national(session, contest, now), _in_days(session, contest, Step.NATIONAL, day)]
    if act is Act.FREEZE_NATIONAL:
        return freeze_checklist(session, contest, stage=Stage.NATIONAL, oblast_kato=None)
    if act is Act.PUBLISH:
        return [
            _frozen(session, contest),
            *final_items(session, contest, standings_in_force(session, contest), now),
            no_excluded_winner(session, contest),
            _in_days(session, contest, Step.RESULTS, day),
        ]
    return []


def _in_days(session: Session, contest: Contest, step: Step, day: date) -> ChecklistItem:
    closed = why_closed(rulebook_of(session, contest), step, day)
    return ChecklistItem(
        _l("today is a day of “%(step)s” by the calendar", step=STEPS[step]),
        closed is None,
        "" if closed is None else closed_words(closed, day),
    )


def registered_oblasts(session: Session, contest: Contest) -> frozenset[str]:
    """The oblasts that have a registered nominee."""
    wanted = select(Nominee.oblast_kato).where(
        Nominee.contest_id == contest.id, Nominee.state == NomineeState.REGISTERED
    )
    return frozenset(session.scalars(wanted.distinct()))


def _before_rules(session: Session, contest: Contest, day: date) -> list[ChecklistItem]:
    try:
        book, fault = read_rulebook(contest.draft_rules, place="rule book"), ""
    except BadRuleBook as bad:
        book, fault = None, bad.faults[0]
    items = [
        ChecklistItem(
            _l("the rule book can be read and has no faults"),
            book is not None,
            _l("Correct the text: %(fault)s", fault=fault),
        ),
        *_drafted(session, contest),
    ]
    if book is None:
        return items
    last = days_of(book, Step.NOMINATIONS).until_on
    in_time = ChecklistItem(
        _l("the days of the nominations are not over"),
        day <= last,
        _l("The calendar ends them on %(day)s: change the draft's calendar.", day=said_day(last)),
    )
    return [*items, in_time, *source_days(session, contest, book)]


def _drafted(session: Session, contest: Contest) -> list[ChecklistItem]:
    return [
        ChecklistItem(
            _l("the survey %(code)s is drafted and not open yet", code=contest.campaign_code),
            _waits(survey_state(session, campaign_code=contest.campaign_code)),
            _l("Draft a campaign with this code; the rules come before its opening."),
        ),
        ChecklistItem(
            _l("the ethics round %(code)s is drafted and not open yet", code=contest.round_code),
            _waits(ethics_state(session, round_code=contest.round_code)),
            _l("Draft a round with this code; the rules come before its opening."),
        ),
    ]


def _waits(source: SourceState | None) -> bool:
    return source is not None and not source.is_open and not source.is_closed


def _before_opening(session: Session, contest: Contest) -> list[ChecklistItem]:
    marks = {edition.fingerprint for edition in editions(session, contest)}
    survey = survey_state(session, campaign_code=contest.campaign_code)
    ethics = ethics_state(session, round_code=contest.round_code)
    return [
        ChecklistItem(
            _l("the survey %(code)s is admitted under the published rules", code=contest.campaign_code),
            survey is not None and survey.admitted_by in marks,
            _l("Publish the rules again as a correction: it admits the survey."),
        ),
        ChecklistItem(
            _l("the ethics round %(code)s is admitted under the published rules", code=contest.round_code),
            ethics is not None and ethics.admitted_by in marks,
            _l("Publish the rules again as a correction: it admits the round."),
        ),
    ]


def _before_regional(session: Session, contest: Contest) -> list[ChecklistItem]:
    survey = survey_state(session, campaign_code=contest.campaign_code)
    return [
        _applications(session, contest),
        ChecklistItem(
            _l("at least one nominee is registered"),
            bool(registered_oblasts(session, contest)),
            _l("Register the nominees on their page."),
        ),
        ChecklistItem(
            _l("the national commission has voted which signals leave a day out, or the survey is closed"),
            voted_exclusion(session, contest) is not None or (survey is not None and survey.is_closed),
            _l("Put it to the vote before the survey closes: later the rule book's own proposal counts."),
        ),
    ]


def _before_national(session: Session, contest: Contest, now: datetime) -> list[ChecklistItem]:
    needed = registered_oblasts(session, contest)
    frozen = set(
        session.scalars(
            select(Standing.oblast_kato).where(
                Standing.contest_id == contest.id, Standing.stage == Stage.REGIONAL
            )
        )
    )
    units = units_by_kato(session, needed)
    finalists = session.scalar(
        select(func.count())
        .select_from(Nominee)
        .where(
            Nominee.contest_id == contest.id, Nominee.is_finalist.is_(True),
            Nominee.state == NomineeState.REGISTERED,
        )
    )  # fmt: skip
    return [
        ChecklistItem(
            _l("the regional standing of %(oblast)s is frozen", oblast=unit_words(units, kato)),
            kato in frozen,
            _l("Close the marking there and freeze the standing."),
        )
        for kato in sorted(needed)
    ] + [
        _applications(session, contest),
        ChecklistItem(
            _l("there is at least one finalist who takes part"),
            bool(finalists),
            _l("A standing names its finalists when it is frozen; where they left, freeze a correction."),
        ),
        *final_items(session, contest, standings_in_force(session, contest), now),
    ]


def _applications(session: Session, contest: Contest) -> ChecklistItem:
    """Before either stage: whom a granted objection brings back applies again while the first one runs."""
    waiting = session.scalar(
        select(func.count()).where(Nominee.contest_id == contest.id, Nominee.state == NomineeState.PROPOSED)
    )
    return ChecklistItem(
        _l("every application is decided"),
        not waiting,
        _l("%(count)s wait: their secretaries register or decline them.", count=waiting),
    )


def _frozen(session: Session, contest: Contest) -> ChecklistItem:
    found = session.scalar(
        select(func.count())
        .select_from(Standing)
        .where(Standing.contest_id == contest.id, Standing.stage == Stage.NATIONAL)
    )
    return ChecklistItem(
        _l("the national standing is frozen"), bool(found), _l("Freeze it on the page of the national stage.")
    )
