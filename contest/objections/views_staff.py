"""The staff pages of objections: those of a stage, one of them, papers registered, the agenda, receipts.

The secretary registers what came on paper and puts objections on agendas; members vote at the meetings.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.areas import NATION
from contest.contests.forms import require_valid
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code
from contest.decisions.forms import ProposeForm
from contest.decisions.queries import coming_meetings
from contest.jury.sight import area_in_sight, require_sight
from contest.meetings.leading import leads, require_lead
from contest.meetings.queries import get_meeting, outcome
from contest.nominees.documents.models import DocumentKind
from contest.nominees.documents.receiving import give, take
from contest.nominees.models import Nominee, NomineeExclusion
from contest.nominees.queries import get_nominee, list_nominees
from contest.objections import services
from contest.objections.finality import (
    concerned_by,
    exclusion_until,
    finality_by_area,
    objecting_until,
    waivers_of,
)
from contest.objections.forms import STANDING_KINDS, PaperAppealForm, PaperForm, PaperWaiverForm
from contest.objections.hearing import put_on_agenda
from contest.objections.models import Objection, ObjectionKind
from contest.objections.pages import claim_choices, claimed, receipt_of
from contest.objections.queries import (
    Handled,
    Verdict,
    exclusions_in_force,
    get_exclusion,
    handled_objection,
    objections_before,
    paper_of,
)
from contest.objections.waivers import waive, waive_exclusion
from contest.objections.words import PUBLIC_KINDS, VERDICTS, why_not_final
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import latest_standing
from core import clock
from core.access import Right, guarded, may, require_fresh_factor
from core.errors import BadInput, NotFound
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
    found = finality_by_area(session, contest, [standing] if standing else [], now)
    excluded = [
        (nominee, exclusion_until(session, contest, one), waivers_of(session, one))
        for one, nominee in _excluded(contest, chosen, oblast)
    ]
    until = standing and objecting_until(session, contest, standing)
    ends = [last for last in (until, *(last for _nominee, last, _waived in excluded)) if last]
    return render_template(
        "contest/objections/stage.html", contest=contest, stage=chosen, area=area, standing=standing,
        unit=oblast and get_unit(session, oblast), verdicts=VERDICTS, kinds=PUBLIC_KINDS,
        today=clock.day_of(now), finality=found.get((chosen, oblast)), until=until, excluded=excluded,
        is_open=any(clock.day_of(now) <= last for last in ends),
        handled=objections_before(session, contest, chosen, oblast), names=_names(contest),
        waiver=_waiver_form(contest, chosen, oblast),
        can_register=may(current_user, Right.MANAGE_NOMINEES, oblast=oblast),
    )  # fmt: skip


@objections_staff.route("/stages/<string:stage>/<string:area>/new", methods=["GET", "POST"])
@guarded(Right.MANAGE_NOMINEES)
def register(code: str, stage: str, area: str) -> Reply:
    """Register an objection that came on paper."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.MANAGE_NOMINEES)
    session, standing = database(), latest_standing(database(), contest, chosen, oblast)
    excluded = _excluded(contest, chosen, oblast)
    if standing is None and not excluded:
        raise NotFound(_("This stage has no frozen standing yet: there is nothing to object to."))
    form = PaperForm()
    kinds = (*(STANDING_KINDS if standing else ()), *((ObjectionKind.EXCLUSION,) if excluded else ()))
    form.offer(kinds=kinds, **claim_choices(session, contest, standing))
    form.offer_nominees([*_concerned(contest, standing), *(nominee for _one, nominee in excluded)])
    if form.validate_on_submit():
        require_fresh_factor(now=clock.present())
        made = _registered(contest, form, standing, excluded)
        flash(_("Registered. The receipt is below: print it or send it to the nominee."), "good")
        return redirect(url_for("objections_staff.one", code=code, number=made.number))
    return render_template(
        "contest/objections/register.html", contest=contest, stage=chosen, area=area, form=form,
        unit=oblast and get_unit(session, oblast),
        until=standing and objecting_until(session, contest, standing),
        excluded=[(nominee, exclusion_until(session, contest, one)) for one, nominee in excluded],
    )  # fmt: skip


@objections_staff.post("/stages/<string:stage>/<string:area>/waivers")
@guarded(Right.MANAGE_NOMINEES)
def waive_on_paper(code: str, stage: str, area: str) -> Reply:
    """Record that a nominee gave the right up on paper."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.MANAGE_NOMINEES)
    session, now = database(), clock.present()
    require_fresh_factor(now=now)
    form = _waiver_form(contest, chosen, oblast)
    require_valid(form)
    by = services.Filing(current_user.id, is_on_paper=True)
    facts = {"contest": contest, "by": by, "now": now}
    if form.exclusion_id is not None:
        waive_exclusion(session, exclusion=get_exclusion(session, contest, form.exclusion_id), **facts)
    else:
        waive(
            session, standing=latest_standing(session, contest, chosen, oblast),
            nominee=get_nominee(session, contest, int(form.nominee.data)), **facts,
        )  # fmt: skip
    flash(_("Recorded for good."), "good")
    return redirect(url_for("objections_staff.index", code=code, stage=stage, area=area))


@objections_staff.get("/<int:number>")
@guarded(Right.SEE_STAGE)
def one(code: str, number: int) -> Reply:
    """One objection: what it says, what became of it, what can be done now."""
    contest, handled = _found(code, number, Right.SEE_STAGE)
    session, (stage, oblast) = database(), handled.decided_by
    propose = ProposeForm(prefix="agenda")
    propose.offer(coming_meetings(session, contest, stage, oblast))
    return render_template(
        "contest/objections/one.html", contest=contest, handled=handled, stage=handled.area[0],
        area=handled.area[1] or NATION, verdicts=VERDICTS, kinds=PUBLIC_KINDS,
        today=clock.day_of(clock.present()),
        nominee=session.get_one(Nominee, handled.objection.nominee_id), propose=propose,
        appeal=PaperAppealForm(prefix="appeal"),
        outcome=handled.item and handled.verdict in (Verdict.GRANTED, Verdict.REFUSED)
        and outcome(session, handled.item),
        can_put=leads(contest, stage, oblast),
        paper=url_for("objections_staff.paper", code=code, number=number),
        can_register=may(current_user, Right.MANAGE_NOMINEES, oblast=handled.area[1]),
        **claimed(session, contest, handled.objection),
    )  # fmt: skip


@objections_staff.get("/<int:number>.pdf")
@guarded(Right.SEE_STAGE)
def receipt(code: str, number: int) -> Response:
    """The receipt as a file."""
    contest, handled = _found(code, number, Right.SEE_STAGE)
    return receipt_of(contest, handled.objection)


@objections_staff.get("/<int:number>/paper")
@guarded(Right.SEE_STAGE)
def paper(code: str, number: int) -> Response:
    """The scan of the paper by which it was filed, for whoever may read the objection."""
    _contest, handled = _found(code, number, Right.SEE_STAGE)
    return give(paper_of(database(), handled.objection))


@objections_staff.post("/<int:number>/agenda")
@guarded(Right.RUN_MEETINGS)
def put(code: str, number: int) -> Reply:
    """Put an objection on the agenda of its commission."""
    contest, handled = _found(code, number, Right.SEE_STAGE)
    stage, oblast = handled.decided_by
    require_lead(contest, stage, oblast)
    session, form = database(), ProposeForm(prefix="agenda")
    form.offer(coming_meetings(session, contest, stage, oblast))
    require_valid(form)
    put_on_agenda(
        session, contest=contest, handled=handled, meeting=get_meeting(session, contest, form.meeting.data),
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("It stands on the agenda of the meeting."), "good")
    return redirect(url_for("objections_staff.one", code=code, number=number))


@objections_staff.post("/<int:number>/appeal")
@guarded(Right.MANAGE_NOMINEES)
def appeal(code: str, number: int) -> Reply:
    """Register an appeal that came on paper."""
    contest, handled = _found(code, number, Right.MANAGE_NOMINEES)
    now, form = clock.present(), PaperAppealForm(prefix="appeal")
    require_fresh_factor(now=now)
    require_valid(form)
    nominee = get_nominee(database(), contest, handled.objection.nominee_id)
    made = services.file_appeal(
        database(), contest=contest, handled=handled, claim=form.claim.data, by=_signed(nominee, form),
        now=now,
    )  # fmt: skip
    flash(_("Registered. The receipt is below: print it or send it to the nominee."), "good")
    return redirect(url_for("objections_staff.one", code=code, number=made.number))


def _found(code: str, number: int, right: Right) -> tuple[Contest, Handled]:
    contest = contest_by_code(database(), code)
    handled = handled_objection(database(), contest, number)
    require_sight(contest, handled.area[1], right)
    return contest, handled


def _registered(
    contest: Contest,
    form: PaperForm,
    standing: Standing | None,
    excluded: list[tuple[NomineeExclusion, Nominee]],
) -> Objection:
    """What the sent form objects to: the standing, or the exclusion of who signed it."""
    session, kind = database(), ObjectionKind(form.kind.data)
    nominee = get_nominee(session, contest, form.nominee.data)
    by = _signed(nominee, form)
    facts = {"contest": contest, "claim": form.claim.data, "by": by, "now": clock.present()}
    if kind is not ObjectionKind.EXCLUSION:
        return services.file_objection(
            session, standing=standing, kind=kind, nominee=nominee, conflict=form.conflict(), **facts
        )
    for exclusion, one in excluded:
        if one is nominee:
            return services.object_to_exclusion(session, exclusion=exclusion, **facts)
    raise BadInput(_("An excluded nominee objects to the exclusion, and nobody else does."))


def _signed(nominee: Nominee, form: PaperForm | PaperAppealForm) -> services.Filing:
    """A filing by the paper that was sent with the form, which is kept with it."""
    paper = take(nominee, form.scan.data, DocumentKind.OBJECTION)
    return services.Filing(current_user.id, is_on_paper=True, paper=paper)


def _excluded(contest: Contest, stage: Stage, oblast: str | None) -> list[tuple[NomineeExclusion, Nominee]]:
    """The exclusions that are this commission's matter, with whom they concern."""
    session = database()
    return [
        (one, session.get_one(Nominee, one.nominee_id))
        for one in exclusions_in_force(session, contest)
        if (one.stage, one.oblast_kato) == (stage, oblast)
    ]


def _concerned(contest: Contest, standing: Standing | None) -> list[Nominee]:
    session = database()
    if standing is None:
        return []
    numbers = concerned_by(session, contest, [standing])[standing.id]
    return [session.get_one(Nominee, number) for number in sorted(numbers)]


def _waiver_form(contest: Contest, stage: Stage, oblast: str | None) -> PaperWaiverForm:
    session, form = database(), PaperWaiverForm(prefix="waiver")
    standing = latest_standing(session, contest, stage, oblast)
    gone = waivers_of(session, standing) if standing else frozenset()
    form.offer(
        (one for one in _concerned(contest, standing) if one.id not in gone),
        (pair for pair in _excluded(contest, stage, oblast) if not waivers_of(session, pair[0])),
    )
    return form


def _names(contest: Contest) -> dict[int, str]:
    return {line.nominee.id: line.nominee.name_kk for line in list_nominees(database(), contest)}
