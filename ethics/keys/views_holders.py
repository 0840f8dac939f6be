"""The pages of the holders of shares, of their own oblast alone: the key, its rehearsal, the opening.

The shares are shown once, in the answer that makes them. Rehearsing and opening ask for a fresh second
factor before the form is filled in, so that nobody types a share twice.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded
from core.accounts.queries import Staff
from core.accounts.signing_in import Outcome
from core.accounts.views_public import GUESSES
from core.errors import BadInput, Forbidden
from core.web.edge import database, settings
from core.web.limits import limiter
from ethics import services
from ethics.drafting import require_draft
from ethics.keys.forms import OpeningForm, RehearsalForm
from ethics.keys.printing import draw_shares, file_name, print_shares
from ethics.keys.queries import rehearsed
from ethics.keys.services import try_second_holder
from ethics.opening import check_may_open
from ethics.own import own_questionnaire
from ethics.queries import questionnaire_line

ethics_holders = Blueprint("ethics_holders", __name__, url_prefix="/staff/ethics")
Reply = str | Response | tuple[str, int]


@ethics_holders.post("/<int:number>/key")
@guarded(Right.MANAGE_ETHICS)
def key(number: int) -> Reply:
    """Make the key and hand over its shares, once."""
    found, _round = own_questionnaire(number, Right.MANAGE_ETHICS, is_fresh=True)
    shares = services.make_key(
        database(), questionnaire=found, actor=current_user.reference, now=clock.present()
    )
    line, is_demo = questionnaire_line(database(), number), settings().is_demo
    return render_template(
        "ethics/keys/shares.html", line=line, shares=print_shares(shares),
        pdf=draw_shares(shares, line=line, is_demo=is_demo), file_name=file_name(line, is_demo=is_demo),
    )  # fmt: skip


@ethics_holders.route("/<int:number>/rehearsal", methods=["GET", "POST"])
@guarded(Right.HOLD_SHARE)
def rehearsal(number: int) -> Reply:
    """Prove that two shares work, until all three have."""
    found, round_ = own_questionnaire(number, Right.HOLD_SHARE, is_fresh=True)
    require_draft(round_)
    form = RehearsalForm()
    if not form.validate_on_submit():
        return _rehearsal_page(number, form), 422 if form.errors else 200
    try:
        first, second = services.rehearse_shares(
            database(), questionnaire=found, shares=(form.first.data, form.second.data),
            actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    except BadInput as fault:
        form.form_errors.append(str(fault))
        return _rehearsal_page(number, form), 422
    said = _("The trial envelope opened: shares %(first)s and %(second)s work.", first=first, second=second)
    flash(said, "good")
    return redirect(url_for("ethics_holders.rehearsal", number=number))


@ethics_holders.route("/<int:number>/open", methods=["GET", "POST"])
@guarded(Right.HOLD_SHARE)
@limiter.limit(GUESSES, methods=["POST"])
def open_(number: int) -> Reply:
    """Open the envelopes: whoever is signed in, and a second holder beside them."""
    found, round_ = own_questionnaire(number, Right.HOLD_SHARE, is_fresh=True)
    check_may_open(round_, found)
    form = OpeningForm()
    if not form.validate_on_submit():
        return _opening_page(number, form), 422 if form.errors else 200
    second = _second_holder(form)
    if second is None:
        # Answered with 200, as at signing in: the failed try is counted, which needs the commit.
        return _opening_page(number, form)
    try:
        opening = services.open_questionnaire(
            database(), questionnaire=found, shares=(form.first.data, form.second.data),
            holders=(current_user._get_current_object(), second), now=clock.present(),
        )  # fmt: skip
    except (BadInput, Forbidden) as fault:
        form.form_errors.append(str(fault))
        return _opening_page(number, form), 422
    if opening.is_whole:
        flash(_("Every envelope was opened, counted and destroyed: as many as came in."), "good")
    return redirect(url_for("ethics_commissioner.questionnaire", number=number))


def _second_holder(form: OpeningForm) -> Staff | None:
    """The second holder, or None with the form saying why."""
    outcome, holder = try_second_holder(
        database(), login=form.login.data, code=form.code.data, secret_key=settings().secret_key,
        now=clock.present(),
    )  # fmt: skip
    if outcome is Outcome.WAIT:
        form.code.errors = [_("Too many tries. Wait a few minutes, then try once more.")]
    elif outcome is Outcome.REFUSED:
        form.code.errors = [_("Login or code is wrong, too old or was used already. Wait for the next code.")]
    return holder


def _rehearsal_page(number: int, form: RehearsalForm) -> str:
    return render_template(
        "ethics/keys/rehearsal.html", line=questionnaire_line(database(), number), form=form,
        shares=rehearsed(database(), number),
    )  # fmt: skip


def _opening_page(number: int, form: OpeningForm) -> str:
    return render_template("ethics/keys/opening.html", line=questionnaire_line(database(), number), form=form)
