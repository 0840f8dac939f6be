"""Reads of one judge's own marks: by name or blind, how far one is, and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.jury.models import Abstention, Mark
from contest.jury.queries import Judging
from contest.nominees.essays.models import Essay
from contest.nominees.models import Nominee
from contest.rulebook import Component, Stage, StageRules
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class OwnMarking:
    """A nominee as one judge's list shows it."""

    nominee: Nominee
    given: int
    is_confirmed: bool
    ground: str | None


@dataclass(frozen=True, slots=True)
class BlindWork:
    """A work that is marked without name and place, as one judge's list shows it."""

    number: int
    given: int
    is_confirmed: bool


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


def own_abstentions(
    session: Session, *, nominee: Nominee, stage: Stage, judge_account_id: int
) -> list[Abstention]:
    """The criteria of a nominee on which one judge abstains, drafts included."""
    return list(
        session.scalars(
            select(Abstention).where(
                Abstention.nominee_id == nominee.id,
                Abstention.stage == stage,
                Abstention.judge_account_id == judge_account_id,
            )
        )
    )


def own_list(
    session: Session,
    *,
    nominees: Sequence[Nominee],
    rules: StageRules,
    stage: Stage,
    judging: Mapping[int, Judging],
    judge_account_id: int,
) -> list[OwnMarking]:
    """The nominees whom this judge marks by name, or may not mark, with how far one is; two queries."""
    named = [part.code for part in rules.marked if not part.is_anonymous]
    given = _given(session, list(judging), stage, named, judge_account_id)
    lines = []
    for nominee in nominees:
        about = judging[nominee.id]
        ground = about.conflicts.get(judge_account_id)
        if ground is not None:
            lines.append(OwnMarking(nominee, 0, False, ground))
        elif judge_account_id in about.judges:
            lines.append(OwnMarking(nominee, *given.get(nominee.id, (0, False)), None))
    return lines


def blind_works(
    session: Session,
    *,
    part: Component,
    stage: Stage,
    judging: Mapping[int, Judging],
    judge_account_id: int,
) -> list[BlindWork]:
    """The works of a component that this judge marks blind, in the order of their random numbers."""
    mine = [number for number, about in judging.items() if judge_account_id in about.judges]
    given = _given(session, mine, stage, [part.code], judge_account_id)
    essays = session.scalars(select(Essay).where(Essay.nominee_id.in_(mine)).order_by(Essay.number))
    return [BlindWork(essay.number, *given.get(essay.nominee_id, (0, False))) for essay in essays]


def essay_by_number(session: Session, contest: Contest, number: int) -> Essay:
    """The essay under a number.

    :raises NotFound: when there is none.
    """
    found = session.scalars(
        select(Essay).where(Essay.contest_id == contest.id, Essay.number == number)
    ).first()
    if found is None:
        raise NotFound(_l("There is no such work, or it is not yours to mark."))
    return found


def _given(
    session: Session, nominees: Sequence[int], stage: Stage, components: Sequence[str], judge_account_id: int
) -> dict[int, tuple[int, bool]]:
    """How many criteria of a nominee one judge has dealt with, and whether they are confirmed."""
    given: dict[int, tuple[int, bool]] = {}
    for kind in (Mark, Abstention):
        for nominee, count, confirmed in session.execute(
            select(kind.nominee_id, func.count(), func.count(kind.confirmed_at))
            .where(
                kind.nominee_id.in_(nominees), kind.stage == stage, kind.component.in_(components),
                kind.judge_account_id == judge_account_id,
            )
            .group_by(kind.nominee_id)
        ):  # fmt: skip
            before, was = given.get(nominee, (0, False))
            given[nominee] = (before + count, was or confirmed > 0)
    return given
