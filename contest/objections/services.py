"""Objections and appeals: filed within their terms, and withdrawn.

A nominee files under the own login; the secretary registers what came on paper. What follows stands in
`hearing` and `remedies`, how the right is given up in `waivers`; nothing here grants or refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.jury.queries import judges_ever
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.models import Nominee, NomineeExclusion
from contest.objections.finality import concerned_by, exclusion_until, objecting_until, waivers_of
from contest.objections.models import Objection, ObjectionKind
from contest.objections.queries import UNDECIDED, Handled, Verdict, handled_objections
from contest.standings.models import Standing
from contest.standings.queries import latest_standing
from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict, Forbidden, Gone
from core.storage import lock_row
from core.web.days import said_day

LONGEST_CLAIM = 4000


@dataclass(frozen=True, slots=True)
class ClaimedConflict:
    """A member of the commission, the nominee with whom that member was in conflict, and the ground."""

    account_id: int
    nominee_id: int
    ground: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Who files: the nominee under the own login, or the secretary for a paper that was signed.

    :param paper: the scan of a signed objection or appeal; nothing else is filed by it.
    """

    account_id: int
    is_on_paper: bool = False
    paper: NomineeDocument | None = None


def file_objection(
    session: Session,
    *,
    contest: Contest,
    standing: Standing,
    nominee: Nominee,
    kind: ObjectionKind,
    claim: str,
    by: Filing,
    now: datetime,
    conflict: ClaimedConflict | None = None,
) -> Objection:
    """File an objection to a frozen standing; it gets the next number of the contest.

    :raises BadInput: without a claim, or for a conflict that does not name member, nominee and ground.
    :raises Conflict: when a newer version is in force, the nominee has an objection that waits, or has
        given the right up.
    :raises Forbidden: for somebody whom this standing does not concern.
    :raises Gone: after the last day.
    """
    lock_filing(session, contest)
    refuse_stranger(session, contest, standing, nominee, by)
    refuse_superseded(session, contest, standing)
    last = objecting_until(session, contest, standing)
    if day_of(now) > last:
        raise Gone(_l("The last day to object to this standing was %(day)s.", day=said_day(last)))
    _refuse_given_up_or_waiting(session, contest, standing, nominee)
    _refuse_unfit(session, contest, standing, kind, conflict)
    return _file(
        session, contest, standing, nominee, kind=kind, claim=claim, conflict=conflict, by=by, now=now
    )


def object_to_exclusion(
    session: Session, *, contest: Contest, exclusion: NomineeExclusion, claim: str, by: Filing, now: datetime
) -> Objection:
    """File an objection of an excluded nominee to the exclusion, whether there is a standing or not.

    :raises BadInput: without a claim.
    :raises Conflict: when it is undone, the nominee has an objection to it that waits, or has given the
        right up.
    :raises Forbidden: for somebody else.
    :raises Gone: after the last day.
    """
    lock_filing(session, contest)
    session.refresh(exclusion)
    nominee = session.get_one(Nominee, exclusion.nominee_id)
    refuse_stranger(session, contest, exclusion, nominee, by)
    if exclusion.undone_at is not None:
        raise Conflict(_l("This exclusion is undone: there is nothing to object to."))
    last = exclusion_until(session, contest, exclusion)
    if day_of(now) > last:
        raise Gone(_l("The last day to object to this exclusion was %(day)s.", day=said_day(last)))
    _refuse_given_up_or_waiting(session, contest, exclusion, nominee)
    return _file(
        session, contest, exclusion, nominee, kind=ObjectionKind.EXCLUSION, claim=claim, by=by, now=now
    )


def file_appeal(
    session: Session, *, contest: Contest, handled: Handled, claim: str, by: Filing, now: datetime
) -> Objection:
    """Appeal against the refusal of an objection to the national commission, once.

    :raises Conflict: unless it was refused, or when it is appealed already.
    :raises Forbidden: for somebody else.
    :raises Gone: after the last day.
    """
    lock_filing(session, contest)
    before = handled.objection
    to, nominee = objected_to(session, before), session.get_one(Nominee, before.nominee_id)
    refuse_stranger(session, contest, to, nominee, by)
    handled = _fresh(session, contest, handled)
    if handled.appeal_until is None or handled.appeal is not None:
        raise Conflict(_l("Only the refusal of an objection can be appealed, and only once."))
    if day_of(now) > handled.appeal_until:
        raise Gone(
            _l("The last day to appeal this decision was %(day)s.", day=said_day(handled.appeal_until))
        )
    if nominee.id in waivers_of(session, to):
        raise Conflict(_l("The right to object was given up; that is for good."))
    conflict = None
    if before.kind is ObjectionKind.CONFLICT:
        conflict = ClaimedConflict(before.about_account_id, before.about_nominee_id, before.ground)
    return _file(
        session, contest, to, nominee, kind=before.kind, claim=claim, conflict=conflict, appeals=before,
        by=by, now=now,
    )  # fmt: skip


def withdraw_objection(
    session: Session, *, contest: Contest, handled: Handled, by: Filing, now: datetime
) -> None:
    """Take an objection back before it is decided.

    :raises Conflict: once it is on an open agenda or decided.
    :raises Forbidden: for somebody else.
    """
    lock_filing(session, contest)
    objection = handled.objection
    nominee = session.get_one(Nominee, objection.nominee_id)
    refuse_stranger(session, contest, objected_to(session, objection), nominee, by)
    if _fresh(session, contest, handled).verdict is not Verdict.WAITING:
        raise Conflict(_l("It is on an agenda or decided: it cannot be taken back any more."))
    objection.withdrawn_at = now
    session.flush()
    audit.record(
        session,
        actor=f"account:{by.account_id}",
        action="objection.withdraw",
        subject=_subject(contest, objection),
    )  # fmt: skip


def objected_to(session: Session, objection: Objection) -> Standing | NomineeExclusion:
    """The standing, or the exclusion, that an objection is to."""
    if objection.standing_id is None:
        return session.get_one(NomineeExclusion, objection.exclusion_id)
    return session.get_one(Standing, objection.standing_id)


def lock_filing(session: Session, contest: Contest) -> None:
    """Numbers are given one at a time, and nothing is filed or given up twice at once."""
    lock_row(session, contest)


def refuse_stranger(
    session: Session, contest: Contest, to: Standing | NomineeExclusion, nominee: Nominee, by: Filing
) -> None:
    """Refuse whoever is not concerned, or uses another's login.

    :raises Forbidden: naming which.
    """
    if not by.is_on_paper and nominee.account_id != by.account_id:
        raise Forbidden(_l("Only the nominee objects under this login; a paper goes to the secretary."))
    if isinstance(to, Standing) and nominee.id not in concerned_by(session, contest, [to])[to.id]:
        raise Forbidden(_l("This standing does not concern %(name)s.", name=nominee.name_kk))


def refuse_superseded(session: Session, contest: Contest, standing: Standing) -> None:
    """Refuse what is about a version that was corrected.

    :raises Conflict: for such a one.
    """
    if latest_standing(session, contest, standing.stage, standing.oblast_kato).id != standing.id:
        raise Conflict(_l("This standing was corrected: object to the version that is in force."))


def _file(
    session: Session,
    contest: Contest,
    to: Standing | NomineeExclusion,
    nominee: Nominee,
    *,
    kind: ObjectionKind,
    claim: str,
    by: Filing,
    now: datetime,
    conflict: ClaimedConflict | None = None,
    appeals: Objection | None = None,
) -> Objection:
    said = claim.strip()
    if not said or len(said) > LONGEST_CLAIM:
        raise BadInput(_l("Say what is wrong, in up to %(most)s characters.", most=LONGEST_CLAIM))
    if by.is_on_paper:
        _refuse_without_paper(nominee, by.paper)
    last = session.scalar(select(func.max(Objection.number)).where(Objection.contest_id == contest.id))
    is_standing = isinstance(to, Standing)
    objection = Objection(
        contest_id=contest.id, number=(last or 0) + 1, standing_id=to.id if is_standing else None,
        exclusion_id=None if is_standing else to.id, nominee_id=nominee.id,
        kind=kind, claim=said, appeals_id=appeals and appeals.id, is_on_paper=by.is_on_paper,
        about_account_id=conflict and conflict.account_id, about_nominee_id=conflict and conflict.nominee_id,
        ground=conflict and conflict.ground, document_id=by.paper and by.paper.id,
        filed_by=by.account_id, filed_at=now,
    )  # fmt: skip
    session.add(objection)
    session.flush()
    audit.record(
        session, actor=f"account:{by.account_id}", action="appeal.file" if appeals else "objection.file",
        subject=_subject(contest, objection), standing=objection.standing_id,
        exclusion=objection.exclusion_id, nominee=nominee.id, kind=kind.value, on_paper=by.is_on_paper,
        document=objection.document_id, appeals=appeals and appeals.number,
    )  # fmt: skip
    return objection


def _refuse_without_paper(nominee: Nominee, paper: NomineeDocument | None) -> None:
    """Refuse what somebody registers for a nominee without that nominee's own signed paper."""
    if paper is None or (paper.nominee_id, paper.kind) != (nominee.id, DocumentKind.OBJECTION):
        raise Conflict(_l("The signed paper of %(name)s is missing: choose its scan.", name=nominee.name_kk))


def _fresh(session: Session, contest: Contest, handled: Handled) -> Handled:
    """The same objection as it stands under the lock."""
    found = handled_objections(session, contest, nominee_ids=[handled.objection.nominee_id])
    return next(one for one in found if one.objection.id == handled.objection.id)


def _refuse_given_up_or_waiting(
    session: Session, contest: Contest, to: Standing | NomineeExclusion, nominee: Nominee
) -> None:
    if nominee.id in waivers_of(session, to):
        raise Conflict(_l("The right to object was given up; that is for good."))
    for one in handled_objections(session, contest, nominee_ids=[nominee.id]):
        if one.verdict in UNDECIDED and objected_to(session, one.objection) is to:
            raise Conflict(
                _l("Objection number %(number)s waits for its decision.", number=one.objection.number)
            )


def _refuse_unfit(
    session: Session,
    contest: Contest,
    standing: Standing,
    kind: ObjectionKind,
    conflict: ClaimedConflict | None,
) -> None:
    """Refuse a kind that does not fit a standing, or a conflict that is not fully named."""
    if kind is ObjectionKind.EXCLUSION:
        raise BadInput(_l("An excluded nominee objects to the exclusion, and nobody else does."))
    if (kind is ObjectionKind.CONFLICT) != (conflict is not None):
        raise BadInput(_l("For a conflict of interests name the member, the nominee and the ground."))
    if conflict is None:
        return
    judges = judges_ever(session, contest, standing.stage, standing.oblast_kato)
    grounds = {ground.code for ground in rulebook_of(session, contest).stage(standing.stage).conflicts}
    is_known = (
        conflict.account_id in judges
        and conflict.ground in grounds
        and conflict.nominee_id in concerned_by(session, contest, [standing])[standing.id]
    )
    if not is_known:
        raise BadInput(_l("For a conflict of interests name the member, the nominee and the ground."))


def _subject(contest: Contest, objection: Objection) -> str:
    return f"objection:{contest.code}/{objection.number}"
