"""Marking: opened and closed per stage and oblast, drafts and confirmed marks, declared conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_of
from contest.jury.models import Mark, Marking, Recusal
from contest.jury.queries import judged_nominees, marking_of, own_marks, panel, progress, recusal_of
from contest.nominees.models import Nominee
from contest.nominees.services import reference
from contest.rulebook import Stage, StageRules
from core import audit
from core.errors import BadInput, Conflict, Forbidden

STATE_OF = {Stage.REGIONAL: ContestState.REGIONAL, Stage.NATIONAL: ContestState.NATIONAL}


def open_marking(
    session: Session, *, contest: Contest, stage: Stage, oblast_kato: str | None, actor: str, now: datetime
) -> Marking:
    """Open the marking of a stage, of an oblast at the regional one.

    :raises Conflict: unless the stage is open, or when it was opened before, or nobody is judged.
    """
    if contest.state is not STATE_OF[stage]:
        raise Conflict(_l("This stage of the contest %(code)s is not open.", code=contest.code))
    if marking_of(session, contest, stage, oblast_kato) is not None:
        raise Conflict(_l("The marking was opened before: it opens once."))
    if not judged_nominees(session, contest, stage, oblast_kato):
        raise Conflict(_l("Nobody is to be marked here: register nominees first."))
    window = Marking(contest_id=contest.id, stage=stage, oblast_kato=oblast_kato, opened_at=now)
    session.add(window)
    session.flush()
    audit.record(session, actor=actor, action="marking.open", subject=area_of(contest, stage, oblast_kato))
    return window


def save_marks(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    nominee: Nominee,
    values: Mapping[tuple[str, str], int],
    judge_account_id: int,
    confirm: bool,
    actor: str,
    now: datetime,
) -> None:
    """Save one judge's marks (component, criterion -> mark) as a draft, or confirm them for good.

    :raises BadInput: for a mark off the scale, an unknown criterion, or a gap in what is confirmed.
    :raises Conflict: unless marking is open, after confirming, or after a declared conflict.
    :raises Forbidden: for somebody who is not of this commission.
    """
    rules = _rules_for_marking(session, contest, stage, nominee, judge_account_id)
    if recusal_of(session, nominee=nominee, judge_account_id=judge_account_id) is not None:
        raise Conflict(_l("You declared a conflict with %(name)s: you do not mark.", name=nominee.name_kk))
    _check_values(rules, values, confirm=confirm)
    kept = {
        (mark.component, mark.criterion): mark
        for mark in own_marks(session, nominee=nominee, stage=stage, judge_account_id=judge_account_id)
    }
    if any(mark.confirmed_at is not None for mark in kept.values()):
        raise Conflict(_l("You have confirmed your marks of %(name)s: they stand.", name=nominee.name_kk))
    for key, mark in kept.items():
        if key not in values:
            session.delete(mark)
    for (component, criterion), value in values.items():
        mark = kept.get((component, criterion)) or Mark(
            nominee_id=nominee.id, stage=stage, component=component, criterion=criterion,
            judge_account_id=judge_account_id, value=value,
        )  # fmt: skip
        mark.value, mark.confirmed_at = value, now if confirm else None
        session.add(mark)
    session.flush()
    audit.record(
        session, actor=actor, action="marks.confirm" if confirm else "marks.draft",
        subject=reference(nominee), stage=stage.value, marks=len(values),
    )  # fmt: skip


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
    """Declare a conflict with a nominee, on one of the rule book's grounds: the judge's marks cease to be.

    :raises BadInput: for a ground that the rule book does not name.
    :raises Conflict: unless marking is open, or when it was declared before.
    :raises Forbidden: for somebody who is not of this commission.
    """
    rules = _rules_for_marking(session, contest, stage, nominee, judge_account_id)
    if ground not in {one.code for one in rules.conflicts}:
        raise BadInput(_l("“%(ground)s” is none of the rule book's grounds.", ground=ground[:32]))
    if recusal_of(session, nominee=nominee, judge_account_id=judge_account_id) is not None:
        raise Conflict(_l("You declared a conflict with %(name)s before.", name=nominee.name_kk))
    recusal = Recusal(
        nominee_id=nominee.id, judge_account_id=judge_account_id, ground=ground,
        details=(details or "").strip() or None, declared_at=now,
    )  # fmt: skip
    session.add(recusal)
    session.execute(
        delete(Mark).where(Mark.nominee_id == nominee.id, Mark.judge_account_id == judge_account_id)
    )
    session.flush()
    audit.record(session, actor=actor, action="conflict.declare", subject=reference(nominee), ground=ground)
    return recusal


def close_marking(
    session: Session, *, contest: Contest, stage: Stage, oblast_kato: str | None, actor: str, now: datetime
) -> Marking:
    """Close the marking: from now on the scores of this stage can be seen, and no mark changes.

    :raises Conflict: unless it is open, or when a nominee has fewer confirmed judges than the quorum.
    """
    window = _locked_window(session, contest, stage, oblast_kato)
    rules = rulebook_of(session, contest).stage(stage)
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
    audit.record(session, actor=actor, action="marking.close", subject=area_of(contest, stage, oblast_kato))
    return window


def area_of(contest: Contest, stage: Stage, oblast_kato: str | None) -> str:
    """How the journal refers to a stage of a contest in an oblast."""
    return f"contest:{contest.code}:{stage.value}:{oblast_kato or 'nation'}"


def _locked_window(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> Marking:
    """The window, locked against others until this transaction ends."""
    window = marking_of(session, contest, stage, oblast_kato)
    if window is not None:
        session.refresh(window, with_for_update=True)
    if window is None or window.closed_at is not None:
        raise Conflict(_l("The marking of this stage is not open."))
    return window


def _rules_for_marking(
    session: Session, contest: Contest, stage: Stage, nominee: Nominee, judge_account_id: int
) -> StageRules:
    oblast_kato = nominee.oblast_kato if stage is Stage.REGIONAL else None
    window = marking_of(session, contest, stage, oblast_kato)
    if window is not None:
        # Shared with other judges, exclusive with closing: no mark comes in behind the close.
        session.refresh(window, with_for_update={"read": True})
    if window is None or window.closed_at is not None:
        raise Conflict(_l("The marking of this stage is not open."))
    if judge_account_id not in panel(session, stage, oblast_kato):
        raise Forbidden(_l("Only members of this stage's commission mark here."))
    if nominee.id not in {one.id for one in judged_nominees(session, contest, stage, oblast_kato)}:
        raise Conflict(_l("%(name)s is not judged at this stage.", name=nominee.name_kk))
    return rulebook_of(session, contest).stage(stage)


def _check_values(rules: StageRules, values: Mapping[tuple[str, str], int], *, confirm: bool) -> None:
    known = {
        (part.code, criterion.code): (part, criterion) for part in rules.marked for criterion in part.criteria
    }
    for key, value in values.items():
        if key not in known:
            raise BadInput(_l("The rule book has no criterion “%(code)s” to mark.", code="/".join(key)[:64]))
        part, criterion = known[key]
        if not part.lowest <= value <= part.highest:
            raise BadInput(
                _l(
                    "“%(criterion)s”: %(value)s is off the scale; give a mark from %(low)s to %(high)s.",
                    criterion=criterion.title, value=value, low=part.lowest, high=part.highest,
                )
            )  # fmt: skip
    for key, (_part, criterion) in known.items():
        if confirm and key not in values:
            raise BadInput(
                _l("“%(criterion)s” has no mark yet: mark it, then confirm.", criterion=criterion.title)
            )
