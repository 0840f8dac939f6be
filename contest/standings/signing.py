"""Where a standing stands between its computation and its two signatures, as the page of its stage shows it.

Reads only. Before the marking of the stage is closed there is nothing here but that it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.decisions.differences import Change, Outcome, changes, outcomes_from
from contest.decisions.models import FreezeRequest
from contest.decisions.queries import (
    Approval,
    ApprovalState,
    approval_state,
    approvals,
    freeze_request,
    plain_rows,
)
from contest.objections.queries import Handled, handled_objections
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import compute_standing, frozen_standings, latest_standing, rows_of
from contest.standings.showing import ShownRow, shown_computed, shown_frozen
from core.accounts.models import Account


@dataclass(frozen=True, slots=True)
class ShownVote:
    """A vote on a computed standing, and for a returned one what became different afterwards."""

    approval: Approval
    difference: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Signing:
    """A stage's standing: computed or frozen, its votes, and the first signature.

    :param digest: of the numbers as they are computed now; None while something is missing.
    :param is_changed: whether they differ from the frozen ones.
    :param state: of the approval of what would be frozen next.
    :param granted: objections that ask for a corrected standing.
    """

    frozen: Standing | None = None
    rows: list[ShownRow] = field(default_factory=list)
    digest: str | None = None
    is_changed: bool = False
    state: ApprovalState | None = None
    votes: tuple[ShownVote, ...] = ()
    request: FreezeRequest | None = None
    asked_by: str = ""
    granted: tuple[Handled, ...] = ()


def signing_of(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None, *, is_ready: bool
) -> Signing:
    """The signing of a stage.

    :param is_ready: whether the checklist of freezing is done; else nothing is computed.
    """
    frozen = latest_standing(session, contest, stage, oblast_kato)
    computed = None
    if is_ready:
        computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    if frozen is None and computed is None:
        return Signing()
    version = 1 if frozen is None else frozen.version + 1
    request = freeze_request(session, contest, stage, oblast_kato, version)
    is_current = request is not None and computed is not None and request.inputs_digest == computed.digest
    rows = shown_frozen(session, rows_of(session, frozen)) if frozen else shown_computed(session, computed)
    now = outcomes_from(plain_rows(computed.rows if computed else rows_of(session, frozen)))
    return Signing(
        frozen=frozen, rows=rows, digest=computed and computed.digest,
        is_changed=bool(frozen and computed and computed.digest != frozen.inputs_digest),
        state=computed and approval_state(
            session, contest, stage, oblast_kato, digest=computed.digest, version=version
        ),
        votes=shown_votes(session, contest, stage, oblast_kato, now),
        request=request if is_current else None,
        asked_by=session.get_one(Account, request.asked_by).name if is_current else "",
        granted=_granted(session, contest, stage, oblast_kato),
    )  # fmt: skip


def shown_votes(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None, last: tuple[Outcome, ...]
) -> tuple[ShownVote, ...]:
    """The votes on a stage's standing, each returned one beside what became of that version next.

    :param last: what stands now, beside which the last return of a version that is not frozen is laid.
    """
    votes = approvals(session, contest, stage, oblast_kato)
    outcomes = {
        one.version: outcomes_from(plain_rows(rows_of(session, one)))
        for one in frozen_standings(session, contest_id=contest.id)
        if votes and (one.stage, one.oblast_kato) == (stage, oblast_kato)
    }
    shown = []
    for vote, following in zip(votes, [*votes[1:], None][: len(votes)], strict=True):
        version = vote.proposal.version
        is_same = following is not None and following.proposal.version == version
        after = following.rows if is_same else outcomes.get(version, last)
        shown.append(ShownVote(vote, changes(vote.rows, after) if vote.is_return else ()))
    return tuple(shown)


def difference_to(session: Session, standing: Standing) -> tuple[Change, ...]:
    """What a corrected standing changed of the version before; empty for the first."""
    before = session.scalars(
        select(Standing).where(
            Standing.contest_id == standing.contest_id, Standing.stage == standing.stage,
            Standing.oblast_kato == standing.oblast_kato, Standing.version == standing.version - 1,
        )
    ).first()  # fmt: skip
    if before is None:
        return ()
    old, new = (outcomes_from(plain_rows(rows_of(session, one))) for one in (before, standing))
    return changes(old, new)


def _granted(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> tuple[Handled, ...]:
    return tuple(
        one for one in handled_objections(session, contest)
        if one.awaits_standing and one.area == (stage, oblast_kato)
    )  # fmt: skip
