"""The staff pages of nominees: the list, and one nominee from the proposal to the end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.calendar import days_of
from contest.contests.forms import require_valid
from contest.contests.models import Contest, ContestState
from contest.contests.queries import contest_by_code, draft_or_published_book, rulebook_of
from contest.eligibility import look_at
from contest.nominees import deciding, services
from contest.nominees.documents.forms import StaffDocumentForm
from contest.nominees.documents.queries import documents_of
from contest.nominees.documents.views_staff import may_read_documents
from contest.nominees.forms import (
    InviteForm,
    PaperConsentForm,
    PenaltyForm,
    ProjectForm,
    ReasonForm,
    RecordForm,
    SureForm,
)
from contest.nominees.hearings.queries import hearings_of
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import eligibility_facts, essay_stage, get_nominee, list_nominees
from contest.nominees.words import DOCUMENTS, STATES
from contest.rulebook import RuleBook, Step
from core import clock
from core.access import Right, guarded, may, oblasts_of, require, require_fresh_factor
from core.accounts.services import INVITATION_LIFE
from core.accounts.views_agency import invitation_address
from core.errors import BadInput
from core.places.queries import get_unit
from core.web.edge import database
from core.words import Words

nominees_staff = Blueprint("nominees_staff", __name__, url_prefix="/staff/contests/<string:code>/nominees")
Reply = str | Response


@nominees_staff.get("")
@guarded(Right.SEE_STAGE)
def index(code: str) -> Reply:
    """The nominees of the oblasts that the reader sees."""
    found = contest_by_code(database(), code)
    lines = list_nominees(database(), found, oblasts=oblasts_of(current_user, Right.SEE_STAGE))
    days = days_of(draft_or_published_book(database(), found), Step.NOMINATIONS)
    today = clock.day_of(clock.present())
    is_open = found.state is ContestState.OPEN and days.from_on <= today <= days.until_on
    return render_template(
        "contest/staff/nominees.html", contest=found, lines=lines, states=STATES, days=days, is_open=is_open,
        can_propose=is_open and oblasts_of(current_user, Right.PROPOSE_NOMINEES) != frozenset(),
        waiting=[one for one in lines if one.nominee.state is NomineeState.PROPOSED],
    )  # fmt: skip


@nominees_staff.get("/<int:nominee_id>")
@guarded(Right.SEE_STAGE)
def nominee(code: str, nominee_id: int) -> Reply:
    """One nominee: post, project, conditions, documents, hearings, state."""
    contest, found = _found(code, nominee_id, Right.SEE_STAGE)
    can_manage = may(current_user, Right.MANAGE_NOMINEES, oblast=found.oblast_kato)
    book = rulebook_of(database(), contest)
    return render_template(
        "contest/staff/nominee.html", contest=contest, nominee=found, states=STATES, kinds=DOCUMENTS,
        unit=get_unit(database(), found.kato), oblast=get_unit(database(), found.oblast_kato),
        can_manage=can_manage, needs_essay=essay_stage(book) is not None,
        hearings=hearings_of(database(), found, book),
        documents=documents_of(database(), found) if may_read_documents(contest, found) else None,
        findings=look_at(book.eligibility, eligibility_facts(database(), nominee=found, book=book))
        if can_manage else (),
        ground=ground_of(found, book),
        project=ProjectForm(obj=found), paper=StaffDocumentForm(), invitation=InviteForm(),
        record=RecordForm(obj=found),
        can_decide=can_manage and deciding.may_be_decided(database(), contest, found),
        consent=PaperConsentForm(), penalty=PenaltyForm(), sure=SureForm(),
        refusal=ReasonForm(prefix="decline"), withdrawal=ReasonForm(prefix="withdraw"),
    )  # fmt: skip


@nominees_staff.post("/<int:nominee_id>/project")
@guarded(Right.MANAGE_NOMINEES)
def describe(code: str, nominee_id: int) -> Reply:
    """Set the project's title."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    form = ProjectForm()
    require_valid(form)
    services.describe_project(
        database(), nominee=found, title_kk=form.project_title_kk.data, title_ru=form.project_title_ru.data,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("The project's title is kept."), "good")
    return _back(code, nominee_id)


@nominees_staff.post("/<int:nominee_id>/invite")
@guarded(Right.MANAGE_NOMINEES)
def invite(code: str, nominee_id: int) -> Reply:
    """Give the nominee an account, or another invitation to it; the address is shown once."""
    contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    now, form = clock.present(), InviteForm()
    require_fresh_factor(now=now)
    if found.account_id is None:
        require_valid(form)
    token = services.invite_nominee(
        database(), nominee=found, login=form.login.data or "", actor=current_user.reference, now=now
    )
    return render_template(
        "contest/staff/nominee_invited.html", contest=contest, nominee=found,
        address=invitation_address(token), hours=int(INVITATION_LIFE.total_seconds() // 3600),
    )  # fmt: skip


@nominees_staff.post("/<int:nominee_id>/consent")
@guarded(Right.MANAGE_NOMINEES)
def consent(code: str, nominee_id: int) -> Reply:
    """Record a consent that was signed on paper."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    require_valid(PaperConsentForm())
    services.give_consent(
        database(), nominee=found, account_id=current_user.id, actor=current_user.reference,
        now=clock.present(),
    )  # fmt: skip
    flash(_("The consent is recorded."), "good")
    return _back(code, nominee_id)


@nominees_staff.post("/<int:nominee_id>/penalties")
@guarded(Right.MANAGE_NOMINEES)
def penalties(code: str, nominee_id: int) -> Reply:
    """Record what the nominee declares of penalties."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    declare(found)
    return _back(code, nominee_id)


@nominees_staff.post("/<int:nominee_id>/register")
@guarded(Right.MANAGE_NOMINEES)
def register(code: str, nominee_id: int) -> Reply:
    """Register a nominee who meets the conditions."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    require_valid(SureForm())
    deciding.register_nominee(database(), nominee=found, actor=current_user.reference, now=clock.present())
    flash(_("%(name)s is registered.", name=found.name_kk), "good")
    return _back(code, nominee_id)


@nominees_staff.post("/<int:nominee_id>/decline")
@guarded(Right.MANAGE_NOMINEES)
def decline(code: str, nominee_id: int) -> Reply:
    """Decline an application with a reason."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    form = ReasonForm(prefix="decline")
    require_valid(form)
    deciding.decline_nominee(
        database(), nominee=found, reason=form.reason.data, actor=current_user.reference, now=clock.present()
    )
    return _back(code, nominee_id)


@nominees_staff.post("/<int:nominee_id>/take-up")
@guarded(Right.MANAGE_NOMINEES)
def take_up(code: str, nominee_id: int) -> Reply:
    """Take a declined application up again."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    require_valid(SureForm())
    deciding.take_up_again(database(), nominee=found, actor=current_user.reference, now=clock.present())
    flash(_("The application waits to be decided again."), "good")
    return _back(code, nominee_id)


@nominees_staff.post("/<int:nominee_id>/record")
@guarded(Right.MANAGE_NOMINEES)
def correct(code: str, nominee_id: int) -> Reply:
    """Put right how the nominee is written, and the akim's office."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    form = RecordForm()
    require_valid(form)
    deciding.correct_record(
        database(), nominee=found, name_kk=form.name_kk.data, name_ru=form.name_ru.data,
        employer=form.employer.data or "", actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("The record is put right."), "good")
    return _back(code, nominee_id)


@nominees_staff.post("/<int:nominee_id>/withdraw")
@guarded(Right.MANAGE_NOMINEES)
def withdraw(code: str, nominee_id: int) -> Reply:
    """Record a withdrawal that the nominee signed on paper."""
    _contest, found = _found(code, nominee_id, Right.MANAGE_NOMINEES)
    form = ReasonForm(prefix="withdraw")
    require_valid(form)
    withdraw_nominee(
        database(), nominee=found, reason=form.reason.data, actor=current_user.reference, now=clock.present(),
        is_on_paper=True,
    )  # fmt: skip
    return _back(code, nominee_id)


def declare(found: Nominee) -> None:
    """Record the sent declaration of penalties, as the nominee or for the nominee."""
    form = PenaltyForm()
    require_valid(form)
    if form.had.data == "yes" and form.last_on.data is None:
        raise BadInput(_("Give the day of the last penalty."))
    services.declare_penalties(
        database(), nominee=found, last_on=form.last_on.data if form.had.data == "yes" else None,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    flash(_("The declaration is kept."), "good")


def ground_of(found: Nominee, book: RuleBook) -> Words | None:
    """The rule book's words for the ground of an exclusion."""
    if found.state is not NomineeState.EXCLUDED:
        return None
    return next((one.title for one in book.exclusion if one.code == found.ground), None)


def _found(code: str, nominee_id: int, right: Right) -> tuple[Contest, Nominee]:
    contest = contest_by_code(database(), code)
    found = get_nominee(database(), contest, nominee_id)
    require(right, oblast=found.oblast_kato)
    return contest, found


def _back(code: str, nominee_id: int) -> Response:
    return redirect(url_for("nominees_staff.nominee", code=code, nominee_id=nominee_id))
