"""Freezing: a computed standing becomes the outcome of its stage, once; a correction is a new version."""

from __future__ import annotations

import json
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.checklist import freeze_checklist, refuse_unless_done
from contest.contests.models import Contest, ContestState
from contest.contests.queries import subject_of
from contest.jury.queries import marking_of
from contest.jury.services import STATE_OF, area_of
from contest.rulebook import Stage
from contest.standings.computation import canonical_inputs
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import ComputedStanding, compute_standing, latest_standing
from core import audit
from core.errors import BadInput, Conflict


def freeze_standing(
    session: Session, *, contest: Contest, stage: Stage, oblast_kato: str | None, actor: str, now: datetime
) -> Standing:
    """Freeze the standing of a stage; a second call, also at the same time, returns the same one.

    A regional standing names its finalists; the national one closes the contest.

    :raises Conflict: while the stage is not open, or something of its checklist is missing.
    """
    _lock(session, contest, stage, oblast_kato)
    existing = latest_standing(session, contest, stage, oblast_kato)
    if existing is not None:
        return existing
    if contest.state is not STATE_OF[stage]:
        raise Conflict(_l("This stage of the contest %(code)s is not open.", code=contest.code))
    refuse_unless_done(freeze_checklist(session, contest, stage=stage, oblast_kato=oblast_kato))
    computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    standing = _keep(session, computed, version=1, reason=None, actor=actor, now=now)
    if stage is Stage.NATIONAL:
        contest.state = ContestState.CLOSED
        audit.record(
            session, actor=actor, action="stage.close", subject=subject_of(contest), stage=stage.value
        )
    return standing


def correct_standing(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Standing:
    """Freeze a new version with a reason; the one before stays as it was.

    :raises BadInput: without a reason.
    :raises Conflict: before the first freezing, when nothing has changed, or when it would change the
        finalists after the national stage has begun.
    """
    _lock(session, contest, stage, oblast_kato)
    before = latest_standing(session, contest, stage, oblast_kato)
    if before is None:
        raise Conflict(_l("This stage has no frozen standing yet: there is nothing to correct."))
    if not reason.strip():
        raise BadInput(_l("Give the reason of the correction: it is published with the new standing."))
    computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    if computed.digest == before.inputs_digest:
        raise Conflict(_l("Nothing has changed since version %(version)s.", version=before.version))
    is_late = stage is Stage.REGIONAL and contest.state is not ContestState.REGIONAL
    changed = [
        row for row in computed.rows if row.is_finalist is not computed.nominees[row.nominee_id].is_finalist
    ]
    if is_late and changed:
        raise Conflict(
            _l("This correction would change the finalists, and the national stage has begun without it.")
        )
    standing = _keep(
        session, computed, version=before.version + 1, reason=reason.strip(), actor=actor, now=now
    )
    if contest.state is ContestState.PUBLISHED:
        standing.published_at = now
    return standing


def _lock(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> None:
    """Let one freezing at a time into this stage and oblast; what others committed is seen afterwards."""
    window = marking_of(session, contest, stage, oblast_kato)
    if window is not None:
        session.refresh(window, with_for_update=True)
    session.refresh(contest)


def _keep(
    session: Session,
    computed: ComputedStanding,
    *,
    version: int,
    reason: str | None,
    actor: str,
    now: datetime,
) -> Standing:
    standing = Standing(
        contest_id=computed.contest.id, stage=computed.stage, oblast_kato=computed.oblast_kato,
        version=version, rulebook_fingerprint=computed.inputs["rulebook"], inputs_digest=computed.digest,
        inputs_json=canonical_inputs(computed.inputs), frozen_at=now, reason=reason,
    )  # fmt: skip
    session.add(standing)
    session.flush()
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
        if computed.stage is Stage.REGIONAL:
            nominee.is_finalist = row.is_finalist
    session.flush()
    audit.record(
        session, actor=actor, action="standing.freeze",
        subject=area_of(computed.contest, computed.stage, computed.oblast_kato), standing=standing.id,
        version=version, inputs=computed.digest, rulebook=computed.inputs["rulebook"], reason=reason,
    )  # fmt: skip
    return standing
