"""What a granted objection changes, at once with the vote, and whether a corrected standing has to follow.

A conflict of interests strikes that member's marks of that nominee; a wrongful exclusion is undone; an
error of computation changes nothing here, because it is put right where it was made.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.commissions.models import ConflictFinding, Recusal
from contest.contests.models import Contest
from contest.nominees.leaving import reinstate_nominee
from contest.nominees.models import NomineeExclusion
from contest.objections.finality import concerned_by
from contest.objections.models import Objection, ObjectionKind
from contest.objections.queries import UNDECIDED, Verdict, handled_objections
from contest.standings.models import Standing
from contest.standings.queries import latest_standing
from core import audit
from core.errors import Conflict


def refuse_unless_granted(
    session: Session, contest: Contest, objection: Objection, before: Standing | None
) -> None:
    """Refuse a correction that no granted objection asks for.

    :param before: the frozen standing that would be corrected.
    :raises Conflict: when it is not granted, asks for no correction any more, is to another stage or oblast,
        or while other objections there wait for their vote.
    """
    area = None if before is None else (before.stage, before.oblast_kato)
    for one in handled_objections(session, contest):
        if one.objection.id == objection.id:
            if one.area != area:
                raise Conflict(_l("This objection is to the standing of another stage or oblast."))
            if one.verdict is not Verdict.GRANTED:
                raise Conflict(_l("Objection number %(number)s is not granted.", number=objection.number))
            if not one.awaits_standing:
                raise Conflict(
                    _l("Objection number %(number)s has its corrected standing.", number=objection.number)
                )
        elif one.verdict in UNDECIDED and one.area == area:
            raise Conflict(
                _l(
                    "Objection number %(number)s to the same standing waits for its vote: decide it first, "
                    "so that one correction settles all.",
                    number=one.objection.number,
                )
            )


def apply_remedy(
    session: Session, contest: Contest, objection: Objection, *, actor: str, now: datetime
) -> None:
    """Change what a granted objection asks to be changed.

    One to an exclusion is settled by that where no standing is frozen without the nominee.
    """
    if objection.kind is ObjectionKind.CONFLICT:
        _establish(session, objection, actor=actor, now=now)
    elif objection.kind is ObjectionKind.EXCLUSION:
        exclusion = session.get_one(NomineeExclusion, objection.exclusion_id)
        reinstate_nominee(session, exclusion=exclusion, objection=objection.number, actor=actor, now=now)
        frozen = latest_standing(session, contest, exclusion.stage, exclusion.oblast_kato)
        if frozen is None or objection.nominee_id in concerned_by(session, contest, [frozen])[frozen.id]:
            objection.settled_at = now
    session.flush()


def _establish(session: Session, objection: Objection, *, actor: str, now: datetime) -> None:
    """Let the member's marks of the nominee cease to count, and keep the member from later votes."""
    stage = session.get_one(Standing, objection.standing_id).stage
    key = {
        "nominee_id": objection.about_nominee_id, "stage": stage, "account_id": objection.about_account_id
    }  # fmt: skip
    known = session.get(ConflictFinding, key)
    if known is not None and known.ground is not None:
        return
    session.merge(ConflictFinding(**key, ground=objection.ground, found_at=now))
    if session.get(Recusal, key) is None:
        session.add(Recusal(**key, ground=objection.ground, declared_at=now))
    audit.record(
        session, actor=actor, action="conflict.establish", stage=stage.value, ground=objection.ground,
        subject=f"nominee:{objection.about_nominee_id}", account=objection.about_account_id,
        objection=objection.number,
    )  # fmt: skip
