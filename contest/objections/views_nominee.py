"""A nominee's own objections: standings and exclusion, their terms, objecting, appealing, giving up.

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
from contest.nominees.documents.receiving import give
from contest.nominees.models import Nominee, NomineeExclusion
from contest.nominees.views_nominee import own_nomination
from contest.objections import services
from contest.objections.finality import OwnRight, own_rights
from contest.objections.forms import ClaimForm, ObjectionForm
from contest.objections.models import ObjectionKind
from contest.objections.pages import claim_choices, claimed, receipt_of
from contest.objections.queries import Handled, Verdict, handled_objections, paper_of
from contest.objections.waivers import waive, waive_exclusion
from contest.objections.words import KINDS, VERDICTS
from contest.standings.models import Standing
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
    """The standings and the exclusion that concern one, until when one can object, and one's objections."""
    nominee, contest = own_nomination(code)
    session, now = database(), clock.present()
    return render_template(
        "contest/objections/own.html", contest=contest, nominee=nominee, verdicts=VERDICTS, kinds=KINDS,
        lines=own_rights(session, contest, nominee, now),
        handled=handled_objections(session, contest, nominee_ids=[nominee.id]),
        names={nominee.id: nominee.name_kk}, sure=ConfirmForm(), today=clock.day_of(now),
    )  # fmt: skip


@objections_own.route("/standings/<int:standing_id>/new", methods=["GET", "POST"])
@guarded(Right.SEE_OWN_NOMINATION)
def new(code: str, standing_id: int) -> Reply:
    """Object to a standing."""
    nominee, contest, line = _concerning(code, Standing, standing_id)
    session, standing, form = database(), line.to, ObjectionForm()
    form.offer(**claim_choices(session, contest, standing))
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
    return render_template("contest/objections/new.html", contest=contest, line=line, form=form)


@objections_own.route("/exclusions/<int:exclusion_id>/new", methods=["GET", "POST"])
@guarded(Right.SEE_OWN_NOMINATION)
def new_to_exclusion(code: str, exclusion_id: int) -> Reply:
    """Object to one's exclusion."""
    _nominee, contest, line = _concerning(code, NomineeExclusion, exclusion_id)
    form = ClaimForm()
    if form.validate_on_submit():
        now = clock.present()
        require_fresh_factor(now=now)
        made = services.object_to_exclusion(
            database(), contest=contest, exclusion=line.to, claim=form.claim.data,
            by=services.Filing(current_user.id), now=now,
        )  # fmt: skip
        flash(_("Received. Keep the receipt: it says the number and the time."), "good")
        return redirect(url_for("objections_own.one", code=code, number=made.number))
    return render_template("contest/objections/new.html", contest=contest, line=line, form=form)


@objections_own.post("/standings/<int:standing_id>/waiver")
@guarded(Right.SEE_OWN_NOMINATION)
def waive_standing(code: str, standing_id: int) -> Reply:
    """Give up the right to object to a standing."""
    nominee, contest, line = _concerning(code, Standing, standing_id)
    waive(database(), contest=contest, standing=line.to, nominee=nominee, **_for_good())
    return _waived(code)


@objections_own.post("/exclusions/<int:exclusion_id>/waiver")
@guarded(Right.SEE_OWN_NOMINATION)
def waive_own_exclusion(code: str, exclusion_id: int) -> Reply:
    """Give up the right to object to one's exclusion."""
    _nominee, contest, line = _concerning(code, NomineeExclusion, exclusion_id)
    waive_exclusion(database(), contest=contest, exclusion=line.to, **_for_good())
    return _waived(code)


def _for_good() -> dict[str, object]:
    """Who gives a right up, and when; with a fresh second factor and the tick."""
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    return {"by": services.Filing(current_user.id), "now": now}


def _waived(code: str) -> Reply:
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
        paper=url_for("objections_own.paper", code=code, number=number),
        **claimed(session, contest, handled.objection),
    )  # fmt: skip


@objections_own.get("/<int:number>.pdf")
@guarded(Right.SEE_OWN_NOMINATION)
def receipt(code: str, number: int) -> Response:
    """The receipt as a file."""
    _nominee, contest, handled = _own(code, number)
    return receipt_of(contest, handled.objection)


@objections_own.get("/<int:number>/paper")
@guarded(Right.SEE_OWN_NOMINATION)
def paper(code: str, number: int) -> Response:
    """The scan of one's own paper, as the secretary registered it."""
    _nominee, _contest, handled = _own(code, number)
    return give(paper_of(database(), handled.objection))


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
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm(prefix="withdraw"))
    services.withdraw_objection(
        database(), contest=contest, handled=handled, by=services.Filing(current_user.id), now=now
    )
    flash(_("Taken back."), "good")
    return redirect(url_for("objections_own.index", code=code))


def _concerning(
    code: str, kind: type[Standing | NomineeExclusion], number: int
) -> tuple[Nominee, Contest, OwnRight]:
    nominee, contest = own_nomination(code)
    for line in own_rights(database(), contest, nominee, clock.present()):
        if isinstance(line.to, kind) and line.to.id == number:
            return nominee, contest, line
    raise NotFound(_("There is no such standing about you."))


def _own(code: str, number: int) -> tuple[Nominee, Contest, Handled]:
    nominee, contest = own_nomination(code)
    for handled in handled_objections(database(), contest, nominee_ids=[nominee.id]):
        if handled.objection.number == number:
            return nominee, contest, handled
    raise NotFound(_("There is no such objection of yours."))
