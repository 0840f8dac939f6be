"""The pages of a commission's member: whom to mark, one's own marks, declared conflicts.

Nothing here shows a score, or what anybody else gave.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.areas import NATION
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_of
from contest.jury.forms import ActForm, ConflictForm, SentMarks, read_marks
from contest.jury.queries import (
    Judging,
    area_kato,
    is_marking_open,
    judged_nominees,
    judging,
    own_list,
    own_marks,
)
from contest.jury.services import declare_conflict, save_marks
from contest.nominees.models import Nominee
from contest.nominees.queries import get_nominee
from contest.rulebook import Stage
from core import clock
from core.access import Right, guarded, oblasts_of
from core.errors import BadInput, Forbidden, NotFound
from core.places.queries import get_unit
from core.web.edge import database

marking_member = Blueprint("marking_member", __name__, url_prefix="/staff/contests/<string:code>/marking")
Reply = str | Response | tuple[str, int]


@marking_member.get("")
@guarded(Right.MARK)
def index(code: str) -> Reply:
    """The nominees whom the reader may mark now, and how far one is."""
    contest = contest_by_code(database(), code)
    own = oblasts_of(current_user, Right.MARK)
    areas = [(Stage.REGIONAL, oblast) for oblast in sorted(own or ())]
    if own is None:
        areas.append((Stage.NATIONAL, None))
    lists = [
        (stage, oblast and get_unit(database(), oblast), _own(contest, stage, oblast))
        for stage, oblast in areas
        if is_marking_open(database(), contest, stage, oblast)
    ]
    return render_template("contest/staff/marking.html", contest=contest, lists=lists)


@marking_member.get("/<string:stage>/<int:nominee_id>")
@guarded(Right.MARK)
def marks(code: str, stage: str, nominee_id: int) -> Reply:
    """One nominee's criteria with one's own marks."""
    contest, chosen, nominee = _judged(code, stage, nominee_id)
    kept = own_marks(database(), nominee=nominee, stage=chosen, judge_account_id=current_user.id)
    values = {(mark.component, mark.criterion): mark.value for mark in kept}
    return _page(contest, chosen, nominee, SentMarks(values, ()))


@marking_member.post("/<string:stage>/<int:nominee_id>")
@guarded(Right.MARK)
def mark(code: str, stage: str, nominee_id: int) -> Reply:
    """Keep one's marks as a draft, or confirm them."""
    contest, chosen, nominee = _judged(code, stage, nominee_id)
    sent = read_marks(request.form, rulebook_of(database(), contest).stage(chosen))
    if not ActForm().validate_on_submit() or sent.faults:
        return _page(contest, chosen, nominee, sent), 422
    confirm = request.form.get("act") == "confirm"
    save_marks(
        database(), contest=contest, stage=chosen, nominee=nominee, values=sent.values,
        judge_account_id=current_user.id, confirm=confirm, actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("Your marks are confirmed.") if confirm else _("The draft is kept; only you see it."), "good")
    return redirect(url_for("marking_member.index", code=code))


@marking_member.post("/<string:stage>/<int:nominee_id>/conflict")
@guarded(Right.MARK)
def conflict(code: str, stage: str, nominee_id: int) -> Reply:
    """Declare a conflict: one does not mark this nominee."""
    contest, chosen, nominee = _judged(code, stage, nominee_id)
    form = ConflictForm()
    form.offer(rulebook_of(database(), contest).stage(chosen))
    if not form.validate_on_submit():
        raise BadInput(_("Choose the ground of the conflict."))
    declare_conflict(
        database(), contest=contest, stage=chosen, nominee=nominee, ground=form.ground.data,
        details=form.details.data, judge_account_id=current_user.id, actor=current_user.reference,
        now=clock.present(),
    )  # fmt: skip
    flash(_("The conflict is declared. You do not mark this nominee."), "good")
    return redirect(url_for("marking_member.index", code=code))


def _own(contest: Contest, stage: Stage, oblast_kato: str | None) -> list:
    session = database()
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    rules = rulebook_of(session, contest).stage(stage)
    about = judging(session, contest, rules, stage, oblast_kato, nominees)
    return own_list(
        session, nominees=nominees, rules=rules, stage=stage, judging=about, judge_account_id=current_user.id
    )


def _judged(code: str, stage: str, nominee_id: int) -> tuple[Contest, Stage, Nominee]:
    """The nominee, for somebody who judges at this stage, or who may not because of a conflict."""
    contest = contest_by_code(database(), code)
    nominee = get_nominee(database(), contest, nominee_id)
    if stage not in set(Stage):
        raise NotFound(_("There is no such stage."))
    chosen = Stage(stage)
    about = _about(contest, chosen, nominee)
    if current_user.id not in about.judges | about.conflicts.keys():
        raise Forbidden(_("Only members of this stage's commission mark here."))
    oblast_kato = area_kato(nominee, chosen)
    if nominee.id not in {one.id for one in judged_nominees(database(), contest, chosen, oblast_kato)}:
        raise NotFound(_("This nominee is not judged at this stage."))
    return contest, chosen, nominee


def _about(contest: Contest, stage: Stage, nominee: Nominee) -> Judging:
    rules = rulebook_of(database(), contest).stage(stage)
    return judging(database(), contest, rules, stage, area_kato(nominee, stage), [nominee])[nominee.id]


def _page(contest: Contest, stage: Stage, nominee: Nominee, sent: SentMarks) -> str:
    rules = rulebook_of(database(), contest).stage(stage)
    form = ConflictForm(formdata=None)
    form.offer(rules)
    kept = own_marks(database(), nominee=nominee, stage=stage, judge_account_id=current_user.id)
    area = None if stage is Stage.NATIONAL else nominee.oblast_kato
    return render_template(
        "contest/staff/marks.html", contest=contest, stage=stage, nominee=nominee, rules=rules, sent=sent,
        unit=get_unit(database(), nominee.kato), act=ActForm(formdata=None), form=form,
        is_confirmed=any(mark.confirmed_at for mark in kept),
        ground=_about(contest, stage, nominee).conflicts.get(current_user.id),
        is_open=is_marking_open(database(), contest, stage, area), area=area or NATION,
    )  # fmt: skip
