"""What is put to the vote: flags, standings, exclusions, nominations.

A proposal becomes an item on the agenda of a meeting; the members vote there. Nothing here decides; what
follows from a decision stands in `effects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of, subject_of
from contest.decisions.models import StandingProposal
from contest.decisions.queries import (
    approval_state,
    nomination_votes,
    nominations_to_vote,
    plain_rows,
    signals_decision,
    waiting_item,
)
from contest.decisions.references import (
    exclusion_reference,
    nomination_reference,
    signals_from,
    signals_reference,
)
from contest.decisions.wording import exclusion_title, nomination_title, signals_title, standing_title
from contest.meetings.models import AgendaItem, ItemKind, Meeting
from contest.meetings.services import add_item
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import matter_of
from contest.objections.queries import grounds_undone_on_appeal
from contest.rulebook import Decided, Exclusion, Stage
from contest.sources.surveys import exclude_by_vote, survey_state
from contest.standings.computation import canonical_inputs, compute_rows
from contest.standings.queries import ComputedStanding, compute_standing, latest_standing
from core import audit
from core.errors import BadInput, Conflict
from core.places.queries import get_unit
from core.storage import lock_row
from core.words import Words

NATION = Words("Қазақстан", "Казахстан", "Kazakhstan")


def propose_signals(
    session: Session,
    *,
    contest: Contest,
    meeting: Meeting,
    rules: Sequence[Exclusion],
    actor: str,
    now: datetime,
) -> AgendaItem:
    """Put to the national commission which signals leave a day out, in all units; no rules: none does.

    :raises BadInput: for a meeting of another commission.
    :raises Conflict: once it is voted, while it stands on an agenda, or when the survey is closed.
    """
    lock_row(session, contest)
    _refuse_another_commission(meeting, Stage.NATIONAL, None)
    _refuse_closed_survey(session, contest)
    if signals_decision(session, contest) is not None:
        raise Conflict(_l("This is voted already, once for all units."))
    if waiting_item(session, contest, Stage.NATIONAL, None, ItemKind.SIGNALS) is not None:
        raise Conflict(_l("Such a proposal stands on an agenda already: vote on it first."))
    return add_item(
        session, meeting=meeting, kind=ItemKind.SIGNALS, title=signals_title(rules),
        reference=signals_reference(rules), actor=actor,
    )  # fmt: skip


def hand_over_signals(session: Session, *, contest: Contest, actor: str, now: datetime) -> None:
    """Give the vote on signals to the survey, which leaves the days out when it closes.

    Where rules were voted, the score that counts is made without those days; else of all of them.

    :raises Conflict: without a vote, or when the survey is closed.
    """
    found = signals_decision(session, contest)
    if found is None:
        raise Conflict(_l("The national commission has not voted on the signals yet."))
    _refuse_closed_survey(session, contest)
    rules = signals_from(found[0].reference)
    exclude_by_vote(
        session, campaign_code=contest.campaign_code, rules=rules, actor=actor, now=now,
    )  # fmt: skip
    audit.record(
        session, actor=actor, action="signals.exclude", subject=subject_of(contest), item=found[0].id,
        rules=found[0].reference,
    )  # fmt: skip


def propose_standing(
    session: Session,
    *,
    contest: Contest,
    meeting: Meeting,
    stage: Stage,
    oblast_kato: str | None,
    actor: str,
    now: datetime,
) -> AgendaItem:
    """Put the standing, as it is computed now, to the vote of its commission.

    :raises BadInput: for a meeting of another commission.
    :raises Conflict: while marking is open, a nomination waits for its vote, or this very computation
        is approved or on an agenda; and when it was returned and the returns are used. Numbers that changed
        after the last return are put to the vote once more.
    """
    # Of two who propose it at once, the second finds it on the agenda.
    lock_row(session, contest)
    _refuse_another_commission(meeting, stage, oblast_kato)
    computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    refuse_open_nominations(computed)
    before = latest_standing(session, contest, stage, oblast_kato)
    if before is not None and before.inputs_digest == computed.digest:
        raise Conflict(_l("Nothing has changed since version %(version)s.", version=before.version))
    version = 1 if before is None else before.version + 1
    state = approval_state(session, contest, stage, oblast_kato, digest=computed.digest, version=version)
    if state.approval is not None:
        raise Conflict(_l("The commission has approved this computation: it can be frozen."))
    if state.waiting is not None:
        raise Conflict(_l("This computation stands on an agenda already: vote on it first."))
    if state.is_used_up:
        raise Conflict(_l("The commission has used its returns: the numbers that it saw last are frozen."))
    item = add_item(
        session, meeting=meeting, kind=ItemKind.STANDING, reference=computed.digest, actor=actor,
        title=standing_title(_where(session, oblast_kato), version, computed.digest),
    )  # fmt: skip
    session.add(_proposal(item, computed, version, now))
    session.flush()
    return item


def propose_exclusion(
    session: Session,
    *,
    contest: Contest,
    meeting: Meeting,
    nominee: Nominee,
    ground: str,
    actor: str,
    now: datetime,
) -> AgendaItem:
    """Put a nominee's exclusion to the vote, on one of the rule book's grounds.

    :raises BadInput: for a ground that the rule book does not name, or a meeting of another commission.
    :raises Conflict: unless the nominee takes part, while it stands on an agenda, or where an appeal undid a
        vote on this very ground.
    """
    grounds = {one.code: one for one in rulebook_of(session, contest).exclusion}
    if ground not in grounds:
        raise BadInput(_l("“%(ground)s” is none of the rule book's grounds.", ground=ground[:32]))
    lock_row(session, contest)
    if nominee.state is not NomineeState.REGISTERED:
        raise Conflict(_l("%(name)s does not take part any more.", name=nominee.name_kk))
    _refuse_another_commission(meeting, *matter_of(contest, nominee))
    if ground in grounds_undone_on_appeal(session, contest, nominee):
        raise Conflict(
            _l(
                "An appeal has undone the exclusion of %(name)s on this ground: that is final in this "
                "contest.",
                name=nominee.name_kk,
            )
        )
    reference = exclusion_reference(nominee.id, ground)
    if waiting_item(session, contest, meeting.stage, meeting.oblast_kato, ItemKind.EXCLUSION, reference):
        raise Conflict(_l("Such a proposal stands on an agenda already: vote on it first."))
    return add_item(
        session, meeting=meeting, kind=ItemKind.EXCLUSION, reference=reference, nominee=nominee, actor=actor,
        title=exclusion_title(nominee.name_kk, nominee.name_ru, grounds[ground]),
    )  # fmt: skip


def propose_nomination(
    session: Session,
    *,
    contest: Contest,
    meeting: Meeting,
    code: str,
    nominee: Nominee,
    actor: str,
    now: datetime,
) -> AgendaItem:
    """Put to the national commission whether a nominee gets a nomination that a vote decides or confirms.

    :raises BadInput: for a nomination that the numbers alone decide, a nominee who cannot get it, or a
        meeting of another commission.
    :raises Conflict: while marking is open, once it is voted, while it is on an agenda, or once the
        standing is frozen.
    """
    lock_row(session, contest)
    _refuse_another_commission(meeting, Stage.NATIONAL, None)
    named = {one.code: one for one in nominations_to_vote(rulebook_of(session, contest))}
    if code not in named:
        raise BadInput(_l("No nomination “%(code)s” is decided by vote.", code=code[:32]))
    if latest_standing(session, contest, Stage.NATIONAL, None) is not None:
        raise Conflict(_l("The national standing is frozen: nominations are given."))
    if nominee.id in {vote[0] for vote in nomination_votes(session, contest).get(code, ())}:
        raise Conflict(_l("The vote on this nomination of %(name)s is over.", name=nominee.name_kk))
    if nominee.id not in nomination_candidates(session, contest, code):
        raise BadInput(_l("%(name)s cannot get this nomination by the rules.", name=nominee.name_kk))
    reference = nomination_reference(code, nominee.id)
    if waiting_item(session, contest, Stage.NATIONAL, None, ItemKind.NOMINATION, reference) is not None:
        raise Conflict(_l("Such a proposal stands on an agenda already: vote on it first."))
    return add_item(
        session, meeting=meeting, kind=ItemKind.NOMINATION, reference=reference, nominee=nominee, actor=actor,
        title=nomination_title(nominee.name_kk, nominee.name_ru, named[code]),
    )  # fmt: skip


def nomination_candidates(session: Session, contest: Contest, code: str) -> dict[int, Nominee]:
    """Who would get a nomination by the rules if a vote for them were carried, and is not voted yet.

    :raises Conflict: while the marking of the national stage is open.
    """
    computed = compute_standing(session, contest=contest, stage=Stage.NATIONAL, oblast_kato=None)
    return _candidates(computed, code)


def refuse_open_nominations(computed: ComputedStanding) -> None:
    """Refuse the national standing while a nomination waits for its vote.

    :raises Conflict: naming the nomination.
    """
    if computed.stage is Stage.REGIONAL:
        return
    given = {row.award for row in computed.rows}
    for nomination in nominations_to_vote(computed.book):
        votes = computed.inputs["votes"].get(nomination.code, [])
        # What a vote alone decides is settled by one; what it confirms goes on to the next whom it passes.
        is_settled = f"nomination:{nomination.code}" in given or (
            bool(votes) and nomination.decided is Decided.VOTE
        )
        if not is_settled and _candidates(computed, nomination.code):
            raise Conflict(
                _l("The nomination “%(title)s” is decided by vote: vote on it first.", title=nomination.title)
            )


def _candidates(computed: ComputedStanding, code: str) -> dict[int, Nominee]:
    votes = computed.inputs.get("votes", {})
    cast = votes.get(code, [])
    found = {}
    for number, nominee in computed.nominees.items():
        if number in {vote[0] for vote in cast}:
            continue
        supposed = {**votes, code: [*cast, [number, 10**9, True]]}
        rows = compute_rows({**computed.inputs, "votes": supposed}, computed.book)
        if any((row.nominee_id, row.award) == (number, f"nomination:{code}") for row in rows):
            found[number] = nominee
    return found


def _proposal(item: AgendaItem, computed: ComputedStanding, version: int, now: datetime) -> StandingProposal:
    return StandingProposal(
        item_id=item.id, version=version, inputs_digest=computed.digest,
        inputs_json=canonical_inputs(computed.inputs),
        rows_json=audit.canonical(plain_rows(computed.rows)), put_at=now,
    )  # fmt: skip


def _where(session: Session, oblast_kato: str | None) -> Words:
    if oblast_kato is None:
        return NATION
    unit = get_unit(session, oblast_kato)
    return unit.words


def _refuse_another_commission(meeting: Meeting, stage: Stage, oblast_kato: str | None) -> None:
    if (meeting.stage, meeting.oblast_kato) != (stage, oblast_kato):
        raise BadInput(_l("This is decided by another commission: choose one of its meetings."))


def _refuse_closed_survey(session: Session, contest: Contest) -> None:
    survey = survey_state(session, campaign_code=contest.campaign_code)
    if survey is not None and survey.is_closed:
        raise Conflict(
            _l("The survey is closed and its numbers are made: which days they leave out stays as it is.")
        )
