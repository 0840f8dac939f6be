"""How one comes to an application: proposed, invited, with an own consent, penalties and a project.

Each step belongs to the days of nominations in the rule book's calendar. How an application is decided stands
in `deciding`, how one leaves in `leaving`.
"""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.contests.queries import refuse_outside, rulebook_of
from contest.nominees.documents.models import DocumentKind
from contest.nominees.documents.queries import has_paper
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import catches_up
from contest.rulebook import Step
from contest.sources.surveys import asked_units
from core import audit
from core.access import Role, Scope
from core.accounts.models import Account
from core.accounts.services import create_account, invite_account
from core.clock import day_of
from core.errors import BadInput, Conflict
from core.places.models import Official, Post
from core.places.queries import get_unit, official_name
from core.storage import lock_row
from core.web.days import said_day

LONGEST_TITLE = 300
LONGEST_EMPLOYER = 200


def propose_nominee(
    session: Session,
    *,
    contest: Contest,
    official_id: int,
    actor: str,
    now: datetime,
    proposer_account_id: int | None = None,
    name_kk: str | None = None,
    name_ru: str | None = None,
    employer: str | None = None,
    project_title_kk: str | None = None,
    project_title_ru: str | None = None,
) -> Nominee:
    """Propose an official who holds a post in the contest's territory, or take down their own application.

    Names default to the post's record. Without `proposer_account_id` the official applied in person.

    :raises BadInput: for an official unknown, out of office, or of a unit that the survey does not ask.
    :raises Conflict: outside the nominations, or when the official is a nominee already.
    """
    _refuse_unless_nominations(session, contest, now)
    official = session.get(Official, official_id)
    if official is None:
        raise BadInput(_l("There is no official number %(number)s.", number=official_id))
    name, today = official_name(official), day_of(now)
    if official.since_on > today or (official.until_on is not None and official.until_on < today):
        raise BadInput(_l("%(name)s does not hold the post now and cannot be registered.", name=name))
    unit = get_unit(session, session.get_one(Post, official.post_id).unit_kato)
    if unit.kato not in asked_units(session, campaign_code=contest.campaign_code):
        raise BadInput(
            _l(
                "%(name)s heads the unit %(kato)s, which the survey of this contest does not ask: "
                "choose an akim of its territory.",
                name=name, kato=unit.kato,
            )
        )  # fmt: skip
    same = select(Nominee.id).where(Nominee.contest_id == contest.id, Nominee.official_id == official_id)
    if session.scalars(same).first() is not None:
        raise Conflict(_l("%(name)s is a nominee of this contest already.", name=name))
    nominee = Nominee(
        contest_id=contest.id, official_id=official_id, kato=unit.kato, oblast_kato=unit.oblast_kato,
        name_kk=one_line(name_kk) or name, name_ru=one_line(name_ru) or name, state=NomineeState.PROPOSED,
        employer=one_line(employer)[:LONGEST_EMPLOYER] or None,
        proposer_account_id=proposer_account_id,
        project_title_kk=_title(project_title_kk), project_title_ru=_title(project_title_ru),
        is_finalist=False, proposed_at=now,
    )  # fmt: skip
    session.add(nominee)
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.propose", subject=reference(nominee), contest=contest.code,
        official=official_id, kato=unit.kato, applied_in_person=proposer_account_id is None,
    )  # fmt: skip
    return nominee


def invite_nominee(session: Session, *, nominee: Nominee, login: str, actor: str, now: datetime) -> str:
    """Give a nominee an account that opens their own page alone; return the invitation's token, once.

    :raises BadInput: for a login that cannot be taken.
    :raises Conflict: when the nominee takes part no more, has a password already, or the login is taken.
    """
    refuse_unless_takes_part(nominee)
    if nominee.account_id is not None:
        return invite_account(
            session, account=session.get_one(Account, nominee.account_id), actor=actor, now=now
        )
    account = create_account(
        session, login=login, name=nominee.name_kk[:120], actor=actor, now=now,
        scopes=[Scope(Role.NOMINEE, nominee.oblast_kato)],
    )  # fmt: skip
    bind_account(session, nominee=nominee, account_id=account.id, actor=actor)
    return invite_account(session, account=account, actor=actor, now=now)


def bind_account(session: Session, *, nominee: Nominee, account_id: int, actor: str) -> None:
    """Say that this account is the nominee's own."""
    nominee.account_id = account_id
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.account", subject=reference(nominee), account=account_id
    )


def describe_project(
    session: Session, *, nominee: Nominee, title_kk: str, title_ru: str, actor: str, now: datetime
) -> None:
    """Set the project's title in both languages.

    :raises BadInput: when a title is missing or too long.
    :raises Conflict: once the stages have begun, or when the nominee takes part no more.
    """
    refuse_unless_takes_part(nominee)
    contest = session.get_one(Contest, nominee.contest_id)
    if contest.state is not ContestState.OPEN and not may_catch_up(session, contest, nominee):
        raise Conflict(_l("The regional stage has begun: the project's title stays as it is."))
    nominee.project_title_kk, nominee.project_title_ru = _title(title_kk), _title(title_ru)
    if nominee.project_title_kk is None or nominee.project_title_ru is None:
        raise BadInput(_l("Give the project's title in Kazakh and in Russian."))
    audit.record(session, actor=actor, action="nominee.describe", subject=reference(nominee))


def give_consent(session: Session, *, nominee: Nominee, account_id: int, actor: str, now: datetime) -> None:
    """Record the nominee's consent with its time: given from their own account, or taken from signed paper.

    :raises Conflict: outside the nominations, when it was given before, or by another account without
        the signed paper among the documents.
    """
    contest = _proposed_in(session, nominee, now)
    if nominee.consented_at is not None:
        raise Conflict(_l("%(name)s has consented already.", name=nominee.name_kk))
    is_own = account_id == nominee.account_id
    if not is_own and not has_paper(session, nominee, DocumentKind.CONSENT):
        raise Conflict(
            _l("Only the nominee consents. Add the signed consent to the documents, then record it here.")
        )
    nominee.consented_at = now
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.consent", subject=reference(nominee), contest=contest.code,
        on_paper=not is_own,
    )  # fmt: skip


def declare_penalties(
    session: Session, *, nominee: Nominee, last_on: date | None, actor: str, now: datetime
) -> None:
    """Record what the nominee declares of disciplinary penalties: the last one's day, or that there are none.

    :raises BadInput: for a day that has not come.
    :raises Conflict: outside the nominations, or once the application is decided.
    """
    _proposed_in(session, nominee, now)
    if last_on is not None and last_on > day_of(now):
        raise BadInput(
            _l("%(day)s has not come yet: give the day of the last penalty.", day=said_day(last_on))
        )
    nominee.penalties_declared_at, nominee.last_penalty_on = now, last_on
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.penalties", subject=reference(nominee),
        any=last_on is not None,
    )  # fmt: skip


def reference(nominee: Nominee) -> str:
    """How the journal refers to a nominee."""
    return f"nominee:{nominee.id}"


def refuse_unless_takes_part(nominee: Nominee) -> None:
    """Refuse what is only for those who are proposed or registered.

    :raises Conflict: for anybody else.
    """
    if nominee.state not in (NomineeState.PROPOSED, NomineeState.REGISTERED):
        raise Conflict(_l("%(name)s does not take part any more.", name=nominee.name_kk))


def may_catch_up(session: Session, contest: Contest, nominee: Nominee) -> bool:
    """Whether somebody who applied, and was excluded wrongly meanwhile, may still do what was missing."""
    if contest.state not in (ContestState.OPEN, ContestState.REGIONAL):
        return False
    is_undecided = nominee.state is NomineeState.PROPOSED
    return is_undecided and catches_up(session, nominee, rulebook_of(session, contest))


def lock_undecided(session: Session, nominee: Nominee) -> None:
    """Let one change of an application at a time in, until it is decided.

    :raises Conflict: once it is.
    """
    lock_row(session, nominee)
    if nominee.state is not NomineeState.PROPOSED:
        raise Conflict(_l("The application of %(name)s is decided already.", name=nominee.name_kk))


def _refuse_unless_nominations(session: Session, contest: Contest, now: datetime) -> None:
    if contest.state is not ContestState.OPEN:
        raise Conflict(
            _l(
                "Nominations of the contest %(code)s are not open: nobody can be registered.",
                code=contest.code,
            )
        )
    refuse_outside(session, contest, Step.NOMINATIONS, now)


def _proposed_in(session: Session, nominee: Nominee, now: datetime) -> Contest:
    """The contest of a nominee whose application is not decided, within the days of nominations.

    Whom an exclusion that was undone kept from it has longer: until the application is decided.
    """
    contest = session.get_one(Contest, nominee.contest_id)
    if not may_catch_up(session, contest, nominee):
        _refuse_unless_nominations(session, contest, now)
    lock_undecided(session, nominee)
    return contest


def one_line(text: str | None) -> str:
    """A text without line breaks, and without spaces around it or side by side."""
    return " ".join((text or "").split())


def _title(text: str | None) -> str | None:
    cleaned = one_line(text)
    if len(cleaned) > LONGEST_TITLE:
        raise BadInput(_l("A project's title has at most %(most)s characters.", most=LONGEST_TITLE))
    return cleaned or None
