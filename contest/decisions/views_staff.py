"""The staff page of a commission's decisions: what was voted, and what can be put to the vote next.

Proposals go on the agenda of a meeting and are voted there; only the flags' vote is carried out from here.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.forms import require_valid
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.decisions.forms import ExclusionForm, HandOverForm, NominationForm, SignalsForm
from contest.decisions.queries import (
    coming_meetings,
    decisions_of,
    nominations_to_vote,
    signals_decision,
    voted_exclusion,
)
from contest.decisions.services import (
    hand_over_signals,
    nomination_candidates,
    propose_exclusion,
    propose_nomination,
    propose_signals,
)
from contest.jury.queries import is_marking_closed, judged_nominees
from contest.jury.sight import area_in_sight
from contest.meetings.leading import leads, require_lead
from contest.meetings.queries import get_meeting
from contest.meetings.words import KINDS as DECISIONS
from contest.nominees.queries import get_nominee, matter_of
from contest.rulebook import Stage
from contest.sources.surveys import excluded_by_rules, survey_state
from contest.standings.queries import latest_standing
from core import clock
from core.access import Right, guarded, require_fresh_factor
from core.places.queries import get_unit
from core.web.edge import database

decisions_staff = Blueprint("decisions_staff", __name__, url_prefix="/staff/contests/<string:code>/decisions")
Reply = str | Response


@decisions_staff.get("/<string:stage>/<string:area>")
@guarded(Right.SEE_STAGE)
def index(code: str, stage: str, area: str) -> Reply:
    """What a commission has decided, and what it can be asked to decide."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.SEE_STAGE)
    session = database()
    signals = _signals(contest) if chosen is Stage.NATIONAL else None
    return render_template(
        "contest/decisions/index.html", contest=contest, stage=chosen, area=area, names=DECISIONS,
        unit=oblast and get_unit(session, oblast), can_lead=leads(contest, chosen, oblast),
        signals=signals,
        decisions=decisions_of(session, contest, chosen, oblast), act=HandOverForm(),
        survey=survey_state(session, campaign_code=contest.campaign_code) if signals else None,
        decision=signals_decision(session, contest) if signals else None,
        is_handed_over=signals is not None and _is_handed_over(contest),
        meetings=coming_meetings(session, contest, chosen, oblast),
        exclusion=_exclusion(contest, chosen, oblast), nominations=_nominations(contest, chosen),
    )  # fmt: skip


@decisions_staff.post("/<string:stage>/<string:area>/signals")
@guarded(Right.FREEZE_STANDING)
def signals(code: str, stage: str, area: str) -> Reply:
    """Put to the vote which signals leave a day out."""
    contest, _chosen, _oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    require_lead(contest, Stage.NATIONAL, None)
    session, form = database(), _signals(contest)
    require_valid(form)
    propose_signals(
        session, contest=contest, meeting=get_meeting(session, contest, form.meeting.data),
        rules=form.rules(), actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    return _done(code, stage, area)


@decisions_staff.post("/<string:stage>/<string:area>/signals/survey")
@guarded(Right.FREEZE_STANDING)
def hand_over(code: str, stage: str, area: str) -> Reply:
    """Give the vote on signals to the survey."""
    contest, _chosen, _oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    require_lead(contest, Stage.NATIONAL, None)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(HandOverForm())
    hand_over_signals(database(), contest=contest, actor=current_user.reference, now=now)
    flash(_("The survey follows the vote when it closes."), "good")
    return redirect(url_for("decisions_staff.index", code=code, stage=stage, area=area))


@decisions_staff.post("/<string:stage>/<string:area>/exclusions")
@guarded(Right.FREEZE_STANDING)
def exclusion(code: str, stage: str, area: str) -> Reply:
    """Put a nominee's exclusion to the vote."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    require_lead(contest, chosen, oblast)
    session, form = database(), _exclusion(contest, chosen, oblast)
    require_valid(form)
    propose_exclusion(
        session, contest=contest, meeting=get_meeting(session, contest, form.meeting.data),
        nominee=get_nominee(session, contest, form.nominee.data), ground=form.ground.data,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    return _done(code, stage, area)


@decisions_staff.post("/<string:stage>/<string:area>/nominations/<string:nomination>")
@guarded(Right.FREEZE_STANDING)
def nomination(code: str, stage: str, area: str, nomination: str) -> Reply:
    """Put to the vote whether a nominee gets a nomination."""
    contest, _chosen, _oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    require_lead(contest, Stage.NATIONAL, None)
    session, form = database(), NominationForm(prefix=nomination)
    form.offer(coming_meetings(session, contest, Stage.NATIONAL, None))
    form.offer_candidates(nomination_candidates(session, contest, nomination).values())
    require_valid(form)
    propose_nomination(
        session, contest=contest, meeting=get_meeting(session, contest, form.meeting.data), code=nomination,
        nominee=get_nominee(session, contest, form.nominee.data), actor=current_user.reference,
        now=clock.present(),
    )  # fmt: skip
    return _done(code, stage, area)


def _done(code: str, stage: str, area: str) -> Response:
    flash(_("It stands on the agenda of the meeting."), "good")
    return redirect(url_for("decisions_staff.index", code=code, stage=stage, area=area))


def _signals(contest: Contest) -> SignalsForm:
    """The thresholds, beginning with what the rule book proposes."""
    form = SignalsForm(prefix="signals")
    form.offer(coming_meetings(database(), contest, Stage.NATIONAL, None))
    if not form.is_submitted():
        form.fill(rulebook_of(database(), contest).survey.excluding)
    return form


def _is_handed_over(contest: Contest) -> bool:
    voted = voted_exclusion(database(), contest)
    held = excluded_by_rules(database(), campaign_code=contest.campaign_code)
    return voted is not None and set(voted) == set(held)


def _exclusion(contest: Contest, stage: Stage, oblast: str | None) -> ExclusionForm:
    form, session = ExclusionForm(prefix="exclusion"), database()
    form.offer(coming_meetings(session, contest, stage, oblast))
    nominees = [
        one for one in judged_nominees(session, contest, stage, oblast)
        if matter_of(contest, one) == (stage, oblast)
    ]  # fmt: skip
    form.offer_cases(nominees, rulebook_of(session, contest).exclusion)
    return form


def _nominations(contest: Contest, stage: Stage) -> list[tuple[object, NominationForm]]:
    """The nominations that wait for a vote, each with its form; none before the marking is closed."""
    session, found = database(), []
    is_open = is_marking_closed(session, contest, Stage.NATIONAL, None)
    if stage is Stage.REGIONAL or not is_open or latest_standing(session, contest, stage, None):
        return []
    for one in nominations_to_vote(rulebook_of(session, contest)):
        form = NominationForm(prefix=one.code)
        form.offer(coming_meetings(session, contest, Stage.NATIONAL, None))
        form.offer_candidates(nomination_candidates(session, contest, one.code).values())
        found.append((one, form))
    return found
