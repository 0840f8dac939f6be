"""A nominee's own objections: the standings that concern one, their terms, objecting, appealing, giving up.

Everything is filed under the own login; what came on paper the secretary registers.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.forms import ConfirmForm, require_valid
from contest.contests.models import Contest
from contest.meetings.queries import outcome
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.views_nominee import own_nomination
from contest.objections import services
from contest.objections.forms import ClaimForm, ObjectionForm
from contest.objections.models import ObjectionKind
from contest.objections.pages import claim_choices, claimed, receipt_of
from contest.objections.queries import Handled, Verdict, handled_objections, own_standings
from contest.objections.words import KINDS, VERDICTS
from contest.standings.models import Standing
from contest.standings.queries import get_standing
from core import clock
from core.access import Right, guarded, require_fresh_factor
from core.errors import NotFound
from core.web.edge import database

objections_own = Blueprint(
    "objections_own", __name__, url_prefix="/staff/my-nomination/<string:code>/objections"
)
Reply = str | Response


@objections_own.get("")
@guarded(Right.SEE_OWN_NOMINATION)
def index(code: str) -> Reply:
    """The frozen standings that concern one, until when one can object, and one's objections."""
    nominee, contest = own_nomination(code)
    session, now = database(), clock.present()
    return render_template(
        "contest/objections/own.html", contest=contest, nominee=nominee, verdicts=VERDICTS, kinds=KINDS,
        lines=own_standings(session, contest, nominee, now),
        handled=handled_objections(session, contest, nominee_ids=[nominee.id]),
        names={nominee.id: nominee.name_kk}, sure=ConfirmForm(), today=clock.day_of(now),
    )  # fmt: skip


@objections_own.route("/standings/<int:standing_id>/new", methods=["GET", "POST"])
@guarded(Right.SEE_OWN_NOMINATION)
def new(code: str, standing_id: int) -> Reply:
    """Object to a standing."""
    nominee, contest, standing = _concerning(code, standing_id)
    session, form = database(), ObjectionForm()
    is_excluded = nominee.state is NomineeState.EXCLUDED
    form.offer(is_excluded=is_excluded, **claim_choices(session, contest, standing))
    if form.validate_on_submit():
        now = clock.present()
        require_fresh_factor(now=now)
        made = services.file_objection(
            session, contest=contest, standing=standing, nominee=nominee, claim=form.claim.data,
            kind=ObjectionKind(form.kind.data), conflict=form.conflict(),
            by=services.Filing(current_user.id), now=now,
        )  # fmt: skip
        flash(_("Received. Keep the receipt: it says the number and the time."), "good")
        return redirect(url_for("objections_own.one", code=code, number=made.number))
    line = next(
        one for one in own_standings(session, contest, nominee, clock.present()) if one.standing is standing
    )
    return render_template("contest/objections/new.html", contest=contest, line=line, form=form)


@objections_own.post("/standings/<int:standing_id>/waiver")
@guarded(Right.SEE_OWN_NOMINATION)
def waive(code: str, standing_id: int) -> Reply:
    """Give up the right to object."""
    nominee, contest, standing = _concerning(code, standing_id)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    services.waive(
        database(), contest=contest, standing=standing, nominee=nominee, by=services.Filing(current_user.id),
        now=now,
    )  # fmt: skip
    flash(_("Recorded for good."), "good")
    return redirect(url_for("objections_own.index", code=code))


@objections_own.get("/<int:number>")
@guarded(Right.SEE_OWN_NOMINATION)
def one(code: str, number: int) -> Reply:
    """One of one's objections, with what became of it."""
    nominee, contest, handled = _own(code, number)
    session = database()
    is_decided = handled.verdict in (Verdict.GRANTED, Verdict.REFUSED)
    return render_template(
        "contest/objections/own_one.html", contest=contest, handled=handled, nominee=nominee, kinds=KINDS,
        verdicts=VERDICTS, appeal=ClaimForm(prefix="appeal"), sure=ConfirmForm(prefix="withdraw"),
        outcome=outcome(session, handled.item) if is_decided else None,
        today=clock.day_of(clock.present()),
        **claimed(session, contest, handled.objection),
    )  # fmt: skip


@objections_own.get("/<int:number>.pdf")
@guarded(Right.SEE_OWN_NOMINATION)
def receipt(code: str, number: int) -> Response:
    """The receipt as a file."""
    _nominee, contest, handled = _own(code, number)
    return receipt_of(contest, handled.objection)


@objections_own.post("/<int:number>/appeal")
@guarded(Right.SEE_OWN_NOMINATION)
def appeal(code: str, number: int) -> Reply:
    """Appeal against a refusal."""
    _nominee, contest, handled = _own(code, number)
    now, form = clock.present(), ClaimForm(prefix="appeal")
    require_fresh_factor(now=now)
    require_valid(form)
    made = services.file_appeal(
        database(), contest=contest, handled=handled, claim=form.claim.data,
        by=services.Filing(current_user.id), now=now,
    )  # fmt: skip
    flash(_("Received. Keep the receipt: it says the number and the time."), "good")
    return redirect(url_for("objections_own.one", code=code, number=made.number))


@objections_own.post("/<int:number>/withdrawal")
@guarded(Right.SEE_OWN_NOMINATION)
def withdraw(code: str, number: int) -> Reply:
    """Take an objection back."""
    _nominee, contest, handled = _own(code, number)
    require_valid(ConfirmForm(prefix="withdraw"))
    services.withdraw_objection(
        database(), contest=contest, handled=handled, by=services.Filing(current_user.id),
        now=clock.present(),
    )  # fmt: skip
    flash(_("Taken back."), "good")
    return redirect(url_for("objections_own.index", code=code))


def _concerning(code: str, standing_id: int) -> tuple[Nominee, Contest, Standing]:
    nominee, contest = own_nomination(code)
    standing = get_standing(database(), contest, standing_id).standing
    own = own_standings(database(), contest, nominee, clock.present())
    if standing.id not in {line.standing.id for line in own}:
        raise NotFound(_("There is no such standing about you."))
    return nominee, contest, standing


def _own(code: str, number: int) -> tuple[Nominee, Contest, Handled]:
    nominee, contest = own_nomination(code)
    for handled in handled_objections(database(), contest, nominee_ids=[nominee.id]):
        if handled.objection.number == number:
            return nominee, contest, handled
    raise NotFound(_("There is no such objection of yours."))
