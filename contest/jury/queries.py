"""Reads of the jury: who judges, who has marked how much, and one's own marks.

Before the marking of a stage closes nothing here returns a mark to anybody but its judge, and counts
tell only how many have confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.jury.models import Mark, Marking, Recusal
from contest.nominees.models import Nominee
from contest.nominees.queries import registered
from contest.rulebook import Stage, StageRules
from core.access import RIGHTS, Right
from core.accounts.models import Account, AccountScope

Marks = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class OwnMarking:
    """A nominee as one judge's list shows it."""

    nominee: Nominee
    given: int
    is_confirmed: bool
    ground: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many judges of the panel have confirmed their marks of a nominee; counts only."""

    nominee: Nominee
    confirmed: int
    recused: int
    eligible: int
    needed: int

    @property
    def is_enough(self) -> bool:
        return self.confirmed >= self.needed


def marking_of(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> Marking | None:
    """The window of marking of a stage and oblast; None before it is opened."""
    return session.scalars(
        select(Marking).where(
            Marking.contest_id == contest.id, Marking.stage == stage, Marking.oblast_kato == oblast_kato
        )
    ).first()


def is_marking_closed(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> bool:
    """Whether scores of this stage may be seen by those who may see the stage."""
    window = marking_of(session, contest, stage, oblast_kato)
    return window is not None and window.closed_at is not None


def panel(session: Session, stage: Stage, oblast_kato: str | None) -> frozenset[int]:
    """The accounts that judge: members and chair of that oblast's commission, or of the national one."""
    wanted = (
        select(AccountScope.account_id)
        .join(Account, Account.id == AccountScope.account_id)
        .where(
            AccountScope.role.in_(RIGHTS[Right.MARK]),
            AccountScope.oblast_kato == (oblast_kato if stage is Stage.REGIONAL else None),
            Account.disabled_at.is_(None),
        )
    )
    return frozenset(session.scalars(wanted))


def judged_nominees(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> list[Nominee]:
    """Who is judged: an oblast's registered nominees, or the finalists who still take part."""
    nominees = registered(session, contest, oblast_kato=oblast_kato)
    return nominees if stage is Stage.REGIONAL else [one for one in nominees if one.is_finalist]


def own_marks(session: Session, *, nominee: Nominee, stage: Stage, judge_account_id: int) -> list[Mark]:
    """One judge's marks of a nominee, drafts included."""
    return list(
        session.scalars(
            select(Mark).where(
                Mark.nominee_id == nominee.id,
                Mark.stage == stage,
                Mark.judge_account_id == judge_account_id,
            )
        )
    )


def recusal_of(session: Session, *, nominee: Nominee, judge_account_id: int) -> Recusal | None:
    """A judge's declared conflict with a nominee."""
    return session.get(Recusal, (nominee.id, judge_account_id))


def own_list(
    session: Session, *, nominees: Sequence[Nominee], stage: Stage, judge_account_id: int
) -> list[OwnMarking]:
    """The nominees with how far this judge is; two queries."""
    ids = [nominee.id for nominee in nominees]
    given = {
        nominee: (count, confirmed)
        for nominee, count, confirmed in session.execute(
            select(Mark.nominee_id, func.count(), func.count(Mark.confirmed_at))
            .where(Mark.nominee_id.in_(ids), Mark.stage == stage, Mark.judge_account_id == judge_account_id)
            .group_by(Mark.nominee_id)
        )
    }
    grounds = dict(
        session.execute(
            select(Recusal.nominee_id, Recusal.ground).where(
                Recusal.nominee_id.in_(ids), Recusal.judge_account_id == judge_account_id
            )
        ).all()
    )
    lines = []
    for nominee in nominees:
        count, confirmed = given.get(nominee.id, (0, 0))
        lines.append(OwnMarking(nominee, count, confirmed > 0, grounds.get(nominee.id)))
    return lines


def progress(
    session: Session, contest: Contest, rules: StageRules, stage: Stage, oblast_kato: str | None
) -> list[Progress]:
    """How many have confirmed, per nominee, and how many the quorum needs of those not recused."""
    judges = panel(session, stage, oblast_kato)
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    ids = [nominee.id for nominee in nominees]
    confirmed: dict[int, set[int]] = {number: set() for number in ids}
    rows = select(Mark.nominee_id, Mark.judge_account_id).where(
        Mark.nominee_id.in_(ids), Mark.stage == stage, Mark.confirmed_at.is_not(None)
    )
    for number, judge in session.execute(rows.distinct()):
        confirmed[number].add(judge)
    recused: dict[int, set[int]] = {number: set() for number in ids}
    for number, judge in session.execute(
        select(Recusal.nominee_id, Recusal.judge_account_id).where(Recusal.nominee_id.in_(ids))
    ):
        recused[number].add(judge)
    # Where conflicts leave fewer than the rule book asks for, the commission needs another member.
    fewest = max((part.fewest_judges for part in rules.marked), default=0)
    lines = []
    for nominee in nominees:
        eligible = len(judges - recused[nominee.id])
        needed = max(ceil(rules.quorum * eligible), fewest) if rules.marked else 0
        lines.append(
            Progress(nominee, len(confirmed[nominee.id]), len(judges & recused[nominee.id]), eligible, needed)
        )
    return lines


def complete_marks(
    session: Session, *, nominees: Sequence[Nominee], rules: StageRules, stage: Stage
) -> dict[int, dict[str, list[list[int]]]]:
    """Confirmed marks per nominee and component, one list per judge in the criteria's order, sorted.

    The judges' order is the marks' own, so nothing here tells who gave what. For the standing alone:
    callers have checked that marking is closed.
    """
    ids = [nominee.id for nominee in nominees]
    rows = session.scalars(
        select(Mark).where(Mark.nominee_id.in_(ids), Mark.stage == stage, Mark.confirmed_at.is_not(None))
    )
    by_judge: dict[tuple[int, str, int], dict[str, int]] = {}
    for mark in rows:
        by_judge.setdefault((mark.nominee_id, mark.component, mark.judge_account_id), {})[mark.criterion] = (
            mark.value
        )
    found: dict[int, dict[str, list[list[int]]]] = {
        number: {part.code: [] for part in rules.marked} for number in ids
    }
    codes = {part.code: [criterion.code for criterion in part.criteria] for part in rules.marked}
    for (number, component, _judge), values in by_judge.items():
        if component in codes and all(code in values for code in codes[component]):
            found[number][component].append([values[code] for code in codes[component]])
    for parts in found.values():
        for lists in parts.values():
            lists.sort()
    return found


def is_marking_open(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> bool:
    """Whether marks can be given now."""
    window = marking_of(session, contest, stage, oblast_kato)
    return window is not None and window.closed_at is None
