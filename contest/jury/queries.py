"""Reads of the jury: who judges, and who has marked how much; one's own marks stand in `own`.

Before the marking of a stage closes nothing here returns a mark to anybody but its judge, and counts
tell only how many have confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.commissions.models import Commission, Seat
from contest.commissions.queries import People, bench_of, conflicts_of, people_of, voters
from contest.contests.models import Contest
from contest.jury.models import Mark, Marking
from contest.nominees.essays.models import Essay
from contest.nominees.models import Nominee
from contest.nominees.queries import registered
from contest.rulebook import Stage, StageRules

Marks = dict[tuple[str, str], int]


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


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges a nominee, who may not and on what ground, and how many must confirm."""

    judges: frozenset[int]
    conflicts: Mapping[int, str]
    needed: int


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


def panel(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> frozenset[int]:
    """The accounts that judge: who votes in that oblast's commission, or in the national one."""
    return voters(session, contest, stage, oblast_kato)


def judges_ever(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> frozenset[int]:
    """Whose conflict can be named: who sits or sat in a commission, and whoever else marked its nominees."""
    seated = (
        select(Seat.account_id)
        .join(Commission)
        .where(
            Commission.contest_id == contest.id, Commission.stage == stage,
            Commission.oblast_kato == oblast_kato,
        )
    )  # fmt: skip
    marked = (
        select(Mark.judge_account_id)
        .join(Nominee, Nominee.id == Mark.nominee_id)
        .where(Nominee.contest_id == contest.id, Mark.stage == stage)
    )
    if oblast_kato is not None:
        marked = marked.where(Nominee.oblast_kato == oblast_kato)
    return frozenset(session.scalars(seated.union(marked)))


def judged_nominees(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> list[Nominee]:
    """Who is judged: an oblast's registered nominees, or the finalists who still take part."""
    nominees = registered(session, contest, oblast_kato=oblast_kato)
    return nominees if stage is Stage.REGIONAL else [one for one in nominees if one.is_finalist]


def area_kato(nominee: Nominee, stage: Stage) -> str | None:
    """The oblast whose commission judges a nominee at a stage; None for the national one."""
    return nominee.oblast_kato if stage is Stage.REGIONAL else None


def judging(
    session: Session,
    contest: Contest,
    rules: StageRules,
    stage: Stage,
    oblast_kato: str | None,
    nominees: Sequence[Nominee],
) -> dict[int, Judging]:
    """Who judges each nominee: the commission without those in conflict, alternates in their place.

    Where conflicts leave too few at the regional stage, the national commission judges that nominee.
    """
    people = people_of(session, contest, stage, oblast_kato)
    above = people_of(session, contest, Stage.NATIONAL, None) if stage is Stage.REGIONAL else People()
    conflicts = conflicts_of(session, contest, stage, nominees)
    # Where conflicts leave fewer than the rule book asks for, the commission needs another member.
    fewest = max((part.fewest_judges for part in rules.marked), default=0)
    found = {}
    for nominee in nominees:
        grounds = conflicts[nominee.id]
        bench = bench_of(people, rules, recused=grounds, fewest=fewest)
        if bench.is_short and people.members:
            higher = bench_of(above, rules, recused=grounds, fewest=fewest)
            bench = bench if higher.is_short else higher
        needed = max(bench.needed, fewest) if rules.marked else 0
        found[nominee.id] = Judging(bench.entitled, grounds, needed)
    return found


def progress(
    session: Session, contest: Contest, rules: StageRules, stage: Stage, oblast_kato: str | None
) -> list[Progress]:
    """How many have confirmed every mark, per nominee, and how many the quorum needs of those who judge."""
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    members = panel(session, contest, stage, oblast_kato)
    about = judging(session, contest, rules, stage, oblast_kato, nominees)
    written = set(session.scalars(select(Essay.nominee_id).where(Essay.nominee_id.in_(about))))
    rows = (
        select(Mark.nominee_id, Mark.judge_account_id, Mark.component, func.count())
        .where(Mark.nominee_id.in_(about), Mark.stage == stage, Mark.confirmed_at.is_not(None))
        .group_by(Mark.nominee_id, Mark.judge_account_id, Mark.component)
    )
    given = {(number, judge, part): count for number, judge, part, count in session.execute(rows)}
    confirmed = {
        number: {
            judge
            for judge in one.judges
            # What was not handed in cannot be marked.
            if all(
                given.get((number, judge, part.code), 0) == len(part.criteria)
                for part in rules.marked
                if not part.is_anonymous or number in written
            )
        }
        for number, one in about.items()
    }
    return [
        Progress(
            nominee, len(confirmed[nominee.id]),
            len(members & about[nominee.id].conflicts.keys()), len(about[nominee.id].judges),
            about[nominee.id].needed,
        )
        for nominee in nominees
    ]  # fmt: skip


def complete_marks(
    session: Session,
    *,
    nominees: Sequence[Nominee],
    rules: StageRules,
    stage: Stage,
    conflicts: Mapping[int, Collection[int]],
) -> dict[int, dict[str, dict[int, list[int]]]]:
    """Confirmed marks per nominee and component: judge's number -> marks in the criteria's order.

    A number says only who is the same judge: it follows from the marks themselves, so nothing here tells
    who gave what. For the standing alone: callers have checked that marking is closed.

    :param conflicts: the accounts in conflict with a nominee: their marks do not exist, also where the
        conflict came to light after they were given.
    """
    codes = {part.code: [criterion.code for criterion in part.criteria] for part in rules.marked}
    ids = [nominee.id for nominee in nominees]
    rows = session.scalars(
        select(Mark).where(Mark.nominee_id.in_(ids), Mark.stage == stage, Mark.confirmed_at.is_not(None))
    )
    given: dict[int, dict[tuple[int, str], dict[str, int]]] = {}
    for mark in rows:
        if mark.component in codes and mark.judge_account_id not in conflicts.get(mark.nominee_id, ()):
            sheets = given.setdefault(mark.judge_account_id, {})
            sheets.setdefault((mark.nominee_id, mark.component), {})[mark.criterion] = mark.value
    by_judge = [
        sorted((key, [values[code] for code in codes[key[1]]]) for key, values in sheets.items()
               if values.keys() >= set(codes[key[1]]))
        for sheets in given.values()
    ]  # fmt: skip
    found: dict[int, dict[str, dict[int, list[int]]]] = {
        number: {code: {} for code in codes} for number in ids
    }
    for judge, sheets in enumerate(sorted(filter(None, by_judge)), start=1):
        for (nominee, component), marks in sheets:
            found[nominee][component][judge] = marks
    return found


def open_areas(session: Session, contest: Contest) -> list[tuple[Stage, str | None]]:
    """The stages and oblasts in which marks can be given now."""
    windows = session.scalars(
        select(Marking)
        .where(Marking.contest_id == contest.id, Marking.closed_at.is_(None))
        .order_by(Marking.id)
    )
    return [(window.stage, window.oblast_kato) for window in windows]


def is_marking_open(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> bool:
    """Whether marks can be given now."""
    window = marking_of(session, contest, stage, oblast_kato)
    return window is not None and window.closed_at is None
