"""The pages of a commission's member: whom to mark, one's own marks, works marked blind, conflicts.

Nothing here shows a score, or what anybody else gave. A blind work's page has neither name nor place, and
its address is a random number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.commissions.queries import declared_conflict
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_of
from contest.jury.forms import ActForm, ConflictForm, SentMarks, read_marks
from contest.jury.giving import save_marks
from contest.jury.own import (
    BlindWork,
    OwnMarking,
    blind_works,
    essay_by_number,
    own_abstentions,
    own_list,
    own_marks,
)
from contest.jury.queries import (
    Judging,
    area_kato,
    is_marking_closed,
    is_marking_open,
    judged_nominees,
    judging,
    marking_of,
    open_areas,
)
from contest.jury.services import declare_conflict
from contest.nominees.essays.models import Essay
from contest.nominees.models import Nominee
from contest.nominees.queries import get_nominee
from contest.rulebook import Component, Stage, StageRules
from core import clock
from core.access import Right, guarded, oblasts_of
from core.errors import BadInput, Forbidden, NotFound
from core.places.models import Unit
from core.places.queries import get_unit
from core.web.edge import database

marking_member = Blueprint("marking_member", __name__, url_prefix="/staff/contests/<string:code>/marking")
Reply = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Duty:
    """What the reader marks at one stage: nominees by name, and works blind by component."""

    stage: Stage
    unit: Unit | None
    named: Sequence[OwnMarking]
    blind: Sequence[tuple[Component, list[BlindWork]]]


@marking_member.get("")
@guarded(Right.MARK)
def index(code: str) -> Reply:
    """Whom the reader may mark now, and how far one is."""
    contest = contest_by_code(database(), code)
    own = oblasts_of(current_user, Right.MARK)
    duties = [
        _duty(contest, stage, oblast)
        for stage, oblast in open_areas(database(), contest)
        if own is None or oblast in own
    ]
    lists = [duty for duty in duties if duty.named or any(works for _part, works in duty.blind)]
    return render_template("contest/staff/marking.html", contest=contest, lists=lists)


@marking_member.get("/<string:stage>/<int:nominee_id>")
@guarded(Right.MARK)
def marks(code: str, stage: str, nominee_id: int) -> Reply:
    """One nominee's criteria with one's own marks."""
    contest, chosen, nominee = _judged(code, stage, nominee_id)
    return _page(contest, chosen, nominee, _kept(nominee, chosen))


@marking_member.post("/<string:stage>/<int:nominee_id>")
@guarded(Right.MARK)
def mark(code: str, stage: str, nominee_id: int) -> Reply:
    """Keep one's marks as a draft, or confirm them."""
    contest, chosen, nominee = _judged(code, stage, nominee_id)
    parts = named_parts(rulebook_of(database(), contest).stage(chosen))
    sent = read_marks(request.form, parts)
    if not ActForm().validate_on_submit() or sent.faults:
        return _page(contest, chosen, nominee, sent), 422
    return _saved(contest, chosen, nominee, sent, parts)


@marking_member.get("/<string:stage>/works/<string:component>/<int:number>")
@guarded(Right.MARK)
def work(code: str, stage: str, component: str, number: int) -> Reply:
    """One work that is marked blind, with one's own marks."""
    contest, chosen, nominee, part, essay = _work(code, stage, component, number)
    return _blind_page(contest, chosen, nominee, part, essay, _kept(nominee, chosen))


@marking_member.post("/<string:stage>/works/<string:component>/<int:number>")
@guarded(Right.MARK)
def mark_work(code: str, stage: str, component: str, number: int) -> Reply:
    """Keep one's marks of a blind work as a draft, or confirm them."""
    contest, chosen, nominee, part, essay = _work(code, stage, component, number)
    sent = read_marks(request.form, [part])
    if not ActForm().validate_on_submit() or sent.faults:
        return _blind_page(contest, chosen, nominee, part, essay, sent), 422
    return _saved(contest, chosen, nominee, sent, [part])


@marking_member.post("/<string:stage>/<int:nominee_id>/conflict")
@guarded(Right.MARK)
def conflict(code: str, stage: str, nominee_id: int) -> Reply:
    """Declare a conflict: one does not mark this nominee, nor vote on what concerns the nominee."""
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
    is_late = is_marking_closed(database(), contest, chosen, area_kato(nominee, chosen))
    flash(
        _("The conflict is declared. You do not vote on this nominee; your marks stay as they are.")
        if is_late else _("The conflict is declared. You do not mark this nominee."),
        "good",
    )  # fmt: skip
    return redirect(url_for("marking_member.index", code=code))


def named_parts(rules: StageRules) -> list[Component]:
    """The components that are marked with the nominee's name on the page."""
    return [part for part in rules.marked if not part.is_anonymous]


def _duty(contest: Contest, stage: Stage, oblast_kato: str | None) -> Duty:
    session = database()
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    rules = rulebook_of(session, contest).stage(stage)
    about = judging(session, contest, rules, stage, oblast_kato, nominees)
    whose = {"stage": stage, "judging": about, "judge_account_id": current_user.id}
    blind = [(part, blind_works(session, part=part, **whose)) for part in rules.marked if part.is_anonymous]
    return Duty(
        stage, oblast_kato and get_unit(session, oblast_kato),
        own_list(session, nominees=nominees, rules=rules, **whose), blind,
    )  # fmt: skip


def _judged(code: str, stage: str, nominee_id: int) -> tuple[Contest, Stage, Nominee]:
    """The nominee, for somebody who judges at this stage, or who may not because of a conflict."""
    contest = contest_by_code(database(), code)
    nominee = get_nominee(database(), contest, nominee_id)
    chosen = _stage(stage)
    about = _about(contest, chosen, nominee)
    if current_user.id not in about.judges | about.conflicts.keys():
        raise Forbidden(_("Only members of this stage's commission mark here."))
    if not _is_judged(contest, chosen, nominee):
        raise NotFound(_("This nominee is not judged at this stage."))
    return contest, chosen, nominee


def _work(
    code: str, stage: str, component: str, number: int
) -> tuple[Contest, Stage, Nominee, Component, Essay]:
    """A blind work, for somebody who marks it, once its marking is opened; else it is not there."""
    contest, chosen = contest_by_code(database(), code), _stage(stage)
    essay = essay_by_number(database(), contest, number)
    nominee = get_nominee(database(), contest, essay.nominee_id)
    part = rulebook_of(database(), contest).stage(chosen).component(component)
    is_mine = (
        _is_judged(contest, chosen, nominee)
        and marking_of(database(), contest, chosen, area_kato(nominee, chosen)) is not None
        and current_user.id in _about(contest, chosen, nominee).judges
    )
    if part is None or not part.is_anonymous or not is_mine:
        raise NotFound(_("There is no such work, or it is not yours to mark."))
    return contest, chosen, nominee, part, essay


def _is_judged(contest: Contest, stage: Stage, nominee: Nominee) -> bool:
    judged = judged_nominees(database(), contest, stage, area_kato(nominee, stage))
    return nominee.id in {one.id for one in judged}


def _stage(stage: str) -> Stage:
    if stage not in set(Stage):
        raise NotFound(_("There is no such stage."))
    return Stage(stage)


def _about(contest: Contest, stage: Stage, nominee: Nominee) -> Judging:
    rules = rulebook_of(database(), contest).stage(stage)
    return judging(database(), contest, rules, stage, area_kato(nominee, stage), [nominee])[nominee.id]


def _kept(nominee: Nominee, stage: Stage) -> SentMarks:
    whose = {"nominee": nominee, "stage": stage, "judge_account_id": current_user.id}
    return SentMarks(
        {(row.component, row.criterion): row.value for row in own_marks(database(), **whose)},
        frozenset((row.component, row.criterion) for row in own_abstentions(database(), **whose)),
    )


def _saved(
    contest: Contest, stage: Stage, nominee: Nominee, sent: SentMarks, parts: Sequence[Component]
) -> Reply:
    confirm = request.form.get("act") == "confirm"
    save_marks(
        database(), contest=contest, stage=stage, nominee=nominee, values=sent.values, parts=parts,
        abstained=sent.abstained, judge_account_id=current_user.id, confirm=confirm,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("Your marks are confirmed.") if confirm else _("The draft is kept; only you see it."), "good")
    return redirect(url_for("marking_member.index", code=contest.code))


def _is_confirmed(nominee: Nominee, stage: Stage, parts: Sequence[Component]) -> bool:
    whose = {"nominee": nominee, "stage": stage, "judge_account_id": current_user.id}
    rows = (*own_marks(database(), **whose), *own_abstentions(database(), **whose))
    codes = {part.code for part in parts}
    return any(row.confirmed_at is not None for row in rows if row.component in codes)


def _page(contest: Contest, stage: Stage, nominee: Nominee, sent: SentMarks) -> str:
    book, area = rulebook_of(database(), contest), area_kato(nominee, stage)
    parts, form = named_parts(book.stage(stage)), ConflictForm(formdata=None)
    form.offer(book.stage(stage))
    ground = _about(contest, stage, nominee).conflicts.get(current_user.id)
    declared = declared_conflict(database(), nominee=nominee, stage=stage, account_id=current_user.id)
    return render_template(
        "contest/staff/marks.html", contest=contest, stage=stage, nominee=nominee, parts=parts, form=form,
        sent=sent if ground is None else SentMarks({}, frozenset()), act=ActForm(formdata=None),
        unit=get_unit(database(), nominee.kato), is_confirmed=_is_confirmed(nominee, stage, parts),
        ground=ground and book.conflict_ground(stage, ground),
        is_declared=declared is not None, is_closed=is_marking_closed(database(), contest, stage, area),
        is_open=is_marking_open(database(), contest, stage, area),
    )  # fmt: skip


def _blind_page(
    contest: Contest, stage: Stage, nominee: Nominee, part: Component, essay: Essay, sent: SentMarks
) -> str:
    return render_template(
        "contest/jury/work.html", contest=contest, stage=stage, part=part, essay=essay, sent=sent,
        act=ActForm(formdata=None), is_confirmed=_is_confirmed(nominee, stage, [part]), ground=None,
        is_open=is_marking_open(database(), contest, stage, area_kato(nominee, stage)), parts=[part],
    )  # fmt: skip
