"""The staff's pages of hearings: the commissions' lists, and the secretary's form for a stage."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.areas import Area, areas_for, parse_area
from contest.contests.forms import require_valid
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_of
from contest.jury.queries import judged_nominees
from contest.nominees.forms import SureForm
from contest.nominees.hearings.forms import HearingForm
from contest.nominees.hearings.queries import get_slot, heard_parts, hearings
from contest.nominees.hearings.services import drop_slot, set_slot
from contest.nominees.queries import get_nominee
from contest.rulebook import Stage
from core import clock
from core.access import Right, guarded, may, oblasts_of, require
from core.clock import KAZAKHSTAN
from core.errors import AuylError
from core.places.queries import units_by_kato
from core.web.edge import database

hearings_staff = Blueprint("hearings_staff", __name__, url_prefix="/staff/contests/<string:code>/hearings")
Reply = str | Response | tuple[str, int]


@hearings_staff.get("")
@guarded(Right.SEE_STAGE)
def index(code: str) -> Reply:
    """The hearings before the commissions that the reader sees, in their order."""
    contest = contest_by_code(database(), code)
    book, own = rulebook_of(database(), contest), oblasts_of(current_user, Right.SEE_STAGE)
    found = hearings(database(), contest, book, oblasts=own)
    return render_template(
        "contest/staff/nominee_hearings.html", contest=contest, hearings=found, areas=_own_areas(contest),
        units=units_by_kato(database(), {one.nominee.kato for one in found}), sure=SureForm(),
        manageable={one.slot.id for one in found if _may_manage(one.slot.oblast_kato)},
        now=clock.present(),
    )  # fmt: skip


@hearings_staff.route("/<string:stage>/<string:area>", methods=["GET", "POST"])
@guarded(Right.MANAGE_NOMINEES)
def new(code: str, stage: str, area: str) -> Reply:
    """Set a hearing before a commission."""
    contest = contest_by_code(database(), code)
    chosen, oblast = parse_area(stage, area)
    require(Right.MANAGE_NOMINEES, oblast=oblast)
    form = HearingForm()
    form.offer(judged_nominees(database(), contest, chosen, oblast), rulebook_of(database(), contest), chosen)
    if form.validate_on_submit() and _is_set(contest, chosen, form):
        return redirect(url_for("hearings_staff.index", code=code))
    return render_template("contest/staff/nominee_hearing.html", contest=contest, form=form, stage=chosen)


@hearings_staff.post("/<int:slot_id>/drop")
@guarded(Right.MANAGE_NOMINEES)
def drop(code: str, slot_id: int) -> Reply:
    """Drop a hearing that has not begun."""
    slot = get_slot(database(), contest_by_code(database(), code), slot_id)
    require(Right.MANAGE_NOMINEES, oblast=slot.oblast_kato)
    require_valid(SureForm())
    drop_slot(database(), slot=slot, actor=current_user.reference, now=clock.present())
    flash(_("The hearing is dropped. Tell the nominee."), "good")
    return redirect(url_for("hearings_staff.index", code=code))


def _is_set(contest: Contest, stage: Stage, form: HearingForm) -> bool:
    try:
        set_slot(
            database(), nominee=get_nominee(database(), contest, form.nominee.data), stage=stage,
            component=form.component.data, starts_at=form.starts_at.data.replace(tzinfo=KAZAKHSTAN),
            minutes=form.minutes.data, place=form.place.data, link=form.link.data,
            actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    except AuylError as fault:
        form.starts_at.errors = [*form.starts_at.errors, str(fault)]
        return False
    flash(_("The hearing is set; the nominee sees it on the own page."), "good")
    return True


def _may_manage(oblast: str | None) -> bool:
    return may(current_user, Right.MANAGE_NOMINEES, oblast=oblast)


def _own_areas(contest: Contest) -> list[Area]:
    """The stages for which the reader sets hearings, where somebody is heard."""
    book = rulebook_of(database(), contest)
    own = areas_for(database(), contest, oblasts_of(current_user, Right.MANAGE_NOMINEES))
    return [area for area in own if area.nominees and heard_parts(book, area.stage)]
