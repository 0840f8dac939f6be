"""Freezing: a computed standing becomes the outcome of its stage by two signatures; corrections likewise.

The commission approves a computation by vote, or a granted objection asks for a correction; then the chair
or the secretary asks, and the other of the two confirms the very same numbers. Nothing is ever edited.
"""

from __future__ import annotations

import json
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.orm import Session

from contest.certificates.services import revoke_unborne
from contest.commissions.queries import people_of
from contest.contests.conditions import freeze_checklist, refuse_unless_done
from contest.contests.models import Contest, ContestState
from contest.contests.queries import subject_of
from contest.decisions.models import FreezeRequest
from contest.decisions.queries import ApprovalState, approval_state, freeze_request
from contest.jury.queries import marking_of
from contest.jury.services import STATE_OF, area_of
from contest.nominees.models import Nominee
from contest.objections.models import Objection
from contest.objections.remedies import refuse_unless_granted
from contest.rulebook import Stage
from contest.standings.computation import canonical_inputs
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import ComputedStanding, compute_standing, is_past, latest_standing
from core import audit
from core.errors import BadInput, Conflict, Forbidden
from core.storage import lock_row


def ask_to_freeze(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    account_id: int,
    now: datetime,
    reason: str = "",
    objection: Objection | None = None,
) -> FreezeRequest:
    """Sign a computed standing first: the chair or the secretary asks the other one to confirm it.

    The first version needs an approving vote. A correction needs one too, or a granted objection, and its
    reason. Asked again on the same numbers it stays as it is; on other numbers it is asked anew.

    :raises BadInput: for a correction without a reason.
    :raises Conflict: while the stage is not open, something of its checklist is missing, the commission
        has not approved these numbers, or the other one has asked already.
    :raises Forbidden: for anybody but the chair and the secretary of this commission.
    """
    _lock(session, contest, stage, oblast_kato)
    leaders = _refuse_unless_leads(session, contest, stage, oblast_kato, account_id)
    before = latest_standing(session, contest, stage, oblast_kato)
    if before is None and contest.state is not STATE_OF[stage]:
        raise Conflict(_l("This stage of the contest %(code)s is not open.", code=contest.code))
    if before is not None and not reason.strip():
        raise BadInput(_l("Give the reason of the correction: it is published with the new standing."))
    if objection is not None:
        refuse_unless_granted(session, contest, objection, before)
    refuse_unless_done(freeze_checklist(session, contest, stage=stage, oblast_kato=oblast_kato))
    computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    if before is not None:
        _refuse_correction(computed, before, objection)
    _refuse_unless_approved(session, computed, before, objection)
    version = 1 if before is None else before.version + 1
    request = freeze_request(session, contest, stage, oblast_kato, version)
    is_asked = request is not None and request.asked_by in leaders
    if is_asked and request.inputs_digest == computed.digest:
        if request.asked_by != account_id:
            raise Conflict(_l("This has been asked already by the other of you two: confirm it."))
        return request
    if request is None:
        request = FreezeRequest(
            contest_id=contest.id, stage=stage, oblast_kato=oblast_kato, version=version
        )  # fmt: skip
        session.add(request)
    request.inputs_digest, request.asked_by, request.asked_at = computed.digest, account_id, now
    request.reason = reason.strip() or None if before is not None else None
    request.objection_id = None if objection is None else objection.id
    session.flush()
    audit.record(
        session, actor=f"account:{account_id}", action="standing.ask",
        subject=area_of(contest, stage, oblast_kato), version=version, inputs=computed.digest,
        objection=objection and objection.number,
    )  # fmt: skip
    return request


def confirm_freeze(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    account_id: int,
    now: datetime,
) -> Standing:
    """Sign second, and freeze: the standing is the outcome of its stage from now on.

    Confirmed again, also at the same time, it returns the same standing. A regional standing names its
    finalists, while the national stage is not open; the national one closes the contest. A correction leaves
    the version before as it was, and revokes the certificates that it does not bear out.

    :raises Conflict: when nobody has asked, or the numbers have changed since.
    :raises Forbidden: for who asked, and for anybody but the chair and the secretary.
    """
    _lock(session, contest, stage, oblast_kato)
    leaders = _refuse_unless_leads(session, contest, stage, oblast_kato, account_id)
    before = latest_standing(session, contest, stage, oblast_kato)
    version = 1 if before is None else before.version + 1
    request = freeze_request(session, contest, stage, oblast_kato, version)
    if request is None:
        if before is not None and before.confirmed_by == account_id:
            return before
        raise Conflict(_l("Nobody has asked to freeze this yet: one of you two asks, the other confirms."))
    if request.asked_by == account_id:
        raise Forbidden(
            _l("You asked for it: the second signature is the other's, of the chair or the secretary.")
        )
    session.refresh(request)
    if request.asked_by not in leaders:
        raise Conflict(_l("Who asked for it holds the office no more: look at the numbers and ask anew."))
    computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    if computed.digest != request.inputs_digest:
        raise Conflict(_l("The numbers have changed since this was asked: look at them and ask anew."))
    objection = session.get(Objection, request.objection_id) if request.objection_id else None
    if before is not None:
        _refuse_correction(computed, before, objection)
    state = _refuse_unless_approved(session, computed, before, objection)
    standing = _keep(session, computed, request, state, confirmed_by=account_id, now=now)
    if objection is not None:
        objection.settled_by, objection.settled_at = standing.id, now
    if before is not None:
        revoke_unborne(session, standing=standing, actor=f"account:{account_id}", now=now)
    if stage is Stage.NATIONAL and before is None:
        contest.state = ContestState.CLOSED
        audit.record(
            session, actor=f"account:{account_id}", action="stage.close", subject=subject_of(contest),
            stage=stage.value,
        )  # fmt: skip
    if contest.state is ContestState.PUBLISHED:
        standing.published_at = now
    session.flush()
    return standing


def _lock(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> None:
    """Let one freezing at a time into this stage and oblast; what others committed is seen afterwards."""
    window = marking_of(session, contest, stage, oblast_kato)
    if window is not None:
        lock_row(session, window)
    # No stage is opened and nothing is published in between.
    lock_row(session, contest)


def _refuse_unless_leads(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None, account_id: int
) -> frozenset[int | None]:
    """The chair and the secretary, one of whom this is."""
    people = people_of(session, contest, stage, oblast_kato)
    if account_id not in (people.chair, people.secretary):
        raise Forbidden(_l("Only the chair and the secretary of this commission sign its standing."))
    return frozenset((people.chair, people.secretary))


def _refuse_correction(computed: ComputedStanding, before: Standing, objection: Objection | None) -> None:
    if objection is None and computed.digest == before.inputs_digest:
        raise Conflict(_l("Nothing has changed since version %(version)s.", version=before.version))


def _refuse_unless_approved(
    session: Session, computed: ComputedStanding, before: Standing | None, objection: Objection | None
) -> ApprovalState | None:
    """The vote behind these numbers; None where a granted objection stands behind them."""
    if objection is not None:
        return None
    state = approval_state(
        session, computed.contest, computed.stage, computed.oblast_kato, digest=computed.digest,
        version=1 if before is None else before.version + 1,
    )  # fmt: skip
    if not state.may_freeze:
        raise Conflict(
            _l("The commission has not approved these numbers: put them to the vote at a meeting first.")
        )
    return state


def _keep(
    session: Session,
    computed: ComputedStanding,
    request: FreezeRequest,
    state: ApprovalState | None,
    *,
    confirmed_by: int,
    now: datetime,
) -> Standing:
    approval = state and state.approval
    standing = Standing(
        contest_id=computed.contest.id, stage=computed.stage, oblast_kato=computed.oblast_kato,
        version=request.version, rulebook_fingerprint=computed.inputs["rulebook"],
        inputs_digest=computed.digest, inputs_json=canonical_inputs(computed.inputs),
        asked_by=request.asked_by, confirmed_by=confirmed_by, item_id=approval and approval.item.id,
        frozen_at=now, reason=request.reason,
    )  # fmt: skip
    session.add(standing)
    session.flush()
    names_finalists = standing.stage is Stage.REGIONAL and not is_past(computed.contest, standing.stage)
    for row in computed.rows:
        nominee = computed.nominees[row.nominee_id]
        session.add(
            StandingRow(
                standing_id=standing.id, nominee_id=nominee.id, official_id=nominee.official_id,
                name_kk=nominee.name_kk, name_ru=nominee.name_ru, kato=nominee.kato,
                oblast_kato=nominee.oblast_kato, place=row.place, composite=row.composite, error=row.error,
                shown=row.shown, low=row.low, high=row.high, top_probability=row.top_probability,
                components_json=audit.canonical([part.as_dict() for part in row.parts.values()]),
                is_finalist=row.is_finalist, flags_json=json.dumps(row.flags), award=row.award,
            )
        )  # fmt: skip
        if names_finalists:
            nominee.is_finalist = row.is_finalist
    session.flush()
    if names_finalists:
        # Who stands in it no more, as after an exclusion, is no finalist any more.
        gone = update(Nominee).where(
            Nominee.contest_id == computed.contest.id, Nominee.oblast_kato == computed.oblast_kato,
            Nominee.id.not_in(list(computed.nominees)),
        )  # fmt: skip
        session.execute(gone.values(is_finalist=False))
    audit.record(
        session, actor=f"account:{confirmed_by}", action="standing.freeze",
        subject=area_of(computed.contest, computed.stage, computed.oblast_kato), standing=standing.id,
        version=request.version, inputs=computed.digest, rulebook=computed.inputs["rulebook"],
        asked_by=f"account:{request.asked_by}", item=standing.item_id, reason=request.reason,
    )  # fmt: skip
    return standing
