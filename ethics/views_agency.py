"""The agency's pages: draft a round, see what is missing, open it, close it, publish its scores.

No page here shows a score: the contest decides when one is shown.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, require, require_fresh_factor
from core.errors import BadInput, Conflict
from core.web.edge import database, keys, takers
from ethics import services
from ethics.forms import (
    OUTCOME_NAMES,
    PHASE_NAMES,
    STATE_NAMES,
    ActForm,
    CloseForm,
    PublishForm,
    RoundForm,
    first_fault,
)
from ethics.models import Round
from ethics.queries import all_rounds, checklist, items_of, questionnaire_lines, round_by_code, unsettled
from ethics.slips.queries import rates_of, without_act

ethics_agency = Blueprint("ethics_agency", __name__, url_prefix="/staff/ethics-rounds")
Reply = str | Response | tuple[str, int]


@ethics_agency.get("")
@guarded(Right.MANAGE_CONTEST)
def rounds() -> Reply:
    """All rounds, the latest first."""
    return render_template(
        "ethics/agency/rounds.html", rounds=all_rounds(database()), state_names=STATE_NAMES
    )


@ethics_agency.route("/new", methods=["GET", "POST"])
@guarded(Right.MANAGE_CONTEST)
def draft() -> Reply:
    """Draft a round."""
    require(Right.MANAGE_CONTEST)
    form = RoundForm()
    form.offer()
    if not form.validate_on_submit():
        return render_template("ethics/agency/draft.html", form=form)
    try:
        made = _drafted(form)
    except (BadInput, Conflict) as fault:
        form.code.errors = [fault.message]
        return render_template("ethics/agency/draft.html", form=form), 422
    flash(_("The draft is kept. Next: questionnaires, keys and slips."), "good")
    return redirect(url_for("ethics_agency.round_page", code=made.code))


@ethics_agency.get("/<string:code>")
@guarded(Right.MANAGE_CONTEST)
def round_page(code: str) -> Reply:
    """One round: what is missing, its questionnaires, and what can be done now."""
    found = round_by_code(database(), code)
    return render_template(
        "ethics/agency/round.html", round=found, items=items_of(found), state_names=STATE_NAMES,
        outcome_names=OUTCOME_NAMES, phase_names=PHASE_NAMES, needs=checklist(database(), found),
        lines=questionnaire_lines(database(), asked=found), unsettled=unsettled(database(), found),
        rates=rates_of(database(), found), lacking=without_act(database(), found), act=ActForm(),
        closing=CloseForm(), publish=PublishForm(),
    )  # fmt: skip


@ethics_agency.post("/<string:code>/open")
@guarded(Right.MANAGE_CONTEST)
def open_(code: str) -> Reply:
    """Open a round."""
    found = _for_act(code)
    services.open_round(database(), round=found, actor=current_user.reference, now=clock.present())
    return _back(code, _("The round is open: slips may be handed out."))


@ethics_agency.post("/<string:code>/close")
@guarded(Right.MANAGE_CONTEST)
def close(code: str) -> Reply:
    """Close a round: what still waits is mixed now."""
    found, form = _for_act(code), CloseForm()
    if not form.validate_on_submit():
        raise BadInput(first_fault(form))
    services.close_round(
        database(), round=found, keys=keys(), takers=takers(), reason=form.reason.data or "",
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    return _back(code, _("The round is closed. Next: open each questionnaire with two shares."))


@ethics_agency.post("/<string:code>/publish")
@guarded(Right.MANAGE_CONTEST)
def publish(code: str) -> Reply:
    """Publish although some questionnaires will never open."""
    found, form = _for_act(code), PublishForm()
    if not form.validate_on_submit():
        raise BadInput(first_fault(form))
    services.publish_scores(
        database(), round=found, reason=form.reason.data, actor=current_user.reference, now=clock.present()
    )
    return _back(code, _("The scores of the round are frozen."))


def _drafted(form: RoundForm) -> Round:
    return services.draft_round(
        database(), code=form.code.data, contest_code=form.contest_code.data, title=form.title(),
        items_code=form.items_code.data, picked=form.picked.data or (), asked=form.asked(),
        takes_remarks=form.takes_remarks.data, opens_on=form.opens_on.data, closes_on=form.closes_on.data,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip


def _for_act(code: str) -> Round:
    require(Right.MANAGE_CONTEST)
    require_fresh_factor(now=clock.present())
    return round_by_code(database(), code)


def _back(code: str, words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("ethics_agency.round_page", code=code))
