"""Collects the commissions' decisions as they are published: counts and reasons, no one's vote, no name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.decisions.differences import Change
from contest.decisions.publication import PublishedArea, published_decisions
from contest.decisions.queries import nomination_votes
from contest.meetings.models import AgendaItem
from contest.meetings.queries import Outcome
from contest.release.sheets import Sheet

_UNVOTED: list[object] = [None] * 8
Rows = list[list[object]]


def decision_sheets(session: Session, contest: Contest, people: Mapping[int, object]) -> list[Sheet]:
    """Votes, what returns and corrections changed, and the votes on nominations.

    :param people: who stands in a published ranking; a change of anybody else is left out.
    """
    found = published_decisions(session, contest)
    votes: Rows = []
    if found.signals is not None:
        item, outcome = found.signals
        votes.append(["national", None, "signals", None, *_titles(item), *_counted(item, outcome)])
    changes: Rows = []
    for area in found.areas:
        votes += _votes(area)
        changes += _changes(area, people)
    nominations = [
        [code, *vote] for code, given in sorted(nomination_votes(session, contest).items()) for vote in given
    ]
    return [
        Sheet("decisions/votes", votes),
        Sheet("decisions/changes", changes),
        Sheet("decisions/nominations", nominations),
    ]


def _votes(area: PublishedArea) -> Rows:
    where = [area.stage.value, area.unit and area.unit.kato]
    rows: Rows = []
    for vote in area.votes:
        one = vote.approval
        about = "standing-returned" if one.is_return else "standing-approved"
        rows.append(
            [*where, about, one.proposal.version, *_titles(one.item), *_counted(one.item, one.outcome)]
        )
    for ground, outcome in area.exclusions:
        # The item's title names the excluded, so the ground's words stand here instead.
        kk, ru = (ground.kk, ground.ru) if hasattr(ground, "kk") else (str(ground), str(ground))
        rows.append([*where, "exclusion", None, kk, ru, *_counted(None, outcome)])
    for handled, outcome in area.objections:
        kind = "appeal" if handled.is_appeal else "objection"
        about = f"{kind}:{handled.objection.kind.value}:{handled.verdict.value}"
        counted = _counted(handled.item, outcome) if outcome else [None, *_UNVOTED, None, None]
        rows.append([*where, about, handled.objection.number, None, None, *counted])
    return rows


def _changes(area: PublishedArea, people: Mapping[int, object]) -> Rows:
    where = [area.stage.value, area.unit and area.unit.kato]
    rows: Rows = []
    for vote in area.votes:
        rows += _changed([*where, "returned", vote.approval.proposal.version], vote.difference, people)
    for standing, difference in area.corrections:
        rows += _changed([*where, "corrected", standing.version], difference, people)
    return rows


def _changed(where: list[object], changes: Iterable[Change], people: Mapping[int, object]) -> Rows:
    return [
        [
            *where, one.nominee_id,
            *([one.before.place, one.before.points, one.before.award] if one.before else [None] * 3),
            *([one.after.place, one.after.points, one.after.award] if one.after else [None] * 3),
        ]
        for one in changes
        if one.nominee_id in people
    ]  # fmt: skip


def _titles(item: AgendaItem) -> list[object]:
    return [item.title_kk, item.title_ru]


def _counted(item: AgendaItem | None, found: Outcome) -> list[object]:
    return [
        item and item.decided_at, found.is_carried, found.yes, found.no, found.abstained, found.present,
        found.entitled, found.recused, found.needed, item and item.reasons_kk, item and item.reasons_ru,
    ]  # fmt: skip
