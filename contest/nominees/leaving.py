"""How a nominee leaves: withdrawn at the own wish, excluded by a vote or by the rules; and how one is back.

Written like the services. An exclusion is kept as a row of its own, because the nominee can object to it.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_of
from contest.decisions.references import exclusion_from
from contest.meetings.models import AgendaItem, ItemKind
from contest.nominees.documents.models import DocumentKind
from contest.nominees.documents.queries import has_paper
from contest.nominees.models import Nominee, NomineeExclusion, NomineeState
from contest.nominees.queries import left_on, matter_of
from contest.nominees.services import reference, refuse_unless_takes_part
from core import audit
from core.clock import day_of
from core.errors import Conflict

LEFT_THE_POST = "not-in-post"


def withdraw_nominee(
    session: Session, *, nominee: Nominee, reason: str, actor: str, now: datetime, is_on_paper: bool = False
) -> None:
    """Take a nominee out at the nominee's own wish; marks stay and count for nothing.

    :param is_on_paper: whether somebody else records it; then it rests on the signed paper.
    :raises Conflict: when the nominee does not take part, the outcome is frozen, or the paper is missing.
    """
    contest = session.get_one(Contest, nominee.contest_id)
    if contest.state in (ContestState.CLOSED, ContestState.PUBLISHED):
        raise Conflict(_l("The outcome is frozen: nobody can withdraw any more."))
    refuse_unless_takes_part(nominee)
    if is_on_paper and not has_paper(session, nominee, DocumentKind.WITHDRAWAL):
        raise Conflict(
            _l("Only the nominee withdraws. Add the signed withdrawal to the documents, then record it here.")
        )
    nominee.state, nominee.reason = NomineeState.WITHDRAWN, reason.strip() or None
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.withdraw", subject=reference(nominee), on_paper=is_on_paper
    )


def exclude_nominee(
    session: Session, *, nominee: Nominee, item: AgendaItem, actor: str, now: datetime
) -> NomineeExclusion:
    """Exclude a nominee, as a commission voted, on the vote's ground and with its reasons.

    A standing that is frozen already stays as it is until it is corrected.

    :raises Conflict: without a carried vote on this very nominee, or when the nominee does not take part.
    """
    is_voted = item.kind is ItemKind.EXCLUSION and item.is_carried
    number, ground = exclusion_from(item.reference) if is_voted else (0, "")
    if number != nominee.id:
        raise Conflict(_l("A nominee is excluded by a carried vote alone: put it on an agenda first."))
    contest = session.get_one(Contest, nominee.contest_id)
    reason = f"{item.reasons_kk} · {item.reasons_ru}"
    return _exclude(session, contest, nominee, ground, reason, item=item, actor=actor, now=now)


def exclude_who_left(session: Session, *, contest: Contest, actor: str, now: datetime) -> list[Nominee]:
    """Take out by rule whoever left the post, while the contest is not decided; return them.

    Nothing is done where the rule book has no such ground, and nobody is taken out so again whom a granted
    objection brought back: then the commission votes. Whoever took the post over is nobody's heir: an
    application of theirs is a new one, and what was answered before is not about them.
    """
    if contest.state not in (ContestState.OPEN, ContestState.REGIONAL, ContestState.NATIONAL):
        return []
    if LEFT_THE_POST not in {one.code for one in rulebook_of(session, contest).exclusion}:
        return []
    gone = []
    back = set(session.scalars(select(NomineeExclusion.nominee_id).where(NomineeExclusion.item_id.is_(None))))
    for nominee, day in left_on(session, contest, today=day_of(now)):
        if nominee.id in back:
            continue
        reason = f"{day.isoformat()} қызметінен кетті. · Оставил должность {day.isoformat()}."
        _exclude(session, contest, nominee, LEFT_THE_POST, reason, item=None, actor=actor, now=now)
        gone.append(nominee)
    return gone


def exclude_all_who_left(session: Session, now: datetime) -> None:
    """Take out by rule whoever left the post, in every contest; the daily job."""
    for contest in session.scalars(select(Contest).order_by(Contest.id)):
        exclude_who_left(session, contest=contest, actor="system", now=now)


def reinstate_nominee(
    session: Session, *, exclusion: NomineeExclusion, objection: int, actor: str, now: datetime
) -> None:
    """Undo an exclusion, as a granted objection asks: the nominee is back where they were before it.

    :param objection: its number, for the journal.
    """
    if exclusion.undone_at is not None:
        return
    nominee = session.get_one(Nominee, exclusion.nominee_id)
    was_registered = nominee.registered_at is not None
    nominee.state = NomineeState.REGISTERED if was_registered else NomineeState.PROPOSED
    nominee.reason = nominee.ground = None
    exclusion.undone_at = now
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.reinstate", subject=reference(nominee), objection=objection
    )


def _exclude(
    session: Session,
    contest: Contest,
    nominee: Nominee,
    ground: str,
    reason: str,
    *,
    item: AgendaItem | None,
    actor: str,
    now: datetime,
) -> NomineeExclusion:
    refuse_unless_takes_part(nominee)
    stage, oblast_kato = matter_of(contest, nominee)
    nominee.state, nominee.ground, nominee.reason = NomineeState.EXCLUDED, ground, reason
    made = NomineeExclusion(
        nominee_id=nominee.id, stage=stage, oblast_kato=oblast_kato, ground=ground, reason=reason,
        item_id=item and item.id, excluded_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.exclude", subject=reference(nominee), ground=ground,
        item=made.item_id,
    )  # fmt: skip
    return made
