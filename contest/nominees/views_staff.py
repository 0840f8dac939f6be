"""The staff pages of nominees: the list, registration, one nominee."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.forms import require_valid
from contest.contests.models import Contest, ContestState
from contest.contests.queries import contest_by_code
from contest.nominees.forms import LeaveForm, ProjectForm, RegisterForm
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import candidates, get_nominee, list_nominees
from contest.nominees.services import describe_project, exclude_nominee, register_nominee, withdraw_nominee
from core import clock
from core.access import Right, guarded, may, oblasts_of, require, require_fresh_factor
from core.errors import AuylError
from core.places.filters import name_for_reader
from core.places.models import Official, Post
from core.places.queries import get_unit
from core.web.edge import database

nominees_staff = Blueprint("nominees_staff", __name__, url_prefix="/staff/contests/<string:code>/nominees")
Reply = str | Response

STATE_NAMES = {
    NomineeState.PROPOSED: _l("proposed"),
    NomineeState.REGISTERED: _l("takes part"),
    NomineeState.WITHDRAWN: _l("withdrawn"),
    NomineeState.EXCLUDED: _l("excluded"),
}


@nominees_staff.get("")
@guarded(Right.SEE_STAGE)
def index(code: str) -> Reply:
    """The nominees of the oblasts that the reader sees."""
    found = contest_by_code(database(), code)
    lines = list_nominees(database(), found, oblasts=oblasts_of(current_user, Right.SEE_STAGE))
    return render_template(
        "contest/staff/nominees.html", contest=found, lines=lines, states=STATE_NAMES,
        can_register=found.state is ContestState.OPEN and _may_register(),
    )  # fmt: skip


@nominees_staff.route("/new", methods=["GET", "POST"])
@guarded(Right.MANAGE_NOMINEES)
def register(code: str) -> Reply:
    """Register an official as a nominee."""
    found, form = contest_by_code(database(), code), RegisterForm()
    today = clock.day_of(clock.present())
    own = oblasts_of(current_user, Right.MANAGE_NOMINEES)
    form.official.choices = [
        (one.official_id, f"{one.name}, {name_for_reader(one.unit)}")
        for one in candidates(database(), found, on=today, oblasts=own)
    ]
    if form.validate_on_submit() and _registered(found, form):
        return redirect(url_for("nominees_staff.index", code=code))
    return render_template("contest/staff/new_nominee.html", contest=found, form=form)


@nominees_staff.get("/<int:nominee_id>")
@guarded(Right.SEE_STAGE)
def nominee(code: str, nominee_id: int) -> Reply:
    """One nominee: post, project, state."""
    contest, found = _found(code, nominee_id, Right.SEE_STAGE)
    return render_template(
        "contest/staff/nominee.html", contest=contest, nominee=found, states=STATE_NAMES,
        project=ProjectForm(obj=found), withdrawal=LeaveForm(prefix="withdraw"),
        exclusion=LeaveForm(prefix="exclude"), unit=get_unit(database(), found.kato),
        oblast=get_unit(database(), found.oblast_kato),
        can_manage=may(current_user, Right.MANAGE_NOMINEES, oblast=found.oblast_kato),
    )  # fmt: skip


@nominees_staff.post("/<int:nominee_id>/project")
@guarded(Right.MANAGE_NOMINEES)
def describe(code: str, nominee_id: int) -> Reply:
    """Set the project's title."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    form = ProjectForm()
    require_valid(form)
    describe_project(
        database(), nominee=found, title_kk=form.project_title_kk.data, title_ru=form.project_title_ru.data,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("The project's title is kept."), "good")
    return redirect(url_for("nominees_staff.nominee", code=code, nominee_id=nominee_id))


@nominees_staff.post("/<int:nominee_id>/withdraw")
@guarded(Right.MANAGE_NOMINEES)
def withdraw(code: str, nominee_id: int) -> Reply:
    """Take a nominee out at the nominee's own wish."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    form = LeaveForm(prefix="withdraw")
    require_valid(form)
    withdraw_nominee(
        database(), nominee=found, reason=form.reason.data, actor=current_user.reference, now=clock.present()
    )
    return redirect(url_for("nominees_staff.nominee", code=code, nominee_id=nominee_id))


@nominees_staff.post("/<int:nominee_id>/exclude")
@guarded(Right.MANAGE_NOMINEES)
def exclude(code: str, nominee_id: int) -> Reply:
    """Exclude a nominee on a ground."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    now, form = clock.present(), LeaveForm(prefix="exclude")
    require_fresh_factor(now=now)
    require_valid(form)
    exclude_nominee(database(), nominee=found, reason=form.reason.data, actor=current_user.reference, now=now)
    return redirect(url_for("nominees_staff.nominee", code=code, nominee_id=nominee_id))


def _found(code: str, nominee_id: int, right: Right) -> tuple[Contest, Nominee]:
    contest = contest_by_code(database(), code)
    found = get_nominee(database(), contest, nominee_id)
    require(right, oblast=found.oblast_kato)
    return contest, found


def _may_register() -> bool:
    return oblasts_of(current_user, Right.MANAGE_NOMINEES) != frozenset()


def _registered(contest: Contest, form: RegisterForm) -> bool:
    post = database().get_one(Post, database().get_one(Official, form.official.data).post_id)
    require(Right.MANAGE_NOMINEES, oblast=get_unit(database(), post.unit_kato).oblast_kato)
    try:
        made = register_nominee(
            database(), contest=contest, official_id=form.official.data, name_kk=form.name_kk.data,
            name_ru=form.name_ru.data, project_title_kk=form.project_title_kk.data,
            project_title_ru=form.project_title_ru.data, actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    except AuylError as fault:
        form.official.errors = [*form.official.errors, str(fault)]
        return False
    flash(_("%(name)s is registered.", name=made.name_kk), "good")
    return True
