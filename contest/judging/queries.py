"""Reads of a panel after its marking is closed: who gave which marks, under letters that tell no names.

Nothing leaves this module before the marking of the stage is closed. The letters follow from the marks
alone, so that they are the same on every page and say nothing about who the judges are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from flask_babel import lazy_gettext as _l
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.judging.reading import PanelReading, read_panel
from contest.jury.models import Mark
from contest.jury.queries import is_marking_closed, judged_nominees
from contest.jury.scoring import judge_score
from contest.nominees.models import Nominee
from contest.rulebook import Component, Stage, StageRules
from core.accounts.models import Account
from core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Judge:
    """A member who marked: the letter for everybody, the name for staff of the stage."""

    letter: str
    account_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The judges of a stage by letter, and per component (nominee, letter) -> marks by criterion."""

    judges: tuple[Judge, ...]
    marks: Mapping[str, Mapping[tuple[int, str], tuple[int, ...]]]

    def of_nominee(self, component: str, nominee_id: int) -> dict[str, tuple[int, ...]]:
        """One nominee's marks, by letter."""
        given = self.marks[component]
        return {
            judge.letter: given[nominee_id, judge.letter]
            for judge in self.judges
            if (nominee_id, judge.letter) in given
        }


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


def refuse_before_closing(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> None:
    """Refuse while scores of this stage are hidden.

    :raises Conflict: while marking is not closed.
    """
    if not is_marking_closed(session, contest, stage, oblast_kato):
        raise Conflict(_l("Scores are hidden until the marking of this stage is closed."))


def panel_of(
    session: Session, contest: Contest, rules: StageRules, *, stage: Stage, oblast_kato: str | None
) -> Panel:
    """The confirmed, complete marks of a stage; two queries.

    :raises Conflict: while marking is not closed.
    """
    refuse_before_closing(session, contest, stage, oblast_kato)
    wanted = (
        select(Mark)
        .join(Nominee, Nominee.id == Mark.nominee_id)
        .where(Nominee.contest_id == contest.id, Mark.stage == stage, Mark.confirmed_at.is_not(None))
    )
    if oblast_kato is not None:
        wanted = wanted.where(Nominee.oblast_kato == oblast_kato)
    values: dict[tuple[str, int, int], dict[str, int]] = {}
    for mark in session.scalars(wanted):
        key = (mark.component, mark.nominee_id, mark.judge_account_id)
        values.setdefault(key, {})[mark.criterion] = mark.value
    codes = {part.code: [criterion.code for criterion in part.criteria] for part in rules.marked}
    complete = {
        key: tuple(given[code] for code in codes[key[0]])
        for key, given in values.items()
        if key[0] in codes and set(codes[key[0]]) <= set(given)
    }
    judges = _lettered(session, complete)
    letters = {judge.account_id: judge.letter for judge in judges}
    marks: dict[str, dict[tuple[int, str], tuple[int, ...]]] = {code: {} for code in codes}
    for (component, nominee, account), given in complete.items():
        marks[component][nominee, letters[account]] = given
    return Panel(judges, marks)


def judging_of(
    session: Session, contest: Contest, rules: StageRules, *, stage: Stage, oblast_kato: str | None
) -> Judging:
    """Agreement, severity and who stands apart, for each marked component.

    :raises Conflict: while marking is not closed.
    """
    panel = panel_of(session, contest, rules, stage=stage, oblast_kato=oblast_kato)
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    ids = [nominee.id for nominee in nominees]
    return Judging(
        panel.judges,
        tuple(nominees),
        tuple(ReadComponent(part, read_panel(mark_table(panel, part, ids))) for part in rules.marked),
    )


def mark_table(panel: Panel, part: Component, nominees: list[int]) -> NDArray[np.float64]:
    """Each judge's score of each nominee, 0..100, as judges by nominees; NaN where there is none."""
    table = np.full((len(panel.judges), len(nominees)), np.nan)
    for row, judge in enumerate(panel.judges):
        for column, nominee in enumerate(nominees):
            given = panel.marks[part.code].get((nominee, judge.letter))
            if given is not None:
                table[row, column] = float(judge_score(given, part))
    return table


def _lettered(session: Session, marks: Mapping[tuple[str, int, int], tuple[int, ...]]) -> tuple[Judge, ...]:
    own: dict[int, list[tuple[str, int, tuple[int, ...]]]] = {}
    for component, nominee, account in sorted(marks):
        own.setdefault(account, []).append((component, nominee, marks[component, nominee, account]))
    names = dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(own))).all())
    # Judges whose marks are all alike are interchangeable, so their number may part them.
    ordered = sorted(own, key=lambda account: (own[account], account))
    return tuple(Judge(letter_of(place), account, names[account]) for place, account in enumerate(ordered))


def letter_of(place: int) -> str:
    """A, B, .., Z, AA, AB, ..

    >>> [letter_of(place) for place in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters
