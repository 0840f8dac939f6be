"""The contest's life, step by step: create, publish and correct the rules, open, stages, publish.

Each step checks its list, writes the journal, and leaves the commit to the edge.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.admission import admit_sources, refuse_what_rests
from contest.contests.checklist import checklist
from contest.contests.conditions import refuse_unless_done
from contest.contests.models import Contest, ContestState, RuleBookEdition
from contest.contests.queries import book_of, edition_in_force, subject_of
from contest.contests.words import STATES
from contest.league.services import freeze_league
from contest.objections.finality import refuse_shorter_terms
from contest.rulebook import RuleBook, Stage
from contest.rulebook_differences import differences
from contest.rulebook_reading import BadRuleBook, read_rulebook
from contest.sources.surveys import release_flags
from contest.standings.models import Standing
from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict
from core.storage import lock_row
from core.web.days import said_day
from core.words import Words

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ORDER = 60


def create_contest(
    session: Session,
    *,
    code: str,
    title: Words,
    rules_text: str,
    campaign_code: str,
    round_code: str,
    actor: str,
    now: datetime,
) -> Contest:
    """Draft a contest with the text of its rule book and the codes of its survey and ethics round.

    :raises BadInput: for a code that cannot be taken, or a rule book with faults (all are named).
    :raises Conflict: when the code is taken, or another contest reads that campaign or round.
    """
    if not _CODE.fullmatch(code) or len(code) > 40:
        raise BadInput(
            _l("“%(code)s” cannot be a contest's code: use small Latin letters, digits, dashes.", code=code)
        )
    _checked_book(rules_text)
    taken = select(Contest.code).where(
        (Contest.code == code) | (Contest.campaign_code == campaign_code) | (Contest.round_code == round_code)
    )
    other = session.scalars(taken).first()
    if other is not None:
        raise Conflict(
            _l(
                "The contest %(other)s has this code, campaign or round already: choose others.",
                other=other,
            )
        )
    contest = Contest(
        code=code, title_kk=title.kk, title_ru=title.ru, title_en=title.en, state=ContestState.DRAFT,
        campaign_code=campaign_code, round_code=round_code, draft_rules=rules_text, created_at=now,
    )  # fmt: skip
    session.add(contest)
    session.flush()
    audit.record(
        session, actor=actor, action="contest.draft", subject=subject_of(contest),
        campaign=campaign_code, round=round_code,
    )  # fmt: skip
    return contest


def redraft_rules(session: Session, *, contest: Contest, rules_text: str, actor: str, now: datetime) -> None:
    """Replace the text of a rule book that is not published yet.

    :raises BadInput: for a rule book with faults; all are named with their places.
    :raises Conflict: once the rules are published: then only a correction changes them.
    """
    _refuse_unless(contest, ContestState.DRAFT)
    book = _checked_book(rules_text)
    contest.draft_rules = rules_text
    audit.record(
        session, actor=actor, action="rules.draft", subject=subject_of(contest), fingerprint=book.fingerprint
    )


def publish_rules(
    session: Session, *, contest: Contest, order_number: str, order_on: date, actor: str, now: datetime
) -> RuleBookEdition:
    """Publish the rule book by an order; it admits the survey campaign and the ethics round.

    :raises BadInput: without an order's number, or with an order of a future day.
    :raises Conflict: when something of the checklist is missing, or a source does not match the book.
    """
    _refuse_unless(contest, ContestState.DRAFT)
    refuse_unless_done(checklist(session, contest, now=now))
    edition = _add_edition(
        session, contest, text=contest.draft_rules, version=1, order_number=order_number, order_on=order_on,
        reason=None, now=now,
    )  # fmt: skip
    admit_sources(session, contest, book_of(edition), actor=actor, now=now)
    contest.state = ContestState.RULES_PUBLISHED
    audit.record(
        session, actor=actor, action="rules.publish", subject=subject_of(contest), version=1,
        fingerprint=edition.fingerprint, order=edition.order_number, order_on=order_on.isoformat(),
    )  # fmt: skip
    return edition


def correct_rules(
    session: Session,
    *,
    contest: Contest,
    rules_text: str,
    order_number: str,
    order_on: date,
    reason: str,
    actor: str,
    now: datetime,
) -> RuleBookEdition:
    """Publish a correction as a new edition; sources that are not closed are admitted under it.

    Once the marking of a stage is closed, and scores can be seen, only the calendar can be corrected; and
    nothing once the results are published.

    :raises BadInput: for a rule book with faults, without a reason or an order, or without a difference.
    :raises Conflict: before the first publication, where a frozen standing or published numbers rest on
        what the correction would change, or where a source asks outside the new calendar.
    """
    before = edition_in_force(session, contest)
    if not reason.strip():
        raise BadInput(_l("Give the reason of the correction: it is published with it."))
    book = _checked_book(rules_text)
    changed = differences(book_of(before), book)
    if not changed:
        raise BadInput(_l("This text says the same as the rules in force: there is nothing to correct."))
    refuse_what_rests(session, contest, book_of(before), book)
    refuse_shorter_terms(session, contest, book_of(before), book, day_of(now))
    edition = _add_edition(
        session, contest, text=rules_text, version=before.version + 1, order_number=order_number,
        order_on=order_on, reason=reason.strip(), now=now,
    )  # fmt: skip
    admit_sources(session, contest, book, actor=actor, now=now)
    audit.record(
        session, actor=actor, action="rules.publish", subject=subject_of(contest), version=edition.version,
        fingerprint=edition.fingerprint, order=edition.order_number, order_on=order_on.isoformat(),
        reason=edition.reason, changed=[path for path, _, _ in changed],
    )  # fmt: skip
    return edition


def open_contest(session: Session, *, contest: Contest, actor: str, now: datetime) -> None:
    """Open the contest: from now on nominees can be registered.

    :raises Conflict: when something of the checklist is missing.
    """
    _refuse_unless(contest, ContestState.RULES_PUBLISHED)
    refuse_unless_done(checklist(session, contest, now=now))
    contest.state = ContestState.OPEN
    audit.record(session, actor=actor, action="contest.open", subject=subject_of(contest))


def open_stage(session: Session, *, contest: Contest, stage: Stage, actor: str, now: datetime) -> None:
    """Open a stage: nominations end with the regional one, the national one begins with the finalists.

    :raises Conflict: when something of the checklist is missing.
    """
    is_regional = stage is Stage.REGIONAL
    # No standing is frozen in between.
    lock_row(session, contest)
    _refuse_unless(contest, ContestState.OPEN if is_regional else ContestState.REGIONAL)
    refuse_unless_done(checklist(session, contest, now=now))
    contest.state = ContestState.REGIONAL if is_regional else ContestState.NATIONAL
    audit.record(session, actor=actor, action="stage.open", subject=subject_of(contest), stage=stage.value)


def publish_results(session: Session, *, contest: Contest, actor: str, now: datetime) -> None:
    """Publish the results: the latest version of every standing and the league become public, all at once.

    :raises Conflict: when something of the checklist is missing.
    """
    lock_row(session, contest)
    _refuse_unless(contest, ContestState.CLOSED)
    refuse_unless_done(checklist(session, contest, now=now))
    latest: dict[tuple[Stage, str | None], Standing] = {}
    frozen = select(Standing).where(Standing.contest_id == contest.id).order_by(Standing.version)
    for standing in session.scalars(frozen):
        latest[standing.stage, standing.oblast_kato] = standing
    for standing in latest.values():
        standing.published_at = now
    contest.state = ContestState.PUBLISHED
    contest.published_at = now
    freeze_league(session, contest=contest, actor=actor, now=now)
    release_flags(session, campaign_code=contest.campaign_code, actor=actor, now=now)
    audit.record(
        session, actor=actor, action="results.publish", subject=subject_of(contest),
        standings=sorted(standing.id for standing in latest.values()),
    )  # fmt: skip


def _checked_book(text: str) -> RuleBook:
    try:
        return read_rulebook(text, place="rule book")
    except BadRuleBook as bad:
        raise BadInput("\n".join(bad.faults)) from None


def _add_edition(
    session: Session,
    contest: Contest,
    *,
    text: str,
    version: int,
    order_number: str,
    order_on: date,
    reason: str | None,
    now: datetime,
) -> RuleBookEdition:
    number = order_number.strip()
    if not number or len(number) > LONGEST_ORDER:
        raise BadInput(_l("Give the order's number, in up to %(most)s characters.", most=LONGEST_ORDER))
    if order_on > day_of(now):
        raise BadInput(
            _l(
                "The order's day %(day)s is in the future: give the day it was signed.",
                day=said_day(order_on),
            )
        )
    edition = RuleBookEdition(
        contest_id=contest.id, version=version, text=text, fingerprint=_checked_book(text).fingerprint,
        order_number=number, order_on=order_on, published_at=now, reason=reason,
    )  # fmt: skip
    session.add(edition)
    session.flush()
    return edition


def _refuse_unless(contest: Contest, *states: ContestState) -> None:
    if contest.state not in states:
        raise Conflict(
            _l(
                "The contest %(code)s is in the state “%(state)s”: this step is not possible now.",
                code=contest.code, state=STATES[contest.state],
            )
        )  # fmt: skip
