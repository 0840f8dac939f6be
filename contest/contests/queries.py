"""Reads of contests: by code, their rule book in force, its editions, and what its calendar allows today."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.calendar import Closed, why_closed
from contest.contests.models import Contest, RuleBookEdition
from contest.contests.words import STEPS
from contest.rulebook import RuleBook, Step
from contest.rulebook_reading import read_rulebook
from core.clock import day_of
from core.errors import Conflict, NotFound
from core.web.days import said_day
from core.words import Words


def contests(session: Session) -> list[Contest]:
    """Every contest, the newest first."""
    return list(session.scalars(select(Contest).order_by(Contest.created_at.desc(), Contest.id.desc())))


def contest_by_code(session: Session, code: str) -> Contest:
    """The contest of a code.

    :raises NotFound: when there is none.
    """
    found = session.scalars(select(Contest).where(Contest.code == code)).first()
    if found is None:
        raise NotFound(_l("There is no contest with the code “%(code)s”.", code=code[:40]))
    return found


def title_of(contest: Contest) -> Words:
    """The contest's title in the three languages."""
    return Words(contest.title_kk, contest.title_ru, contest.title_en)


def subject_of(contest: Contest) -> str:
    """How the journal refers to a contest."""
    return f"contest:{contest.code}"


def editions(session: Session, contest: Contest) -> list[RuleBookEdition]:
    """The published editions of its rule book, the one in force first."""
    wanted = (
        select(RuleBookEdition)
        .where(RuleBookEdition.contest_id == contest.id)
        .order_by(RuleBookEdition.version.desc())
    )
    return list(session.scalars(wanted))


def edition_in_force(session: Session, contest: Contest) -> RuleBookEdition:
    """The latest published edition.

    :raises Conflict: before the rules are published.
    """
    found = editions(session, contest)
    if not found:
        raise Conflict(_l("The rules of the contest %(code)s are not published yet.", code=contest.code))
    return found[0]


def rulebook_in_force(session: Session, *, contest: Contest) -> tuple[RuleBookEdition, RuleBook]:
    """The latest published edition and the rule book that it holds.

    :raises Conflict: before the rules are published.
    """
    edition = edition_in_force(session, contest)
    return edition, book_of(edition)


def rulebook_of(session: Session, contest: Contest) -> RuleBook:
    """The rule book in force.

    :raises Conflict: before the rules are published.
    """
    return rulebook_in_force(session, contest=contest)[1]


def book_of(edition: RuleBookEdition) -> RuleBook:
    """The rule book of an edition; it was checked when it was published."""
    return read_rulebook(edition.text, place="rule book")


def edition_of_version(session: Session, contest: Contest, version: int) -> RuleBookEdition:
    """A published edition by its number.

    :raises NotFound: when there is none.
    """
    for edition in editions(session, contest):
        if edition.version == version:
            return edition
    raise NotFound(_l("There is no edition %(version)s of these rules.", version=version))


def rulebook_by_fingerprint(session: Session, contest: Contest, fingerprint: str) -> RuleBook:
    """The published edition of a fingerprint: the one that a standing was computed by.

    :raises NotFound: when no edition has it.
    """
    for edition in editions(session, contest):
        if edition.fingerprint == fingerprint:
            return book_of(edition)
    raise NotFound(_l("No edition of the rules has the fingerprint %(mark)s.", mark=fingerprint[:12]))


def draft_or_published_book(session: Session, contest: Contest) -> RuleBook:
    """The rule book in force, or the draft before any was published; for staff pages."""
    found = editions(session, contest)
    return book_of(found[0]) if found else read_rulebook(contest.draft_rules, place="rule book")


def refuse_outside(session: Session, contest: Contest, step: Step, now: datetime) -> None:
    """Refuse what belongs to a step of the calendar on a day that is none of its days.

    :raises Conflict: naming the step, its days and the remedy; also before the rules are published.
    """
    day = day_of(now)
    closed = why_closed(rulebook_of(session, contest), step, day)
    if closed is not None:
        raise Conflict(closed_words(closed, day))


def closed_words(closed: Closed, day: date) -> object:
    """Why a step is closed on a day, with the remedy, in the reader's words."""
    facts = {
        "step": STEPS[closed.step], "first": said_day(closed.from_on), "last": said_day(closed.until_on),
        "day": said_day(day),
    }  # fmt: skip
    if closed.is_over:
        return _l(
            "“%(step)s” was open from %(first)s to %(last)s by the calendar of the rules, and today is "
            "%(day)s. Only a published correction of the calendar opens it again.",
            **facts,
        )
    return _l(
        "“%(step)s” is open from %(first)s to %(last)s by the calendar of the rules, and today is %(day)s. "
        "Wait for its first day.",
        **facts,
    )
