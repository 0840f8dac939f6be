"""All marks of a stage at once, judge by judge, for pages after the marking is closed.

Refuses before: until then nobody sees another's mark.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.queries import barred_judges, conflicts_of
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.jury.models import Abstention, Mark
from contest.jury.queries import is_marking_closed, judged_nominees, panel
from contest.nominees.models import Nominee
from contest.rulebook import Ground, Stage, StageRules
from core.accounts.queries import names_of
from core.errors import Conflict
from core.words import kazakh_key

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """One judge's marks of a nominee by (component, criterion); with a `ground` of conflict none counts.

    :param late_ground: of a conflict that was declared after the closing: the marks count.
    """

    name: str
    marks: dict[Key, int]
    abstained: frozenset[Key]
    ground: Ground | None
    late_ground: Ground | None


@dataclass(frozen=True, slots=True)
class Revealed:
    """A nominee with every judge's line, by name."""

    nominee: Nominee
    lines: tuple[JudgeLine, ...]


def revealed_marks(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> tuple[StageRules, list[Revealed]]:
    """The stage's rules, and every confirmed mark by nominee and judge.

    :raises Conflict: while the marking is not closed.
    """
    if not is_marking_closed(session, contest, stage, oblast_kato):
        raise Conflict(_l("All marks are shown at once, when the marking of this stage is closed."))
    book = rulebook_of(session, contest)
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    ids = [nominee.id for nominee in nominees]
    given: dict[tuple[int, int], dict[Key, int]] = {}
    for row in session.scalars(
        select(Mark).where(Mark.nominee_id.in_(ids), Mark.stage == stage, Mark.confirmed_at.is_not(None))
    ):
        own = given.setdefault((row.nominee_id, row.judge_account_id), {})
        own[row.component, row.criterion] = row.value
    abstained: dict[tuple[int, int], set[Key]] = {}
    for row in session.scalars(
        select(Abstention).where(
            Abstention.nominee_id.in_(ids), Abstention.stage == stage, Abstention.confirmed_at.is_not(None)
        )
    ):
        own = abstained.setdefault((row.nominee_id, row.judge_account_id), set())
        own.add((row.component, row.criterion))
    barred = barred_judges(session, contest, stage, nominees)
    conflicts = conflicts_of(session, contest, stage, nominees)
    judges = panel(session, contest, stage, oblast_kato) | {judge for _nominee, judge in (*given, *abstained)}
    names = names_of(session, judges)
    found = []
    for nominee in nominees:
        grounds = {one: book.conflict_ground(stage, code) for one, code in conflicts[nominee.id].items()}
        about = {judge for number, judge in (*given, *abstained) if number == nominee.id} | (
            grounds.keys() & judges
        )
        lines = [
            JudgeLine(
                names[judge], given.get((nominee.id, judge), {}),
                frozenset(abstained.get((nominee.id, judge), ())),
                grounds.get(judge) if judge in barred[nominee.id] else None,
                grounds.get(judge) if judge not in barred[nominee.id] else None,
            )
            for judge in about
        ]  # fmt: skip
        found.append(Revealed(nominee, tuple(sorted(lines, key=lambda line: kazakh_key(line.name)))))
    return book.stage(stage), found
