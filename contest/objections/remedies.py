"""What a granted objection changes before the standing is computed again.

A conflict of interests strikes that member's marks of that nominee; a wrongful exclusion is undone; an
error of computation changes nothing here, because it is put right where it was made. May be repeated.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.commissions.models import Recusal
from contest.contests.models import Contest
from contest.nominees.models import Nominee, NomineeState
from contest.objections.models import Objection, ObjectionKind
from contest.objections.queries import UNDECIDED, Verdict, handled_objections
from contest.standings.models import Standing
from core import audit
from core.errors import Conflict


def refuse_unless_granted(
    session: Session, contest: Contest, objection: Objection, standing: Standing | None
) -> None:
    """Refuse a correction that no granted objection asks for.

    :raises Conflict: when it is not granted, has its corrected standing, is to another stage or oblast, or
        while other objections there wait for their vote.
    """
    areas = (standing and standing.stage, standing and standing.oblast_kato)
    against = session.get_one(Standing, objection.standing_id)
    if (against.stage, against.oblast_kato) != areas:
        raise Conflict(_l("This objection is to the standing of another stage or oblast."))
    for one in handled_objections(session, contest):
        other = session.get_one(Standing, one.objection.standing_id)
        if one.objection.id == objection.id:
            if one.verdict is not Verdict.GRANTED:
                raise Conflict(_l("Objection number %(number)s is not granted.", number=objection.number))
            if objection.settled_by is not None:
                raise Conflict(
                    _l("Objection number %(number)s has its corrected standing.", number=objection.number)
                )
        elif one.verdict in UNDECIDED and (other.stage, other.oblast_kato) == areas:
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
    """Change what the granted objection asks to be changed; a second time changes nothing more."""
    if objection.kind is ObjectionKind.CONFLICT:
        stage = session.get_one(Standing, objection.standing_id).stage
        key = (objection.about_nominee_id, stage, objection.about_account_id)
        if session.get(Recusal, key) is None:
            session.add(
                Recusal(
                    nominee_id=objection.about_nominee_id, stage=stage,
                    account_id=objection.about_account_id, ground=objection.ground, declared_at=now,
                )
            )  # fmt: skip
            audit.record(
                session, actor=actor, action="conflict.establish", stage=stage.value, ground=objection.ground,
                subject=f"nominee:{objection.about_nominee_id}", account=objection.about_account_id,
                objection=objection.number,
            )  # fmt: skip
    elif objection.kind is ObjectionKind.EXCLUSION:
        nominee = session.get_one(Nominee, objection.nominee_id)
        if nominee.state is NomineeState.EXCLUDED:
            nominee.state, nominee.reason, nominee.ground = NomineeState.REGISTERED, None, None
            audit.record(
                session, actor=actor, action="nominee.reinstate", subject=f"nominee:{nominee.id}",
                objection=objection.number,
            )  # fmt: skip
    session.flush()
