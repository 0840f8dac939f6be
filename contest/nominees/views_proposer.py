"""The pages of whoever proposes a nominee: open contests, own proposals, and the form."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from contest.contests.models import Contest, ContestState
from contest.contests.queries import contest_by_code, contests, title_of
from contest.nominees.forms import ProposeForm
from contest.nominees.models import Nominee
from contest.nominees.queries import candidates, proposals_of
from contest.nominees.services import propose_nominee
from contest.nominees.words import STATES
from core import clock
from core.access import Right, guarded, may, oblasts_of, require
from core.errors import AuylError
from core.places.filters import name_for_reader
from core.places.models import Official, Post
from core.places.queries import get_unit
from core.web.edge import database

nominees_proposer = Blueprint("nominees_proposer", __name__)
Reply = str | Response


@nominees_proposer.get("/staff/proposals")
@guarded(Right.PROPOSE_NOMINEES)
def index() -> Reply:
    """The contests whose nominations are open, and one's own proposals."""
    lines = [
        [nominee.name_kk, title_of(contest), STATES[nominee.state]]
        for nominee, contest in proposals_of(database(), current_user.id)
    ]
    return render_template(
        "contest/staff/proposals.html", lines=lines,
        contests=[one for one in contests(database()) if one.state is ContestState.OPEN],
    )  # fmt: skip


@nominees_proposer.route("/staff/contests/<string:code>/nominees/new", methods=["GET", "POST"])
@guarded(Right.PROPOSE_NOMINEES)
def propose(code: str) -> Reply:
    """Propose an official as a nominee, or take down an application in person."""
    found, form = contest_by_code(database(), code), ProposeForm()
    can_manage = oblasts_of(current_user, Right.MANAGE_NOMINEES) != frozenset()
    if not can_manage:
        del form.in_person
    form.official.choices = [
        SelectChoice(one.official_id, f"{one.name}, {name_for_reader(one.unit)}")
        for one in candidates(
            database(), found, on=clock.day_of(clock.present()),
            oblasts=oblasts_of(current_user, Right.PROPOSE_NOMINEES),
        )
    ]  # fmt: skip
    made = _proposed(found, form) if form.validate_on_submit() else None
    if made is None:
        return render_template("contest/staff/new_nominee.html", contest=found, form=form)
    flash(_("%(name)s is proposed. Nobody takes part without their own consent.", name=made.name_kk), "good")
    if may(current_user, Right.MANAGE_NOMINEES, oblast=made.oblast_kato):
        return redirect(url_for("nominees_staff.nominee", code=code, nominee_id=made.id))
    return redirect(url_for("nominees_proposer.index"))


def _proposed(contest: Contest, form: ProposeForm) -> Nominee | None:
    post = database().get_one(Post, database().get_one(Official, form.official.data).post_id)
    oblast = get_unit(database(), post.unit_kato).oblast_kato
    require(Right.PROPOSE_NOMINEES, oblast=oblast)
    # Only who keeps the applications takes one down in somebody's name.
    may_take_down = may(current_user, Right.MANAGE_NOMINEES, oblast=oblast)
    in_person = may_take_down and "in_person" in form and form.in_person.data
    try:
        return propose_nominee(
            database(), contest=contest, official_id=form.official.data, name_kk=form.name_kk.data,
            name_ru=form.name_ru.data, employer=form.employer.data,
            project_title_kk=form.project_title_kk.data, project_title_ru=form.project_title_ru.data,
            proposer_account_id=None if in_person else current_user.id, actor=current_user.reference,
            now=clock.present(),
        )  # fmt: skip
    except AuylError as fault:
        form.official.errors = [*form.official.errors, str(fault)]
        return None
