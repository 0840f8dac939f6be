"""The staff pages of objections: those of a stage, one of them, papers registered, the agenda, receipts.

The secretary registers what came on paper and puts objections on agendas; members vote at the meetings.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.forms import require_valid
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code
from contest.decisions.forms import ProposeForm
from contest.decisions.queries import coming_meetings
from contest.jury.sight import area_in_sight, require_sight
from contest.meetings.queries import get_meeting, outcome
from contest.nominees.models import Nominee
from contest.nominees.queries import get_nominee, list_nominees
from contest.objections import services
from contest.objections.forms import ClaimForm, PaperForm, PaperWaiverForm
from contest.objections.models import ObjectionKind
from contest.objections.pages import area_of_standing, claim_choices, claimed, receipt_of
from contest.objections.queries import (
    Handled,
    Verdict,
    concerned_by,
    handled_objection,
    is_final,
    objecting_until,
    objections_before,
    waivers_of,
)
from contest.objections.words import PUBLIC_KINDS, VERDICTS, why_not_final
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import latest_standing
from core import clock
from core.access import Right, guarded, may, require, require_fresh_factor
from core.errors import NotFound
from core.places.queries import get_unit
from core.web.edge import database

objections_staff = Blueprint(
    "objections_staff", __name__, url_prefix="/staff/contests/<string:code>/objections"
)
objections_staff.record(lambda state: state.app.jinja_env.filters.update(why_not_final=why_not_final))
Reply = str | Response


@objections_staff.get("/stages/<string:stage>/<string:area>")
@guarded(Right.SEE_STAGE)
def index(code: str, stage: str, area: str) -> Reply:
    """The objections that a commission decides, and whether its standing is final."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.SEE_STAGE)
    session, now = database(), clock.present()
    standing = latest_standing(session, contest, chosen, oblast)
    return render_template(
        "contest/objections/stage.html", contest=contest, stage=chosen, area=area, standing=standing,
        unit=oblast and get_unit(session, oblast), verdicts=VERDICTS, kinds=PUBLIC_KINDS,
        today=clock.day_of(now),
        finality=standing and is_final(session, standing, now),
        until=standing and objecting_until(session, contest, standing),
        handled=objections_before(session, contest, chosen, oblast), names=_names(contest),
        waiver=_waiver_form(contest, standing) if standing else None,
        can_register=standing is not None and may(current_user, Right.MANAGE_NOMINEES, oblast=oblast),
    )  # fmt: skip


@objections_staff.route("/stages/<string:stage>/<string:area>/new", methods=["GET", "POST"])
@guarded(Right.MANAGE_NOMINEES)
def register(code: str, stage: str, area: str) -> Reply:
    """Register an objection that came on paper."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.MANAGE_NOMINEES)
    session, standing = database(), _standing(contest, chosen, oblast)
    form = PaperForm()
    form.offer(is_excluded=None, **claim_choices(session, contest, standing))
    form.offer_nominees(_concerned(contest, standing))
    if form.validate_on_submit():
        made = services.file_objection(
            session, contest=contest, standing=standing, kind=ObjectionKind(form.kind.data),
            nominee=get_nominee(session, contest, form.nominee.data), claim=form.claim.data,
            conflict=form.conflict(), by=_paper(), now=clock.present(),
        )  # fmt: skip
        flash(_("Registered. The receipt is below: print it or send it to the nominee."), "good")
        return redirect(url_for("objections_staff.one", code=code, number=made.number))
    return render_template(
        "contest/objections/register.html", contest=contest, stage=chosen, area=area, form=form,
        unit=oblast and get_unit(session, oblast), until=objecting_until(session, contest, standing),
    )  # fmt: skip


@objections_staff.post("/stages/<string:stage>/<string:area>/waivers")
@guarded(Right.MANAGE_NOMINEES)
def waive(code: str, stage: str, area: str) -> Reply:
    """Record that a nominee gave the right up on paper."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.MANAGE_NOMINEES)
    session, standing, now = database(), _standing(contest, chosen, oblast), clock.present()
    require_fresh_factor(now=now)
    form = _waiver_form(contest, standing)
    require_valid(form)
    services.waive(
        session, contest=contest, standing=standing, by=_paper(), now=now,
        nominee=get_nominee(session, contest, form.nominee.data),
    )  # fmt: skip
    flash(_("Recorded for good."), "good")
    return redirect(url_for("objections_staff.index", code=code, stage=stage, area=area))


@objections_staff.get("/<int:number>")
@guarded(Right.SEE_STAGE)
def one(code: str, number: int) -> Reply:
    """One objection: what it says, what became of it, what can be done now."""
    contest, handled, standing = _found(code, number, Right.SEE_STAGE)
    session = database()
    stage, oblast = _deciding(handled, standing)
    propose = ProposeForm(prefix="agenda")
    propose.offer(coming_meetings(session, contest, stage, oblast))
    return render_template(
        "contest/objections/one.html", contest=contest, handled=handled, standing=standing,
        stage=standing.stage, area=area_of_standing(standing), verdicts=VERDICTS, kinds=PUBLIC_KINDS,
        today=clock.day_of(clock.present()),
        nominee=session.get_one(Nominee, handled.objection.nominee_id), propose=propose,
        appeal=ClaimForm(prefix="appeal"),
        outcome=handled.item and handled.verdict in (Verdict.GRANTED, Verdict.REFUSED)
        and outcome(session, handled.item),
        can_put=may(current_user, Right.RUN_MEETINGS, oblast=oblast),
        can_register=may(current_user, Right.MANAGE_NOMINEES, oblast=standing.oblast_kato),
        **claimed(session, contest, handled.objection),
    )  # fmt: skip


@objections_staff.get("/<int:number>.pdf")
@guarded(Right.SEE_STAGE)
def receipt(code: str, number: int) -> Response:
    """The receipt as a file."""
    contest, handled, _standing_ = _found(code, number, Right.SEE_STAGE)
    return receipt_of(contest, handled.objection)


@objections_staff.post("/<int:number>/agenda")
@guarded(Right.RUN_MEETINGS)
def put(code: str, number: int) -> Reply:
    """Put an objection on the agenda of its commission."""
    contest, handled, standing = _found(code, number, Right.SEE_STAGE)
    stage, oblast = _deciding(handled, standing)
    require(Right.RUN_MEETINGS, oblast=oblast)
    session, form = database(), ProposeForm(prefix="agenda")
    form.offer(coming_meetings(session, contest, stage, oblast))
    require_valid(form)
    services.put_on_agenda(
        session, contest=contest, handled=handled, meeting=get_meeting(session, contest, form.meeting.data),
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("It stands on the agenda of the meeting."), "good")
    return redirect(url_for("objections_staff.one", code=code, number=number))


@objections_staff.post("/<int:number>/appeal")
@guarded(Right.MANAGE_NOMINEES)
def appeal(code: str, number: int) -> Reply:
    """Register an appeal that came on paper."""
    contest, handled, _standing_ = _found(code, number, Right.MANAGE_NOMINEES)
    form = ClaimForm(prefix="appeal")
    require_valid(form)
    made = services.file_appeal(
        database(), contest=contest, handled=handled, claim=form.claim.data, by=_paper(), now=clock.present()
    )
    flash(_("Registered. The receipt is below: print it or send it to the nominee."), "good")
    return redirect(url_for("objections_staff.one", code=code, number=made.number))


def _found(code: str, number: int, right: Right) -> tuple[Contest, Handled, Standing]:
    contest = contest_by_code(database(), code)
    handled = handled_objection(database(), contest, number)
    standing = database().get_one(Standing, handled.objection.standing_id)
    require_sight(contest, standing.oblast_kato, right)
    return contest, handled, standing


def _standing(contest: Contest, stage: Stage, oblast: str | None) -> Standing:
    found = latest_standing(database(), contest, stage, oblast)
    if found is None:
        raise NotFound(_("This stage has no frozen standing yet: there is nothing to object to."))
    return found


def _deciding(handled: Handled, standing: Standing) -> tuple[Stage, str | None]:
    """The commission that decides it."""
    return (Stage.NATIONAL, None) if handled.is_appeal else (standing.stage, standing.oblast_kato)


def _paper() -> services.Filing:
    return services.Filing(current_user.id, is_on_paper=True)


def _concerned(contest: Contest, standing: Standing) -> list[Nominee]:
    session = database()
    numbers = concerned_by(session, contest, [standing])[standing.id]
    return [session.get_one(Nominee, number) for number in sorted(numbers)]


def _waiver_form(contest: Contest, standing: Standing) -> PaperWaiverForm:
    form, gone = PaperWaiverForm(prefix="waiver"), waivers_of(database(), standing)
    form.offer(one for one in _concerned(contest, standing) if one.id not in gone)
    return form


def _names(contest: Contest) -> dict[int, str]:
    return {line.nominee.id: line.nominee.name_kk for line in list_nominees(database(), contest)}
