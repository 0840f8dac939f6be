"""Reads of decisions: what the commissions have voted, and what it allows.

Everything here follows from the record of the meetings; nothing is decided by these reads themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.decisions.differences import Outcome as RowOutcome
from contest.decisions.differences import outcomes_from
from contest.decisions.models import FreezeRequest, StandingProposal
from contest.decisions.references import nomination_from, signals_from
from contest.meetings.models import COMING, AgendaItem, ItemKind, ItemState, Meeting
from contest.meetings.queries import Outcome, decided, meetings_of
from contest.rulebook import Decided, Exclusion, Nomination, RuleBook, Stage


@dataclass(frozen=True, slots=True)
class Approval:
    """A computed standing that was put to the vote, and how it went; not carried means returned."""

    item: AgendaItem
    outcome: Outcome
    proposal: StandingProposal

    @property
    def is_return(self) -> bool:
        return not self.outcome.is_carried

    @property
    def rows(self) -> tuple[RowOutcome, ...]:
        """The standing as the commission saw it."""
        return outcomes_from(json.loads(self.proposal.rows_json))


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """Whether a computed standing may be frozen: what the commission never voted on may not.

    :param digest: of the inputs of the computation.
    :param approval: the vote that approved exactly this computation.
    :param waiting: the item on an agenda that has it to be voted.
    :param returns: the votes that returned this version; `most` of them can stop it.
    """

    digest: str
    approval: Approval | None
    waiting: AgendaItem | None
    returns: tuple[Approval, ...]
    most: int

    @property
    def is_used_up(self) -> bool:
        """Whether the last return, past which no more can stop it, was of exactly these numbers."""
        last = self.returns[-1].proposal.inputs_digest if self.returns else None
        return len(self.returns) >= self.most and last == self.digest

    @property
    def may_freeze(self) -> bool:
        return self.approval is not None or self.is_used_up


def approvals(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> list[Approval]:
    """Every vote on a computed standing of a stage, the latest last."""
    votes = decided(session, contest, stage, oblast_kato, ItemKind.STANDING)
    wanted = select(StandingProposal).where(StandingProposal.item_id.in_([item.id for item, _ in votes]))
    proposals = {one.item_id: one for one in session.scalars(wanted)}
    return [Approval(item, found, proposals[item.id]) for item, found in votes if item.id in proposals]


def approval_state(
    session: Session,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    *,
    digest: str,
    version: int,
) -> ApprovalState:
    """How the approval of a computation stands.

    :param digest: of the inputs of the computation as it is now.
    :param version: that would be frozen; votes on other versions say nothing of it.
    """
    votes = [
        one for one in approvals(session, contest, stage, oblast_kato)
        if one.proposal.version == version
    ]  # fmt: skip
    own = [one for one in votes if one.proposal.inputs_digest == digest]
    return ApprovalState(
        digest=digest,
        approval=next((one for one in reversed(own) if not one.is_return), None),
        waiting=waiting_item(session, contest, stage, oblast_kato, ItemKind.STANDING, digest),
        returns=tuple(one for one in votes if one.is_return),
        most=rulebook_of(session, contest).decision.returns,
    )


def waiting_item(
    session: Session,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    kind: ItemKind,
    reference: str | None = None,
) -> AgendaItem | None:
    """The item of a proposal that stands on an agenda and is not decided; of a meeting that is not over."""
    wanted = (
        select(AgendaItem)
        .join(Meeting)
        .where(
            Meeting.contest_id == contest.id, Meeting.closed_at.is_(None), AgendaItem.stage == stage,
            AgendaItem.oblast_kato == oblast_kato, AgendaItem.kind == kind,
            AgendaItem.state.in_((ItemState.WAITING, ItemState.VOTING)),
        )
        .order_by(AgendaItem.id.desc())
    )  # fmt: skip
    if reference is not None:
        wanted = wanted.where(AgendaItem.reference == reference)
    return session.scalars(wanted).first()


def decisions_of(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> list[tuple[AgendaItem, Outcome]]:
    """Everything that a commission has decided, or another in its stead, the latest first."""
    found = [
        one for kind in ItemKind for one in decided(session, contest, stage, oblast_kato, kind)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one[0].decided_at, one[0].id), reverse=True)


def coming_meetings(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> list[Meeting]:
    """The meetings of a commission that are planned or open: a proposal can go on their agendas."""
    found = meetings_of(session, contest, stage, oblast_kato)
    return [meeting for meeting in found if meeting.state in COMING]


def freeze_request(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None, version: int
) -> FreezeRequest | None:
    """Who has asked to freeze a version, on which numbers; None before anybody has."""
    return session.scalars(
        select(FreezeRequest).where(
            FreezeRequest.contest_id == contest.id, FreezeRequest.stage == stage,
            FreezeRequest.oblast_kato == oblast_kato, FreezeRequest.version == version,
        )
    ).first()  # fmt: skip


def signals_decision(session: Session, contest: Contest) -> tuple[AgendaItem, Outcome] | None:
    """The carried vote on which signals leave a day out; None before there is one."""
    votes = decided(session, contest, Stage.NATIONAL, None, ItemKind.SIGNALS)
    return next((one for one in votes if one[1].is_carried), None)


def voted_exclusion(session: Session, contest: Contest) -> tuple[Exclusion, ...] | None:
    """The rules by which days are left out, as the national commission voted them; None before that."""
    found = signals_decision(session, contest)
    return None if found is None else signals_from(found[0].reference)


def nomination_votes(session: Session, contest: Contest) -> dict[str, list[list[object]]]:
    """How the national commission voted on nominations: by code, [nominee, yes, is carried] of each vote."""
    votes: dict[str, list[list[object]]] = {}
    for item, found in decided(session, contest, Stage.NATIONAL, None, ItemKind.NOMINATION):
        code, nominee = nomination_from(item.reference)
        votes.setdefault(code, []).append([nominee, found.yes, found.is_carried])
    return votes


def nominations_to_vote(book: RuleBook) -> tuple[Nomination, ...]:
    """The nominations that are not decided by the numbers alone."""
    return tuple(one for one in book.nominations if one.decided is not Decided.FORMULA)


def plain_rows(rows: Iterable[object]) -> list[list[object]]:
    """Computed or frozen rows as a proposal keeps them: [nominee, place, points, award]."""
    return [
        [row.nominee_id, row.place, None if row.shown is None else str(row.shown), row.award] for row in rows
    ]
