"""The pages of the commissioner and the holders of shares, of their own oblast alone.

Counts alone stand here. Keys and the opening have pages of their own in `ethics.keys`, slips in
`ethics.slips`, scores and conclusions in `ethics.conclusions`.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, may, may_anywhere, require
from core.clock import day_of
from core.errors import BadInput, Conflict, NotFound
from core.places.queries import get_unit, official_of
from core.web.edge import database
from core.words import Words
from ethics import services
from ethics.forms import OUTCOME_NAMES, PHASE_NAMES, ActForm, QuestionnaireForm
from ethics.keys.holding import share_oblasts
from ethics.keys.queries import opening_proof, rehearsed
from ethics.models import Questionnaire, Round, RoundState
from ethics.own import own_questionnaire
from ethics.queries import (
    all_rounds,
    questionnaire_line,
    questionnaire_lines,
    round_by_code,
)
from ethics.slips.forms import typed_positions
from ethics.slips.queries import act_of, issue_of, positions_of, rates_of

ethics_commissioner = Blueprint("ethics_commissioner", __name__, url_prefix="/staff/ethics")
Reply = str | Response | tuple[str, int]


@ethics_commissioner.get("")
@guarded(Right.HOLD_SHARE)
def questionnaires() -> Reply:
    """The questionnaires of the reader's oblasts, and the drafts that take new ones."""
    mine = share_oblasts(current_user.scopes)
    drafts = [found for found in all_rounds(database()) if found.state is RoundState.DRAFT]
    return render_template(
        "ethics/commissioner/questionnaires.html", lines=questionnaire_lines(database(), oblasts=mine),
        drafts=drafts if may_anywhere(current_user, Right.MANAGE_ETHICS) else [],
        phase_names=PHASE_NAMES, outcome_names=OUTCOME_NAMES,
    )  # fmt: skip


@ethics_commissioner.route("/new/<string:code>", methods=["GET", "POST"])
@guarded(Right.MANAGE_ETHICS)
def add(code: str) -> Reply:
    """Add the questionnaire about the akim of a unit."""
    found, form = round_by_code(database(), code), QuestionnaireForm()
    if not form.validate_on_submit():
        return _add_page(found, form)
    try:
        made = _added(found, form)
    except (BadInput, Conflict, NotFound) as fault:
        form.form_errors.append(str(fault))
        return _add_page(found, form), 422
    return redirect(url_for("ethics_commissioner.questionnaire", number=made.id))


@ethics_commissioner.get("/<int:number>")
@guarded(Right.HOLD_SHARE)
def questionnaire(number: int) -> Reply:
    """One questionnaire: where it stands and what can be done now."""
    found, _round = own_questionnaire(number, Right.HOLD_SHARE)
    return _page(found)


@ethics_commissioner.post("/<int:number>/remove")
@guarded(Right.MANAGE_ETHICS)
def remove(number: int) -> Reply:
    """Take a questionnaire out of a draft, for instance after a misprint."""
    found, _round = own_questionnaire(number, Right.MANAGE_ETHICS, is_fresh=True)
    services.remove_questionnaire(
        database(), questionnaire=found, actor=current_user.reference, now=clock.present()
    )
    flash(_("The questionnaire is removed; its key and slips are worth nothing now."), "good")
    return redirect(url_for("ethics_commissioner.questionnaires"))


def _add_page(found: Round, form: QuestionnaireForm) -> str:
    return render_template(
        "ethics/commissioner/add.html", form=form, round=found,
        asked=Words(found.asked_kk, found.asked_ru, found.asked_en),
    )  # fmt: skip


def _added(found: Round, form: QuestionnaireForm) -> Questionnaire:
    now = clock.present()
    unit = get_unit(database(), form.kato.data.strip())
    require(Right.MANAGE_ETHICS, oblast=unit.oblast_kato)
    official = official_of(database(), unit.kato, on=day_of(now))
    if official is None:
        raise BadInput(_l("Nobody is known to hold the post of %(kato)s today.", kato=unit.kato))
    return services.add_questionnaire(
        database(), round=found, official_id=official.id, kato=unit.kato,
        positions=typed_positions(form.positions.data), actor=current_user.reference, now=now,
    )  # fmt: skip


def _page(found: Questionnaire) -> str:
    line = questionnaire_line(database(), found.id)
    may_conclude = may(current_user, Right.CONCLUDE_ETHICS, oblast=found.oblast_kato)
    return render_template(
        "ethics/commissioner/questionnaire.html", line=line,
        shares=rehearsed(database(), found.id), proof=opening_proof(database(), found.id),
        positions=positions_of(database(), found), issue=issue_of(database(), found),
        slip_act=act_of(database(), found), rate=rates_of(database(), line.round).get(found.id),
        act=ActForm(), may_manage=may(current_user, Right.MANAGE_ETHICS, oblast=found.oblast_kato),
        may_conclude=may_conclude, phase_names=PHASE_NAMES, outcome_names=OUTCOME_NAMES,
    )  # fmt: skip
