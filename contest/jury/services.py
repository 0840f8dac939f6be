"""Marking: opened and closed per stage and oblast, and the conflicts that members declare.

How marks are given stands in `giving`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contest.commissions.models import Recusal
from contest.commissions.queries import declared_conflict, people_of
from contest.commissions.services import settle_conflicts
from contest.contests.models import Contest, ContestState
from contest.contests.queries import refuse_outside, rulebook_of
from contest.jury.models import Abstention, Mark, Marking
from contest.jury.queries import (
    area_kato,
    judged_nominees,
    judging,
    marking_of,
    panel,
    progress,
)
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.services import reference
from contest.objections.finality import finality_by_area
from contest.objections.words import why_not_final
from contest.rulebook import Stage, Step
from core import audit
from core.accounts.models import Account
from core.errors import BadInput, Conflict, Forbidden
from core.storage import lock_row

STATE_OF = {Stage.REGIONAL: ContestState.REGIONAL, Stage.NATIONAL: ContestState.NATIONAL}


def open_marking(
    session: Session, *, contest: Contest, stage: Stage, oblast_kato: str | None, actor: str, now: datetime
) -> Marking:
    """Open the marking of a stage, of an oblast at the regional one.

    :raises Conflict: unless the stage is open today, when it was opened before, nobody is judged, or nobody
        judges.
    """
    # Of two who open it at once, the second finds it open.
    lock_row(session, contest)
    if contest.state is not STATE_OF[stage]:
        raise Conflict(_l("This stage of the contest %(code)s is not open.", code=contest.code))
    refuse_outside(session, contest, Step(stage.value), now)
    if marking_of(session, contest, stage, oblast_kato) is not None:
        raise Conflict(_l("The marking was opened before: it opens once."))
    if not judged_nominees(session, contest, stage, oblast_kato):
        raise Conflict(_l("Nobody is to be marked here: register nominees first."))
    if not panel(session, contest, stage, oblast_kato):
        raise Conflict(_l("There is no commission here yet: the agency makes it first."))
    window = Marking(contest_id=contest.id, stage=stage, oblast_kato=oblast_kato, opened_at=now)
    session.add(window)
    session.flush()
    audit.record(session, actor=actor, action="marking.open", subject=area_of(contest, stage, oblast_kato))
    return window


def declare_conflict(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    nominee: Nominee,
    ground: str,
    details: str | None,
    judge_account_id: int,
    actor: str,
    now: datetime,
) -> Recusal:
    """Declare a conflict with a nominee, on one of the rule book's grounds: one does not mark or vote.

    While the marking is not closed the member's marks cease to be. Afterwards the member has seen what they
    weigh: they stay as they are, and only a granted objection strikes them.

    :raises BadInput: for a ground that the rule book does not name.
    :raises Conflict: when it was declared before.
    :raises Forbidden: for somebody who is not of this commission.
    """
    oblast_kato = area_kato(nominee, stage)
    lock_own_tabs(session, judge_account_id)
    window = shared_window(session, contest, stage, oblast_kato)
    rules = rulebook_of(session, contest).stage(stage)
    _refuse_strangers(session, contest, stage, nominee, judge_account_id)
    if ground not in {one.code for one in rules.conflicts}:
        raise BadInput(_l("“%(ground)s” is none of the rule book's grounds.", ground=ground[:32]))
    if declared_conflict(session, nominee=nominee, stage=stage, account_id=judge_account_id) is not None:
        raise Conflict(_l("You declared a conflict with %(name)s before.", name=nominee.name_kk))
    recusal = Recusal(
        nominee_id=nominee.id, stage=stage, account_id=judge_account_id, ground=ground,
        details=(details or "").strip() or None, declared_at=now,
    )  # fmt: skip
    session.add(recusal)
    session.flush()
    is_late = window is not None and window.closed_at is not None
    audit.record(
        session, actor=actor, action="conflict.declare", subject=reference(nominee), stage=stage.value,
        ground=ground, is_late=is_late,
    )  # fmt: skip
    if not is_late:
        _strike(session, nominee, stage, [judge_account_id], actor=actor)
    return recusal


def close_marking(
    session: Session, *, contest: Contest, stage: Stage, oblast_kato: str | None, actor: str, now: datetime
) -> Marking:
    """Close the marking: from now on the scores of this stage can be seen, and no mark changes.

    Marks of whoever is in conflict with the nominee by now, or has left the commission, cease to be.
    The conflicts that the facts show are kept: afterwards only a member's own declaration or a granted
    objection adds one.

    :raises Conflict: unless it is open, when a nominee has fewer confirmed judges than the quorum, or while
        an excluded nominee can still come back, or one who is back waits, who would have no marks.
    """
    window = _locked_window(session, contest, stage, oblast_kato)
    exclusions = finality_by_area(session, contest, [], now).get((stage, oblast_kato))
    if exclusions is not None and not exclusions.is_final:
        raise Conflict(
            _l(
                "An excluded nominee can still come back and would have to be marked. %(why)s",
                why=why_not_final(exclusions),
            )
        )
    if stage is Stage.REGIONAL:
        _refuse_undecided(session, contest, oblast_kato)
    where = {"stage": stage, "oblast_kato": oblast_kato}
    conflicts = settle_conflicts(session, contest=contest, **where, now=now)
    rules = rulebook_of(session, contest).stage(stage)
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    for number, about in judging(session, contest, rules, stage, oblast_kato, nominees).items():
        gave = select(Mark.judge_account_id).where(Mark.nominee_id == number, Mark.stage == stage)
        struck = sorted(set(session.scalars(gave)) - about.judges)
        _strike(session, session.get_one(Nominee, number), stage, struck, actor=actor)
    for line in progress(session, contest, rules, stage, oblast_kato):
        if not line.is_enough:
            raise Conflict(
                _l(
                    "%(name)s has confirmed marks of %(confirmed)s of %(eligible)s members without a "
                    "conflict and %(needed)s are needed: ask the others to mark, or the agency for another "
                    "member.",
                    name=line.nominee.name_kk, confirmed=line.confirmed, eligible=line.eligible,
                    needed=line.needed,
                )
            )  # fmt: skip
    window.closed_at = now
    session.flush()
    audit.record(
        session, actor=actor, action="marking.close", subject=area_of(contest, **where),
        conflicts=[
            {"nominee": nominee, "account": account, "ground": ground}
            for nominee, account, ground in conflicts
        ],
    )  # fmt: skip
    return window


def _refuse_undecided(session: Session, contest: Contest, oblast_kato: str | None) -> None:
    """Refuse while an application waits, as of somebody whom a granted objection brought back."""
    waiting = select(Nominee.name_kk).where(
        Nominee.contest_id == contest.id, Nominee.oblast_kato == oblast_kato,
        Nominee.state == NomineeState.PROPOSED,
    )  # fmt: skip
    name = session.scalars(waiting.order_by(Nominee.id)).first()
    if name is not None:
        raise Conflict(_l("The application of %(name)s waits: register or decline it first.", name=name))


def area_of(contest: Contest, stage: Stage, oblast_kato: str | None) -> str:
    """How the journal refers to a stage of a contest in an oblast."""
    return f"contest:{contest.code}:{stage.value}:{oblast_kato or 'nation'}"


def lock_own_tabs(session: Session, judge_account_id: int) -> None:
    """Let the judge's own row order the judge's own tabs: no draft comes in behind a confirmation."""
    session.get_one(Account, judge_account_id, with_for_update={"key_share": True})


def _locked_window(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> Marking:
    """The window, locked against others until this transaction ends."""
    window = marking_of(session, contest, stage, oblast_kato)
    if window is not None:
        lock_row(session, window)
    if window is None or window.closed_at is not None:
        raise Conflict(_l("The marking of this stage is not open."))
    return window


def shared_window(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> Marking | None:
    window = marking_of(session, contest, stage, oblast_kato)
    if window is not None:
        # Shared with other judges, exclusive with closing: no mark comes in behind the close.
        lock_row(session, window, is_shared=True)
    return window


def _refuse_strangers(
    session: Session, contest: Contest, stage: Stage, nominee: Nominee, account_id: int
) -> None:
    """Let those in who may come to decide on a nominee: the commission, and the national one above it."""
    own = people_of(session, contest, stage, area_kato(nominee, stage)).everyone
    if account_id not in own | people_of(session, contest, Stage.NATIONAL, None).everyone:
        raise Forbidden(_l("Only members of this stage's commission declare conflicts here."))


def _strike(session: Session, nominee: Nominee, stage: Stage, judges: Collection[int], *, actor: str) -> None:
    """Let judges' marks of a nominee cease to be; the journal says so."""
    for judge in judges:
        struck = 0
        for kind in (Mark, Abstention):
            mine = delete(kind).where(
                kind.nominee_id == nominee.id, kind.stage == stage, kind.judge_account_id == judge
            )
            struck += session.execute(mine).rowcount
        if struck:
            audit.record(
                session, actor=actor, action="marks.cease", subject=reference(nominee), stage=stage.value,
                judge=judge,
            )  # fmt: skip
