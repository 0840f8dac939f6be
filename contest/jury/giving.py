"""Giving marks: kept as a draft, confirmed for good, only by who judges and only on the scale.

Written like the services, whose locks it takes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import refuse_outside, rulebook_of
from contest.jury.models import Abstention, Mark
from contest.jury.own import own_abstentions, own_marks
from contest.jury.queries import area_kato, judged_nominees, judging
from contest.jury.services import lock_own_tabs, shared_window
from contest.nominees.models import Nominee
from contest.nominees.services import reference
from contest.rulebook import Component, Stage, StageRules, Step
from core import audit
from core.errors import BadInput, Conflict, Forbidden

Key = tuple[str, str]


def save_marks(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    nominee: Nominee,
    values: Mapping[Key, int],
    judge_account_id: int,
    confirm: bool,
    actor: str,
    now: datetime,
    abstained: Collection[Key] = (),
    parts: Sequence[Component] | None = None,
) -> None:
    """Save one judge's marks (component, criterion -> mark) as a draft, or confirm them for good.

    :param abstained: criteria on which the judge gives no mark; a part with one has no mark of this judge.
    :param parts: the components of this page; None for all that are marked.
    :raises BadInput: for a mark off the scale, an unknown criterion, or a gap in what is confirmed.
    :raises Conflict: unless marking is open today, after confirming, or in a conflict of interests.
    :raises Forbidden: for somebody who does not judge this nominee.
    """
    refuse_outside(session, contest, Step(stage.value), now)
    lock_own_tabs(session, judge_account_id)
    rules = _rules_for_marking(session, contest, stage, nominee, judge_account_id)
    parts = rules.marked if parts is None else parts
    _check_values(parts, values, abstained, confirm=confirm)
    whose = {"nominee": nominee, "stage": stage, "judge_account_id": judge_account_id}
    codes = {part.code for part in parts}
    kept = {
        (type(row), row.component, row.criterion): row
        for row in (*own_marks(session, **whose), *own_abstentions(session, **whose))
        if row.component in codes
    }
    if any(row.confirmed_at is not None for row in kept.values()):
        # No name: the work may be one that is marked blind.
        raise Conflict(_l("You have confirmed these marks: they stand."))
    given = {(Mark, *key) for key in values} | {(Abstention, *key) for key in abstained}
    for key in kept.keys() - given:
        session.delete(kept[key])
    for kind, component, criterion in given:
        row = kept.get((kind, component, criterion)) or kind(
            nominee_id=nominee.id, stage=stage, component=component, criterion=criterion,
            judge_account_id=judge_account_id,
        )  # fmt: skip
        row.confirmed_at = now if confirm else None
        if kind is Mark:
            row.value = values[component, criterion]
        session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action="marks.confirm" if confirm else "marks.draft",
        subject=reference(nominee), stage=stage.value, marks=len(values), abstained=len(abstained),
    )  # fmt: skip


def _rules_for_marking(
    session: Session, contest: Contest, stage: Stage, nominee: Nominee, judge_account_id: int
) -> StageRules:
    oblast_kato = area_kato(nominee, stage)
    window = shared_window(session, contest, stage, oblast_kato)
    if window is None or window.closed_at is not None:
        raise Conflict(_l("The marking of this stage is not open."))
    rules = rulebook_of(session, contest).stage(stage)
    about = judging(session, contest, rules, stage, oblast_kato, [nominee])[nominee.id]
    if judge_account_id in about.conflicts:
        raise Conflict(
            _l("You have a conflict of interests with %(name)s: you do not mark.", name=nominee.name_kk)
        )
    if judge_account_id not in about.judges:
        raise Forbidden(_l("Only members of this stage's commission mark here."))
    if nominee.id not in {one.id for one in judged_nominees(session, contest, stage, oblast_kato)}:
        # No name: the work may be one that is marked blind.
        raise Conflict(_l("This nominee is not judged at this stage."))
    return rules


def _check_values(
    parts: Sequence[Component], values: Mapping[Key, int], abstained: Collection[Key], *, confirm: bool
) -> None:
    known = {(part.code, criterion.code): (part, criterion) for part in parts for criterion in part.criteria}
    for key in (*values, *abstained):
        if key not in known:
            raise BadInput(_l("The rule book has no criterion “%(code)s” to mark.", code="/".join(key)[:64]))
    for key, value in values.items():
        part, criterion = known[key]
        if key in abstained:
            raise BadInput(
                _l("“%(criterion)s”: give a mark or abstain, not both.", criterion=criterion.title)
            )
        if not part.lowest <= value <= part.highest:
            raise BadInput(
                _l(
                    "“%(criterion)s”: %(value)s is off the scale; give a mark from %(low)s to %(high)s.",
                    criterion=criterion.title, value=value, low=part.lowest, high=part.highest,
                )
            )  # fmt: skip
    for key, (_part, criterion) in known.items():
        if confirm and key not in values and key not in abstained:
            raise BadInput(
                _l("“%(criterion)s” has no mark yet: mark it, then confirm.", criterion=criterion.title)
            )
