"""The secretary's page of a nominee's essay: members never open it, so that they do not learn whose it is."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_of
from contest.nominees.essays.queries import may_mark
from contest.nominees.essays.receiving import receive_essay, writing_form
from contest.nominees.models import Nominee
from contest.nominees.queries import essay_of, essay_stage, get_nominee
from core.access import Right, guarded, require
from core.errors import Forbidden, NotFound
from core.web.edge import database

essays_staff = Blueprint(
    "essays_staff", __name__, url_prefix="/staff/contests/<string:code>/nominees/<int:nominee_id>/essay"
)


@essays_staff.get("")
@guarded(Right.MANAGE_NOMINEES)
def essay(code: str, nominee_id: int) -> str:
    """The essay with its number, and the form to enter it for the nominee."""
    contest, found = _found(code, nominee_id)
    kept = essay_of(database(), found)
    return render_template(
        "contest/staff/nominee_essay.html", contest=contest, nominee=found, essay=kept,
        writing=writing_form(contest, found, kept),
    )  # fmt: skip


@essays_staff.post("")
@guarded(Right.MANAGE_NOMINEES)
def write(code: str, nominee_id: int) -> Response:
    """Enter the essay for the nominee."""
    _contest, found = _found(code, nominee_id)
    receive_essay(found)
    return redirect(url_for("essays_staff.essay", code=code, nominee_id=nominee_id))


def _found(code: str, nominee_id: int) -> tuple[Contest, Nominee]:
    contest = contest_by_code(database(), code)
    found = get_nominee(database(), contest, nominee_id)
    require(Right.MANAGE_NOMINEES, oblast=found.oblast_kato)
    stage = essay_stage(rulebook_of(database(), contest))
    if stage is None:
        raise NotFound(_("The rules of this contest ask for no essay."))
    if may_mark(database(), contest, found, stage, current_user.id):
        raise Forbidden(
            _("You may come to mark this essay without its author's name: another secretary enters it.")
        )
    return contest, found
