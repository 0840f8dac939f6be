"""Collects the judges' marks, abstentions and conflicts, under pseudonyms.

Accounts go in and pseudonyms come out; rows are ordered by what they say, never by account. Marks are those
that count in the standings in force: a recused judge's mark does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.queries import barred_judges
from contest.contests.models import Contest
from contest.contests.queries import rulebook_by_fingerprint
from contest.jury.models import Abstention, Mark
from contest.nominees.models import Nominee
from contest.release.collecting.standings import Given
from contest.release.sheets import Sheet
from contest.rulebook import Stage, StageRules

Rows = list[tuple[object, ...]]
_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class JuryRows:
    """The jury's rows with accounts in the second cell, until each has a pseudonym."""

    marks: Rows
    abstentions: Rows
    conflicts: Rows

    @property
    def accounts(self) -> frozenset[int]:
        return frozenset(row[1] for rows in (self.marks, self.abstentions, self.conflicts) for row in rows)

    def sheets(self, named: Callable[[int], str]) -> list[Sheet]:
        """The three tables, ordered by what they say after every account was named."""
        tables = {
            "jury/marks": self.marks, "jury/abstentions": self.abstentions, "jury/conflicts": self.conflicts,
        }  # fmt: skip
        return [
            Sheet(name, sorted((first, named(account), *rest) for first, account, *rest in rows))
            for name, rows in tables.items()
        ]


def jury_rows(
    session: Session, contest: Contest, given: Sequence[Given], people: Mapping[int, object]
) -> JuryRows:
    """What the judges of the published nominees marked, left out and may not judge."""
    nominees = list(session.scalars(select(Nominee).where(Nominee.id.in_(people)).order_by(Nominee.id)))
    judged = {stage: _judged(given, stage) for stage in Stage}
    conflicts = {
        stage: barred_judges(session, contest, stage, [one for one in nominees if one.id in judged[stage]])
        for stage in Stage
    }
    marks = [
        row
        for one in given
        if one.is_in_force and not one.is_withheld
        for row in _marks(session, contest, one, conflicts[one.standing.stage])
    ]
    return JuryRows(marks, _abstentions(session, people), _conflicts(conflicts))


def _judged(given: Sequence[Given], stage: Stage) -> frozenset[int]:
    """Whom a stage judged: nobody else's conflicts are told of it."""
    return frozenset(row.nominee_id for one in given if one.standing.stage is stage for row in one.rows)


def _marks(
    session: Session, contest: Contest, one: Given, conflicts: Mapping[int, Mapping[int, str]]
) -> Rows:
    """(standing, account, number in its inputs, nominee, component, criterion, mark) of what counts."""
    stage = one.standing.stage
    rules = rulebook_by_fingerprint(session, contest, one.standing.rulebook_fingerprint).stage(stage)
    sheets = _sheets(session, [row.nominee_id for row in one.rows], stage, rules, conflicts)
    rows: Rows = []
    # The numbers of the inputs follow from the marks themselves; who gave the very same ones may be either.
    for number, (sheet, account) in enumerate(sorted((s, a) for a, s in sheets.items() if s), start=1):
        for (nominee, component), values in sheet:
            codes = [criterion.code for criterion in rules.component(component).criteria]
            rows += [
                (one.code, account, number, nominee, component, code, value)
                for code, value in zip(codes, values, strict=True)
            ]
    return rows


def _sheets(
    session: Session,
    nominees: Sequence[int],
    stage: Stage,
    rules: StageRules,
    conflicts: Mapping[int, Mapping[int, str]],
) -> dict[int, list[tuple[_Key, list[int]]]]:
    """Each account's complete marks, in the order in which the standing's inputs number the judges."""
    codes = {part.code: [criterion.code for criterion in part.criteria] for part in rules.marked}
    found: dict[int, dict[_Key, dict[str, int]]] = {}
    wanted = select(Mark).where(
        Mark.nominee_id.in_(nominees), Mark.stage == stage, Mark.confirmed_at.is_not(None)
    )
    for mark in session.scalars(wanted):
        if mark.component in codes and mark.judge_account_id not in conflicts.get(mark.nominee_id, ()):
            sheet = found.setdefault(mark.judge_account_id, {})
            sheet.setdefault((mark.nominee_id, mark.component), {})[mark.criterion] = mark.value
    return {
        account: sorted(
            (key, [values[code] for code in codes[key[1]]])
            for key, values in sheet.items()
            if values.keys() >= set(codes[key[1]])
        )
        for account, sheet in found.items()
    }


def _abstentions(session: Session, people: Mapping[int, object]) -> Rows:
    wanted = select(Abstention).where(Abstention.nominee_id.in_(people), Abstention.confirmed_at.is_not(None))
    return [
        (row.stage.value, row.judge_account_id, row.nominee_id, row.component, row.criterion)
        for row in session.scalars(wanted)
    ]


def _conflicts(conflicts: Mapping[Stage, Mapping[int, Mapping[int, str]]]) -> Rows:
    """Who could not judge whom at a stage; a ground would tell who the judge is, and is left out."""
    return [
        (stage.value, account, nominee)
        for stage, found in conflicts.items()
        for nominee, grounds in found.items()
        for account in grounds
    ]
