"""How a nominee gives up the right to object, to a standing or to the own exclusion; for good.

Written like the services. On paper it rests on the signed paper among the nominee's documents.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.models import Nominee, NomineeExclusion
from contest.objections.models import Waiver
from contest.objections.queries import UNDECIDED, handled_objections
from contest.objections.services import Filing, lock_filing, refuse_stranger, refuse_superseded
from contest.standings.models import Standing
from core import audit
from core.errors import Conflict


def waive(
    session: Session, *, contest: Contest, standing: Standing, nominee: Nominee, by: Filing, now: datetime
) -> Waiver:
    """Record that a nominee gives up the right to object to a standing, and to appeal; for good.

    :raises Conflict: when a newer version is in force, an objection of the nominee waits, or the signed
        paper on which it rests was not handed in since the standing was frozen.
    :raises Forbidden: for somebody whom this standing does not concern.
    """
    lock_filing(session, contest)
    refuse_stranger(session, contest, standing, nominee, by)
    refuse_superseded(session, contest, standing)
    kept = session.scalars(
        select(Waiver).where(Waiver.standing_id == standing.id, Waiver.nominee_id == nominee.id)
    ).first()
    return kept or _keep(session, contest, standing, nominee, by, standing.frozen_at, now)


def waive_exclusion(
    session: Session, *, contest: Contest, exclusion: NomineeExclusion, by: Filing, now: datetime
) -> Waiver:
    """Record that an excluded nominee gives up the right to object to the exclusion, and to appeal; for good.

    :raises Conflict: when an objection of the nominee waits, or the signed paper on which it rests was not
        handed in since the exclusion.
    :raises Forbidden: for somebody else.
    """
    lock_filing(session, contest)
    nominee = session.get_one(Nominee, exclusion.nominee_id)
    refuse_stranger(session, contest, exclusion, nominee, by)
    kept = session.scalars(select(Waiver).where(Waiver.exclusion_id == exclusion.id)).first()
    return kept or _keep(session, contest, exclusion, nominee, by, exclusion.excluded_at, now)


def _keep(
    session: Session,
    contest: Contest,
    of: Standing | NomineeExclusion,
    nominee: Nominee,
    by: Filing,
    since: datetime,
    now: datetime,
) -> Waiver:
    for one in handled_objections(session, contest, nominee_ids=[nominee.id]):
        if one.verdict in UNDECIDED:
            raise Conflict(
                _l("Objection number %(number)s waits for its decision.", number=one.objection.number)
            )
    is_standing = isinstance(of, Standing)
    made = Waiver(
        standing_id=of.id if is_standing else None, exclusion_id=None if is_standing else of.id,
        nominee_id=nominee.id, is_on_paper=by.is_on_paper,
        document_id=_paper(session, nominee, since) if by.is_on_paper else None,
        recorded_by=by.account_id, recorded_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, actor=f"account:{by.account_id}", action="objection.waive", subject=f"nominee:{nominee.id}",
        standing=made.standing_id, exclusion=made.exclusion_id, on_paper=by.is_on_paper,
        document=made.document_id,
    )  # fmt: skip
    return made


def _paper(session: Session, nominee: Nominee, since: datetime) -> int:
    """The paper by which a nominee gives up the right to object to this very version, or exclusion."""
    used = select(Waiver.document_id).where(Waiver.document_id.is_not(None))
    found = session.scalars(
        select(NomineeDocument.id).where(
            NomineeDocument.nominee_id == nominee.id, NomineeDocument.kind == DocumentKind.WAIVER,
            NomineeDocument.added_at >= since, NomineeDocument.id.not_in(used),
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
