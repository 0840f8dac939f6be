"""Objections and appeals: filed within their terms, put on an agenda, withdrawn, given up.

A nominee files under the own login; the secretary registers what came on paper. The members vote at a
meeting; nothing here grants or refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.commissions.queries import conflicts_of, people_of
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.meetings.models import AgendaItem, ItemKind, ItemRecusal, Meeting
from contest.meetings.services import add_item
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.models import Nominee, NomineeState
from contest.objections.models import Objection, ObjectionKind, Waiver
from contest.objections.queries import (
    UNDECIDED,
    Handled,
    Verdict,
    concerned_by,
    handled_objections,
    objecting_until,
    waivers_of,
)
from contest.objections.wording import agenda_title
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import latest_standing
from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict, Forbidden, Gone

LONGEST_CLAIM = 4000


@dataclass(frozen=True, slots=True)
class ClaimedConflict:
    """A member of the commission, the nominee with whom that member was in conflict, and the ground."""

    account_id: int
    nominee_id: int
    ground: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Who files: the nominee under the own login, or the secretary for a paper that was signed."""

    account_id: int
    is_on_paper: bool = False


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
    _lock(session, contest)
    _refuse_stranger(session, contest, standing, nominee, by)
    _refuse_superseded(session, contest, standing)
    last = objecting_until(session, contest, standing)
    if day_of(now) > last:
        raise Gone(_l("The last day to object to this standing was %(day)s.", day=last.isoformat()))
    if nominee.id in waivers_of(session, standing):
        raise Conflict(_l("The right to object to this standing was given up; that is for good."))
    for one in handled_objections(session, contest, nominee_ids=[nominee.id]):
        if one.objection.standing_id == standing.id and one.verdict in UNDECIDED:
            raise Conflict(
                _l("Objection number %(number)s waits for its decision.", number=one.objection.number)
            )
    _refuse_unfit(session, contest, standing, nominee, kind, conflict)
    return _file(
        session, contest, standing, nominee, kind=kind, claim=claim, conflict=conflict, appeals=None, by=by,
        now=now,
    )  # fmt: skip


def file_appeal(
    session: Session, *, contest: Contest, handled: Handled, claim: str, by: Filing, now: datetime
) -> Objection:
    """Appeal against the refusal of an objection to the national commission, once.

    :raises Conflict: unless it was refused, or when it is appealed already.
    :raises Forbidden: for somebody else.
    :raises Gone: after the last day.
    """
    _lock(session, contest)
    before = handled.objection
    standing = session.get_one(Standing, before.standing_id)
    nominee = session.get_one(Nominee, before.nominee_id)
    _refuse_stranger(session, contest, standing, nominee, by)
    if handled.appeal_until is None or handled.appeal is not None:
        raise Conflict(_l("Only the refusal of an objection can be appealed, and only once."))
    if day_of(now) > handled.appeal_until:
        raise Gone(
            _l("The last day to appeal this decision was %(day)s.", day=handled.appeal_until.isoformat())
        )
    if nominee.id in waivers_of(session, standing):
        raise Conflict(_l("The right to object to this standing was given up; that is for good."))
    conflict = None
    if before.kind is ObjectionKind.CONFLICT:
        conflict = ClaimedConflict(before.about_account_id, before.about_nominee_id, before.ground)
    return _file(
        session, contest, standing, nominee, kind=before.kind, claim=claim, conflict=conflict,
        appeals=before, by=by, now=now,
    )  # fmt: skip


def withdraw_objection(
    session: Session, *, contest: Contest, handled: Handled, by: Filing, now: datetime
) -> None:
    """Take an objection back before it is decided.

    :raises Conflict: once it is on an open agenda or decided.
    :raises Forbidden: for somebody else.
    """
    _lock(session, contest)
    objection = handled.objection
    nominee = session.get_one(Nominee, objection.nominee_id)
    _refuse_stranger(session, contest, session.get_one(Standing, objection.standing_id), nominee, by)
    if handled.verdict is not Verdict.WAITING:
        raise Conflict(_l("It is on an agenda or decided: it cannot be taken back any more."))
    objection.withdrawn_at = now
    session.flush()
    audit.record(
        session,
        actor=f"account:{by.account_id}",
        action="objection.withdraw",
        subject=_subject(contest, objection),
    )  # fmt: skip


def waive(
    session: Session, *, contest: Contest, standing: Standing, nominee: Nominee, by: Filing, now: datetime
) -> Waiver:
    """Record that a nominee gives up the right to object to a standing, and to appeal; for good.

    :raises Conflict: when a newer version is in force, an objection of the nominee waits, or the signed
        paper on which it rests was not handed in since the standing was frozen.
    :raises Forbidden: for somebody whom this standing does not concern.
    """
    _lock(session, contest)
    _refuse_stranger(session, contest, standing, nominee, by)
    _refuse_superseded(session, contest, standing)
    for one in handled_objections(session, contest, nominee_ids=[nominee.id]):
        if one.verdict in UNDECIDED:
            raise Conflict(
                _l("Objection number %(number)s waits for its decision.", number=one.objection.number)
            )
    kept = session.get(Waiver, (standing.id, nominee.id))
    if kept is not None:
        return kept
    made = Waiver(
        standing_id=standing.id, nominee_id=nominee.id, is_on_paper=by.is_on_paper,
        document_id=_waiver_paper(session, standing, nominee) if by.is_on_paper else None,
        recorded_by=by.account_id, recorded_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, actor=f"account:{by.account_id}", action="objection.waive", subject=f"nominee:{nominee.id}",
        standing=standing.id, on_paper=by.is_on_paper, document=made.document_id,
    )  # fmt: skip
    return made


def _waiver_paper(session: Session, standing: Standing, nominee: Nominee) -> int:
    """The paper by which a nominee gives up the right to object to this very version."""
    used = select(Waiver.document_id).where(Waiver.document_id.is_not(None))
    found = session.scalars(
        select(NomineeDocument.id).where(
            NomineeDocument.nominee_id == nominee.id, NomineeDocument.kind == DocumentKind.WAIVER,
            NomineeDocument.added_at >= standing.frozen_at, NomineeDocument.id.not_in(used),
        )
    ).first()  # fmt: skip
    if found is None:
        raise Conflict(
            _l(
                "The signed paper of %(name)s is not handed in: add it to the nominee's documents, then "
                "record it.",
                name=nominee.name_kk,
            )
        )
    return found


def put_on_agenda(
    session: Session, *, contest: Contest, handled: Handled, meeting: Meeting, actor: str, now: datetime
) -> AgendaItem:
    """Put an objection on the agenda of the commission whose standing it is, an appeal on the national one's.

    Members whom it concerns stay away from it: those in conflict with the nominee who objects or with the
    nominee whom it is about, and the member whose conflict is claimed.

    :raises BadInput: for a meeting of another commission, or an appeal in the meeting that refused.
    :raises Conflict: unless it waits.
    """
    objection = handled.objection
    standing = session.get_one(Standing, objection.standing_id)
    if handled.verdict is not Verdict.WAITING:
        raise Conflict(_l("Objection number %(number)s does not wait any more.", number=objection.number))
    stage, oblast = standing.stage, standing.oblast_kato
    if handled.is_appeal:
        stage, oblast = Stage.NATIONAL, None
        _refuse_same_meeting(session, contest, objection, meeting)
    if (meeting.stage, meeting.oblast_kato) != (stage, oblast):
        raise BadInput(_l("This is decided by another commission: choose one of its meetings."))
    nominee = session.get_one(Nominee, objection.nominee_id)
    item = add_item(
        session, meeting=meeting, kind=ItemKind.APPEAL if handled.is_appeal else ItemKind.OBJECTION,
        title=agenda_title(
            objection.number, objection.kind.value, nominee.name_kk, nominee.name_ru,
            is_appeal=handled.is_appeal,
        ),
        reference=str(objection.id), nominee=nominee, actor=actor,
    )  # fmt: skip
    for account_id, ground in _concerned_members(session, contest, objection, stage, oblast).items():
        session.add(ItemRecusal(item_id=item.id, account_id=account_id, ground=ground, declared_at=now))
    session.flush()
    return item


def _file(
    session: Session,
    contest: Contest,
    standing: Standing,
    nominee: Nominee,
    *,
    kind: ObjectionKind,
    claim: str,
    conflict: ClaimedConflict | None,
    appeals: Objection | None,
    by: Filing,
    now: datetime,
) -> Objection:
    said = claim.strip()
    if not said or len(said) > LONGEST_CLAIM:
        raise BadInput(_l("Say what is wrong, in up to %(most)s characters.", most=LONGEST_CLAIM))
    last = session.scalar(select(func.max(Objection.number)).where(Objection.contest_id == contest.id))
    objection = Objection(
        contest_id=contest.id, number=(last or 0) + 1, standing_id=standing.id, nominee_id=nominee.id,
        kind=kind, claim=said, appeals_id=appeals and appeals.id, is_on_paper=by.is_on_paper,
        about_account_id=conflict and conflict.account_id, about_nominee_id=conflict and conflict.nominee_id,
        ground=conflict and conflict.ground, filed_by=by.account_id, filed_at=now,
    )  # fmt: skip
    session.add(objection)
    session.flush()
    audit.record(
        session, actor=f"account:{by.account_id}", action="appeal.file" if appeals else "objection.file",
        subject=_subject(contest, objection), standing=standing.id, nominee=nominee.id, kind=kind.value,
        on_paper=by.is_on_paper, appeals=appeals and appeals.number,
    )  # fmt: skip
    return objection


def _lock(session: Session, contest: Contest) -> None:
    """Numbers are given one at a time, and nothing is filed twice at once."""
    session.refresh(contest, with_for_update=True)


def _refuse_stranger(
    session: Session, contest: Contest, standing: Standing, nominee: Nominee, by: Filing
) -> None:
    if not by.is_on_paper and nominee.account_id != by.account_id:
        raise Forbidden(_l("Only the nominee objects under this login; a paper goes to the secretary."))
    if nominee.id not in concerned_by(session, contest, [standing])[standing.id]:
        raise Forbidden(_l("This standing does not concern %(name)s.", name=nominee.name_kk))


def _refuse_superseded(session: Session, contest: Contest, standing: Standing) -> None:
    if latest_standing(session, contest, standing.stage, standing.oblast_kato).id != standing.id:
        raise Conflict(_l("This standing was corrected: object to the version that is in force."))


def _refuse_unfit(
    session: Session,
    contest: Contest,
    standing: Standing,
    nominee: Nominee,
    kind: ObjectionKind,
    conflict: ClaimedConflict | None,
) -> None:
    """Refuse a kind that does not fit the nominee, or a conflict that is not fully named."""
    if (kind is ObjectionKind.EXCLUSION) != (nominee.state is NomineeState.EXCLUDED):
        raise BadInput(_l("An excluded nominee objects to the exclusion, and nobody else does."))
    if (kind is ObjectionKind.CONFLICT) != (conflict is not None):
        raise BadInput(_l("For a conflict of interests name the member, the nominee and the ground."))
    if conflict is None:
        return
    people = people_of(session, contest, standing.stage, standing.oblast_kato)
    grounds = {ground.code for ground in rulebook_of(session, contest).stage(standing.stage).conflicts}
    is_known = (
        conflict.account_id in people.everyone
        and conflict.ground in grounds
        and conflict.nominee_id in concerned_by(session, contest, [standing])[standing.id]
    )
    if not is_known:
        raise BadInput(_l("For a conflict of interests name the member, the nominee and the ground."))


def _refuse_same_meeting(session: Session, contest: Contest, appeal: Objection, meeting: Meeting) -> None:
    for one in handled_objections(session, contest, nominee_ids=[appeal.nominee_id]):
        if one.objection.id == appeal.appeals_id and one.item.meeting_id == meeting.id:
            raise BadInput(_l("An appeal is heard at another meeting than the one that refused."))


def _concerned_members(
    session: Session, contest: Contest, objection: Objection, stage: Stage, oblast_kato: str | None
) -> dict[int, str]:
    """Who stays away besides those in conflict with the nominee who objects, to whom the item sees itself."""
    if objection.about_nominee_id is None:
        return {}
    about = session.get_one(Nominee, objection.about_nominee_id)
    found = dict(conflicts_of(session, contest, stage, [about])[about.id])
    found[objection.about_account_id] = objection.ground
    everyone = people_of(session, contest, stage, oblast_kato).everyone
    return {account_id: ground for account_id, ground in found.items() if account_id in everyone}


def _subject(contest: Contest, objection: Objection) -> str:
    return f"objection:{contest.code}/{objection.number}"
