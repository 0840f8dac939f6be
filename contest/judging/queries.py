"""Reads of a panel after its marking is closed: the judges' names beside their letters, and how they marked.

For staff of the stage alone. Nothing leaves this module before the marking of the stage is closed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.queries import barred_judges
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.evidence.standing import refuse_before_closing
from contest.judging.letters import Marks, letter_of, marks_by_letter
from contest.judging.reading import PanelReading, read_panel
from contest.jury.models import Mark
from contest.jury.queries import is_marking_closed, judged_nominees
from contest.jury.scoring import judge_score
from contest.nominees.models import Nominee
from contest.rulebook import Component, Stage, StageRules
from contest.standings.queries import latest_standing
from core.accounts.models import Account


@dataclass(frozen=True, slots=True)
class Judge:
    """A member who marked."""

    letter: str
    account_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The judges of a stage by letter, and per component their marks as `marks_by_letter` gives them."""

    judges: tuple[Judge, ...]
    marks: Mapping[str, Marks]


@dataclass(frozen=True, slots=True)
class ReadComponent:
    """One marked component of a stage and what its marks say about the judges, in the page's order."""

    component: Component
    reading: PanelReading


@dataclass(frozen=True, slots=True)
class Judging:
    """What the judges' page shows."""

    judges: tuple[Judge, ...]
    nominees: tuple[Nominee, ...]
    components: tuple[ReadComponent, ...]


def judging_of(session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None) -> Judging:
    """Agreement, severity and who stands apart, for each marked component, over the nominees of the standing.

    :raises Conflict: while marking is not closed.
    """
    refuse_before_closing(session, contest, stage, oblast_kato)
    frozen = latest_standing(session, contest, stage, oblast_kato)
    if frozen is None:
        nominees = judged_nominees(session, contest, stage, oblast_kato)
    else:
        nominees = _nominees_of(session, json.loads(frozen.inputs_json))
    rules = rulebook_of(session, contest).stage(stage)
    panel = panel_of(session, contest, rules, stage=stage, nominees=nominees)
    return Judging(
        panel.judges, tuple(nominees),
        tuple(ReadComponent(part, read_panel(_table(panel, part, nominees))) for part in rules.marked),
    )  # fmt: skip


def agreement_of(
    session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None
) -> tuple[ReadComponent, ...]:
    """How the judges agree, for a meeting of their commission; nothing before the marking is closed."""
    if not is_marking_closed(session, contest, stage, oblast_kato):
        return ()
    return judging_of(session, contest, stage=stage, oblast_kato=oblast_kato).components


def panel_of(
    session: Session, contest: Contest, rules: StageRules, *, stage: Stage, nominees: Sequence[Nominee]
) -> Panel:
    """The confirmed, complete marks of these nominees; callers have checked that marking is closed.

    Judges are numbered as in a standing's inputs (`contest.jury.queries.complete_marks`): by the marks.
    """
    conflicts = barred_judges(session, contest, stage, nominees)
    codes = {part.code: [criterion.code for criterion in part.criteria] for part in rules.marked}
    rows = session.scalars(
        select(Mark).where(
            Mark.nominee_id.in_(conflicts), Mark.stage == stage, Mark.component.in_(codes),
            Mark.confirmed_at.is_not(None),
        )
    )  # fmt: skip
    values: dict[int, dict[tuple[int, str], dict[str, int]]] = {}
    for mark in rows:
        if mark.judge_account_id not in conflicts[mark.nominee_id]:
            sheets = values.setdefault(mark.judge_account_id, {})
            sheets.setdefault((mark.nominee_id, mark.component), {})[mark.criterion] = mark.value
    own = {
        account: sorted(
            (key, [given[code] for code in codes[key[1]]])
            for key, given in sheets.items()
            if given.keys() >= set(codes[key[1]])
        )
        for account, sheets in values.items()
    }
    # Judges whose marks are all alike are interchangeable, so their account may part them.
    ordered = sorted((account for account in own if own[account]), key=lambda one: (own[one], one))
    names = dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(ordered))).all())
    marks: dict[str, Marks] = {code: {nominee.id: {} for nominee in nominees} for code in codes}
    for number, account in enumerate(ordered, start=1):
        for (nominee, component), given in own[account]:
            marks[component][nominee][letter_of(number)] = tuple(given)
    judges = [
        Judge(letter_of(number), account, names[account]) for number, account in enumerate(ordered, start=1)
    ]
    return Panel(tuple(judges), marks)


def judge_names(
    session: Session, contest: Contest, rules: StageRules, *, stage: Stage, inputs: Mapping[str, Any]
) -> dict[str, str]:
    """The names behind the letters of a standing, for staff of the stage.

    Empty where the marks are not those of the standing any more, as after a conflict that came to light
    later: a letter must never be given a wrong name.
    """
    nominees = _nominees_of(session, inputs)
    panel = panel_of(session, contest, rules, stage=stage, nominees=nominees)
    if any(panel.marks[part.code] != marks_by_letter(inputs, part.code) for part in rules.marked):
        return {}
    return {judge.letter: judge.name for judge in panel.judges}


def _nominees_of(session: Session, inputs: Mapping[str, Any]) -> list[Nominee]:
    ids = [nominee["id"] for nominee in inputs["nominees"]]
    return list(session.scalars(select(Nominee).where(Nominee.id.in_(ids)).order_by(Nominee.id)))


def _table(panel: Panel, part: Component, nominees: Sequence[Nominee]) -> NDArray[np.float64]:
    """Each judge's score of each nominee, 0..100, as judges by nominees; NaN where there is none."""
    table = np.full((len(panel.judges), len(nominees)), np.nan)
    for row, judge in enumerate(panel.judges):
        for column, nominee in enumerate(nominees):
            given = panel.marks[part.code][nominee.id].get(judge.letter)
            if given is not None:
                table[row, column] = float(judge_score(given, part))
    return table
