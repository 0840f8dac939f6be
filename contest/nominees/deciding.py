"""How an application is decided: registered or declined by the rules; and how mistakes in it are put right.

Written like the services. What is asked of a nominee is done within the days of nominations; it is looked at
and decided until the regional stage opens, so that nobody who applied on the last day is lost. Whom a granted
objection brings back later is decided on until the marking there is closed. Nobody is registered without
consent or against a condition of the rule book.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_of
from contest.eligibility import unmet
from contest.jury.queries import is_marking_closed
from contest.jury.services import shared_window
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import brought_back, eligibility_facts
from contest.nominees.services import (
    LONGEST_EMPLOYER,
    lock_undecided,
    one_line,
    reference,
    refuse_unless_takes_part,
)
from contest.rulebook import Stage
from core import audit
from core.errors import BadInput, Conflict
from core.storage import lock_row

LONGEST_NAME = 200


def may_be_decided(session: Session, contest: Contest, nominee: Nominee) -> bool:
    """Whether this is a time for deciding on an application: longer for whom a granted objection brought
    back, who can be marked like the others until the marking is closed."""
    if contest.state is not ContestState.REGIONAL:
        return contest.state is ContestState.OPEN
    is_closed = is_marking_closed(session, contest, Stage.REGIONAL, nominee.oblast_kato)
    return not is_closed and brought_back(session, nominee) is not None


def register_nominee(session: Session, *, nominee: Nominee, actor: str, now: datetime) -> None:
    """Register a nominee who has consented and meets every condition of the rule book.

    :raises Conflict: once the regional stage is open, without consent, or naming every condition that is
        not met.
    """
    contest = _deciding(session, nominee)
    lock_undecided(session, nominee)
    if nominee.consented_at is None:
        raise Conflict(_l("%(name)s has not consented: nobody is registered without.", name=nominee.name_kk))
    book = rulebook_of(session, contest)
    missing = unmet(book.eligibility, eligibility_facts(session, nominee=nominee, book=book))
    if missing:
        raise Conflict("\n".join(f"{one.rule.title}: {one.reason}" for one in missing))
    nominee.state, nominee.registered_at = NomineeState.REGISTERED, now
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.register", subject=reference(nominee), contest=contest.code,
        official=nominee.official_id, kato=nominee.kato,
    )  # fmt: skip


def decline_nominee(session: Session, *, nominee: Nominee, reason: str, actor: str, now: datetime) -> None:
    """Decline an application; the reason is shown to the nominee.

    :raises BadInput: without a reason.
    :raises Conflict: once the regional stage is open, or the application is decided.
    """
    _deciding(session, nominee)
    lock_undecided(session, nominee)
    if not reason.strip():
        raise BadInput(_l("Give the reason: the nominee reads it."))
    nominee.state, nominee.reason = NomineeState.DECLINED, reason.strip()
    session.flush()
    audit.record(session, actor=actor, action="nominee.decline", subject=reference(nominee))


def take_up_again(session: Session, *, nominee: Nominee, actor: str, now: datetime) -> None:
    """Take a declined application up again: it waits to be decided, as it was handed in.

    :raises Conflict: once the regional stage is open, or when it was not declined.
    """
    _deciding(session, nominee)
    lock_row(session, nominee)
    if nominee.state is not NomineeState.DECLINED:
        raise Conflict(_l("The application of %(name)s was not declined.", name=nominee.name_kk))
    nominee.state, nominee.reason = NomineeState.PROPOSED, None
    session.flush()
    audit.record(session, actor=actor, action="nominee.take-up", subject=reference(nominee))


def correct_record(
    session: Session,
    *,
    nominee: Nominee,
    name_kk: str,
    name_ru: str,
    employer: str,
    actor: str,
    now: datetime,
) -> None:
    """Put right how a nominee is written, and the office from which conflicts of interests are found.

    The journal says which of them changed, and not what they say.

    :raises BadInput: without a name, or with one that is too long.
    :raises Conflict: when the nominee takes part no more, or the outcome is frozen.
    """
    refuse_unless_takes_part(nominee)
    if session.get_one(Contest, nominee.contest_id).state in (ContestState.CLOSED, ContestState.PUBLISHED):
        raise Conflict(_l("The outcome is frozen: the record stays as it is."))
    lock_row(session, nominee)
    told = {
        "name_kk": one_line(name_kk), "name_ru": one_line(name_ru),
        "employer": one_line(employer)[:LONGEST_EMPLOYER] or None,
    }  # fmt: skip
    for name in (told["name_kk"], told["name_ru"]):
        if not name or len(name) > LONGEST_NAME:
            raise BadInput(
                _l("Give the name in Kazakh and in Russian, in up to %(most)s characters.", most=LONGEST_NAME)
            )
    changed = [key for key, value in told.items() if getattr(nominee, key) != value]
    for key in changed:
        setattr(nominee, key, told[key])
    session.flush()
    if changed:
        audit.record(
            session, actor=actor, action="nominee.correct", subject=reference(nominee), changed=changed
        )


def _deciding(session: Session, nominee: Nominee) -> Contest:
    """The contest of an application, while applications are decided."""
    contest = session.get_one(Contest, nominee.contest_id)
    # Nothing is decided, or taken up again, behind the closing of the marking or the opening of the stage.
    shared_window(session, contest, Stage.REGIONAL, nominee.oblast_kato)
    lock_row(session, contest, is_shared=True)
    if not may_be_decided(session, contest, nominee):
        raise Conflict(_l("The regional stage has begun: applications are decided before it."))
    return contest
