"""The staff pages of a stage: who has marked (counts only), and after closing the standing and its freezing.

Until the marking of the stage is closed no score leaves this module, whoever asks.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.areas import NATION, parse_area
from contest.contests.checklist import freeze_checklist
from contest.contests.forms import ConfirmForm, require_valid
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_by_fingerprint, rulebook_of
from contest.jury.forms import ActForm
from contest.jury.queries import marking_of, progress
from contest.jury.services import close_marking, open_marking
from contest.rulebook import Stage
from contest.standings.forms import CorrectForm
from contest.standings.queries import compute_standing, get_standing, latest_standing, rows_of
from contest.standings.services import correct_standing, freeze_standing
from contest.standings.showing import ShownRow, shown_computed, shown_frozen
from core import clock
from core.access import Right, guarded, may, require, require_fresh_factor
from core.places.queries import get_unit
from core.web.edge import database

standings_staff = Blueprint("standings_staff", __name__, url_prefix="/staff/contests/<string:code>")
Reply = str | Response


@standings_staff.get("/stages/<string:stage>/<string:area>")
@guarded(Right.SEE_STAGE)
def stage(code: str, stage: str, area: str) -> Reply:
    """A stage in an oblast or in the nation."""
    contest, chosen, oblast = _area(code, stage, area, Right.SEE_STAGE)
    session = database()
    window = marking_of(session, contest, chosen, oblast)
    frozen = latest_standing(session, contest, chosen, oblast)
    items = freeze_checklist(session, contest, stage=chosen, oblast_kato=oblast)
    rules = rulebook_of(session, contest).stage(chosen)
    return render_template(
        "contest/staff/stage.html", contest=contest, stage=chosen, area=area, window=window, frozen=frozen,
        unit=oblast and get_unit(session, oblast), items=items,
        lines=progress(session, contest, rules, chosen, oblast),
        rows=_rows(contest, chosen, oblast, items), act=ActForm(), confirm=ConfirmForm(),
        correct=CorrectForm(),
        can_lead=may(current_user, Right.FREEZE_STANDING, oblast=oblast),
    )  # fmt: skip


@standings_staff.get("/standings/<int:standing_id>")
@guarded(Right.SEE_STAGE)
def standing(code: str, standing_id: int) -> Reply:
    """A frozen standing, with the rules it was computed by."""
    contest = contest_by_code(database(), code)
    view = get_standing(database(), contest, standing_id)
    found = view.standing
    require(Right.SEE_STAGE, oblast=found.oblast_kato)
    return render_template(
        "contest/staff/standing.html", contest=contest, standing=found, stage=found.stage,
        rows=shown_frozen(database(), view.rows), area=found.oblast_kato or NATION,
        unit=found.oblast_kato and get_unit(database(), found.oblast_kato),
        book=rulebook_by_fingerprint(database(), contest, found.rulebook_fingerprint),
    )  # fmt: skip


@standings_staff.post("/stages/<string:stage>/<string:area>/marking/open")
@guarded(Right.FREEZE_STANDING)
def open_the_marking(code: str, stage: str, area: str) -> Reply:
    """Open the marking."""
    contest, chosen, oblast = _area(code, stage, area, Right.FREEZE_STANDING)
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
    contest, chosen, oblast = _area(code, stage, area, Right.FREEZE_STANDING)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    close_marking(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, actor=current_user.reference, now=now
    )
    flash(_("Marking is closed. The computed standing is below."), "good")
    return redirect(url_for("standings_staff.stage", code=code, stage=stage, area=area))


@standings_staff.post("/stages/<string:stage>/<string:area>/freeze")
@guarded(Right.FREEZE_STANDING)
def freeze(code: str, stage: str, area: str) -> Reply:
    """Freeze the standing; doing it again shows the same one."""
    contest, chosen, oblast = _area(code, stage, area, Right.FREEZE_STANDING)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    frozen = freeze_standing(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, actor=current_user.reference, now=now
    )
    return redirect(url_for("standings_staff.standing", code=code, standing_id=frozen.id))


@standings_staff.post("/stages/<string:stage>/<string:area>/correct")
@guarded(Right.FREEZE_STANDING)
def correct(code: str, stage: str, area: str) -> Reply:
    """Freeze a corrected version with its reason."""
    contest, chosen, oblast = _area(code, stage, area, Right.FREEZE_STANDING)
    now, form = clock.present(), CorrectForm()
    require_fresh_factor(now=now)
    require_valid(form)
    made = correct_standing(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, reason=form.reason.data,
        actor=current_user.reference, now=now,
    )  # fmt: skip
    return redirect(url_for("standings_staff.standing", code=code, standing_id=made.id))


def _area(code: str, stage: str, area: str, right: Right) -> tuple[Contest, Stage, str | None]:
    chosen, oblast = parse_area(stage, area)
    require(right, oblast=oblast)
    return contest_by_code(database(), code), chosen, oblast


def _rows(contest: Contest, stage: Stage, oblast: str | None, items: list) -> list[ShownRow]:
    """The frozen rows; else, once everything is in, the computed ones; else none."""
    session = database()
    frozen = latest_standing(session, contest, stage, oblast)
    if frozen is not None:
        return shown_frozen(session, rows_of(session, frozen))
    if all(item.done for item in items):
        computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast)
        return shown_computed(session, computed)
    return []
