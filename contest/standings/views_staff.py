"""The staff pages of a stage: who has marked (counts only), then the standing, its approval and signatures.

Until the marking of the stage is closed no score leaves this module, whoever asks.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.areas import NATION
from contest.contests.conditions import freeze_checklist
from contest.contests.forms import ConfirmForm, require_valid
from contest.contests.queries import contest_by_code, rulebook_by_fingerprint, rulebook_of
from contest.decisions.forms import ProposeForm
from contest.decisions.queries import coming_meetings
from contest.decisions.services import propose_standing
from contest.jury.forms import ActForm
from contest.jury.queries import marking_of, progress
from contest.jury.services import close_marking, open_marking
from contest.jury.sight import area_in_sight, require_sight
from contest.meetings.leading import leads, require_lead
from contest.meetings.queries import get_meeting
from contest.objections.finality import is_final
from contest.objections.queries import handled_objection
from contest.standings.forms import CorrectForm
from contest.standings.queries import get_standing
from contest.standings.services import ask_to_freeze, confirm_freeze
from contest.standings.showing import shown_frozen
from contest.standings.signing import difference_to, signing_of
from core import clock
from core.access import Right, guarded, require_fresh_factor
from core.places.queries import get_unit
from core.web.edge import database

standings_staff = Blueprint("standings_staff", __name__, url_prefix="/staff/contests/<string:code>")
Reply = str | Response


@standings_staff.get("/stages/<string:stage>/<string:area>")
@guarded(Right.SEE_STAGE)
def stage(code: str, stage: str, area: str) -> Reply:
    """A stage in an oblast or in the nation."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.SEE_STAGE)
    session, now = database(), clock.present()
    items = freeze_checklist(session, contest, stage=chosen, oblast_kato=oblast)
    rules = rulebook_of(session, contest).stage(chosen)
    signing = signing_of(session, contest, chosen, oblast, is_ready=all(item.done for item in items))
    propose, correct = ProposeForm(), CorrectForm()
    propose.offer(coming_meetings(session, contest, chosen, oblast))
    correct.offer(signing.granted)
    return render_template(
        "contest/staff/stage.html", contest=contest, stage=chosen, area=area, items=items, signing=signing,
        window=marking_of(session, contest, chosen, oblast), unit=oblast and get_unit(session, oblast),
        lines=progress(session, contest, rules, chosen, oblast), act=ActForm(), confirm=ConfirmForm(),
        propose=propose, correct=correct, me=current_user.id,
        finality=signing.frozen and is_final(session, signing.frozen, now),
        can_lead=leads(contest, chosen, oblast),
    )  # fmt: skip


@standings_staff.get("/standings/<int:standing_id>")
@guarded(Right.SEE_STAGE)
def standing(code: str, standing_id: int) -> Reply:
    """A frozen standing, with the rules it was computed by and what it changed."""
    contest, session = contest_by_code(database(), code), database()
    view = get_standing(session, contest, standing_id)
    found = view.standing
    require_sight(contest, found.oblast_kato)
    return render_template(
        "contest/staff/standing.html", contest=contest, standing=found, stage=found.stage,
        rows=shown_frozen(session, view.rows), area=found.oblast_kato or NATION,
        unit=found.oblast_kato and get_unit(session, found.oblast_kato),
        book=rulebook_by_fingerprint(session, contest, found.rulebook_fingerprint),
        difference=difference_to(session, found),
    )  # fmt: skip


@standings_staff.post("/stages/<string:stage>/<string:area>/marking/open")
@guarded(Right.FREEZE_STANDING)
def open_the_marking(code: str, stage: str, area: str) -> Reply:
    """Open the marking."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    require_lead(contest, chosen, oblast)
    open_marking(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, actor=current_user.reference,
        now=clock.present(),
    )  # fmt: skip
    flash(_("Marking is open: the members can mark."), "good")
    return redirect(url_for("standings_staff.stage", code=code, stage=stage, area=area))


@standings_staff.post("/stages/<string:stage>/<string:area>/marking/close")
@guarded(Right.FREEZE_STANDING)
def close_the_marking(code: str, stage: str, area: str) -> Reply:
    """Close the marking: from now on scores are visible here."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    require_lead(contest, chosen, oblast)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    close_marking(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, actor=current_user.reference, now=now
    )
    flash(_("Marking is closed. The computed standing is below."), "good")
    return redirect(url_for("standings_staff.stage", code=code, stage=stage, area=area))


@standings_staff.post("/stages/<string:stage>/<string:area>/propose")
@guarded(Right.FREEZE_STANDING)
def propose(code: str, stage: str, area: str) -> Reply:
    """Put the computed standing on the agenda of a meeting."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    require_lead(contest, chosen, oblast)
    session, form = database(), ProposeForm()
    form.offer(coming_meetings(session, contest, chosen, oblast))
    require_valid(form)
    propose_standing(
        session, contest=contest, meeting=get_meeting(session, contest, form.meeting.data), stage=chosen,
        oblast_kato=oblast, actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("It stands on the agenda of the meeting."), "good")
    return redirect(url_for("standings_staff.stage", code=code, stage=stage, area=area))


@standings_staff.post("/stages/<string:stage>/<string:area>/ask")
@guarded(Right.FREEZE_STANDING)
def ask(code: str, stage: str, area: str) -> Reply:
    """Sign first: ask the other of chair and secretary to confirm."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    ask_to_freeze(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, account_id=current_user.id,
        now=now,
    )  # fmt: skip
    flash(_("Signed by you. It is frozen when the other of chair and secretary has signed too."), "good")
    return redirect(url_for("standings_staff.stage", code=code, stage=stage, area=area))


@standings_staff.post("/stages/<string:stage>/<string:area>/confirm")
@guarded(Right.FREEZE_STANDING)
def confirm(code: str, stage: str, area: str) -> Reply:
    """Sign second, and freeze; doing it again shows the same standing."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    frozen = confirm_freeze(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, account_id=current_user.id,
        now=now,
    )  # fmt: skip
    return redirect(url_for("standings_staff.standing", code=code, standing_id=frozen.id))


@standings_staff.post("/stages/<string:stage>/<string:area>/correct")
@guarded(Right.FREEZE_STANDING)
def correct(code: str, stage: str, area: str) -> Reply:
    """Sign a corrected version first, with its reason."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.FREEZE_STANDING)
    now, session, form = clock.present(), database(), CorrectForm()
    require_fresh_factor(now=now)
    form.offer(signing_of(session, contest, chosen, oblast, is_ready=False).granted)
    require_valid(form)
    number = form.objection.data
    ask_to_freeze(
        session, contest=contest, stage=chosen, oblast_kato=oblast, account_id=current_user.id,
        now=now, reason=form.reason.data,
        objection=handled_objection(session, contest, number).objection if number else None,
    )  # fmt: skip
    flash(_("Signed by you. It is frozen when the other of chair and secretary has signed too."), "good")
    return redirect(url_for("standings_staff.stage", code=code, stage=stage, area=area))
