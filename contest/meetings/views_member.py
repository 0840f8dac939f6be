"""A member's acts at a meeting: to vote under the own login, and to stay away from an item."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.forms import require_valid
from contest.contests.queries import rulebook_of
from contest.meetings.forms import RecuseForm, VoteForm
from contest.meetings.incidents import recuse_from_item
from contest.meetings.models import Choice
from contest.meetings.views_staff import found_item
from contest.meetings.voting import cast_vote
from core import clock
from core.access import Right, guarded
from core.web.edge import database

meetings_member = Blueprint("meetings_member", __name__, url_prefix="/staff/contests/<string:code>/meetings")


@meetings_member.post("/<int:meeting_id>/items/<int:item_id>/vote")
@guarded(Right.MARK)
def vote(code: str, meeting_id: int, item_id: int) -> Response:
    """Cast one's own vote."""
    _contest, found, item = found_item(code, meeting_id, item_id, Right.MARK)
    form = VoteForm()
    require_valid(form)
    cast_vote(
        database(), item=item, account_id=current_user.id, choice=Choice(form.choice.data),
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("Your vote is registered."), "good")
    return _back(code, found.id, item.position)


@meetings_member.post("/<int:meeting_id>/items/<int:item_id>/recuse")
@guarded(Right.MARK)
def recuse(code: str, meeting_id: int, item_id: int) -> Response:
    """Stay away from one item."""
    contest, found, item = found_item(code, meeting_id, item_id, Right.MARK)
    form = RecuseForm()
    form.offer(rulebook_of(database(), contest).stage(item.stage).conflicts)
    require_valid(form)
    recuse_from_item(
        database(), item=item, account_id=current_user.id, ground=form.ground.data,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("You stay away from this item; the protocol says so with the ground."), "good")
    return _back(code, found.id, item.position)


def _back(code: str, meeting_id: int, position: int) -> Response:
    page = url_for("meetings_staff.meeting", code=code, meeting_id=meeting_id, _anchor=f"item-{position}")
    return redirect(page)
