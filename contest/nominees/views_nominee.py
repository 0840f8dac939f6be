"""A nominee's own pages: where the nomination stands, what is missing, documents, essay, hearings.

Nothing here shows a score; the evidence has a page of its own, which opens after the marking.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.calendar import days_of, is_open
from contest.contests.forms import require_valid
from contest.contests.models import Contest, ContestState
from contest.contests.queries import refuse_outside, rulebook_of
from contest.eligibility import look_at
from contest.evidence.queries import evidence_of, evidence_stages
from contest.meetings.models import AgendaItem
from contest.meetings.queries import outcome
from contest.nominees import services
from contest.nominees.documents.files import directory_of
from contest.nominees.documents.forms import DocumentForm
from contest.nominees.documents.queries import documents_of, get_document
from contest.nominees.documents.receiving import give, receive
from contest.nominees.documents.services import remove_document
from contest.nominees.essays.receiving import receive_essay, writing_form
from contest.nominees.forms import ConsentForm, PenaltyForm, ProjectForm, ReasonForm, SureForm
from contest.nominees.hearings.queries import hearings_of
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import eligibility_facts, essay_of, essay_stage, nominations_of
from contest.nominees.views_staff import declare, ground_of
from contest.nominees.words import DOCUMENTS, MEANINGS, STATES
from contest.objections.finality import own_rights
from contest.rulebook import Stage, Step
from core import clock
from core.access import Right, guarded, require_fresh_factor
from core.errors import NotFound
from core.places.queries import get_unit
from core.web.edge import database, settings

nominee_own = Blueprint("nominee_own", __name__, url_prefix="/staff/my-nomination")
Reply = str | Response


@nominee_own.get("")
@guarded(Right.SEE_OWN_NOMINATION)
def index() -> Reply:
    """One's own nominations; a single one is opened at once."""
    own = nominations_of(database(), current_user.id)
    if len(own) == 1:
        return redirect(url_for("nominee_own.nomination", code=own[0][1].code))
    return render_template("contest/nominee/index.html", own=own, states=STATES)


@nominee_own.get("/<string:code>")
@guarded(Right.SEE_OWN_NOMINATION)
def nomination(code: str) -> Reply:
    """One's own nomination in a contest."""
    found, contest = own_nomination(code)
    book, today = rulebook_of(database(), contest), clock.day_of(clock.present())
    kept = essay_of(database(), found)
    takes_part = found.state in (NomineeState.PROPOSED, NomineeState.REGISTERED)
    catches_up = services.may_catch_up(database(), contest, found)
    return render_template(
        "contest/nominee/nomination.html", contest=contest, nominee=found, states=STATES, meanings=MEANINGS,
        kinds=DOCUMENTS, unit=get_unit(database(), found.kato), days=days_of(book, Step.NOMINATIONS),
        findings=look_at(book.eligibility, eligibility_facts(database(), nominee=found, book=book)),
        documents=documents_of(database(), found), hearings=hearings_of(database(), found, book),
        essay=kept, needs_essay=essay_stage(book) is not None,
        ground=ground_of(found, book), exclusion=_exclusion(contest, found),
        evidence=evidence_stages(database(), contest, found),
        can_apply=catches_up or takes_part and contest.state is ContestState.OPEN
        and is_open(book, Step.NOMINATIONS, today), catches_up=catches_up,
        can_leave=takes_part and contest.state not in (ContestState.CLOSED, ContestState.PUBLISHED),
        consent=ConsentForm(), penalty=PenaltyForm(), project=ProjectForm(obj=found), paper=DocumentForm(),
        writing=writing_form(contest, found, kept), withdrawal=ReasonForm(prefix="withdraw"), sure=SureForm(),
    )  # fmt: skip


@nominee_own.post("/<string:code>/consent")
@guarded(Right.SEE_OWN_NOMINATION)
def consent(code: str) -> Reply:
    """Consent to take part."""
    found, _contest = own_nomination(code)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConsentForm())
    services.give_consent(
        database(), nominee=found, account_id=current_user.id, actor=current_user.reference, now=now
    )
    flash(_("Your consent is recorded."), "good")
    return _back(code)


@nominee_own.post("/<string:code>/penalties")
@guarded(Right.SEE_OWN_NOMINATION)
def penalties(code: str) -> Reply:
    """Declare penalties, or that there are none."""
    declare(own_nomination(code)[0])
    return _back(code)


@nominee_own.post("/<string:code>/project")
@guarded(Right.SEE_OWN_NOMINATION)
def project(code: str) -> Reply:
    """Set one's project's title."""
    found, contest = own_nomination(code)
    now, form = clock.present(), ProjectForm()
    _refuse_late(found, contest)
    require_valid(form)
    services.describe_project(
        database(), nominee=found, title_kk=form.project_title_kk.data, title_ru=form.project_title_ru.data,
        actor=current_user.reference, now=now,
    )  # fmt: skip
    flash(_("The project's title is kept."), "good")
    return _back(code)


@nominee_own.post("/<string:code>/documents")
@guarded(Right.SEE_OWN_NOMINATION)
def add_document(code: str) -> Reply:
    """Hand a document in."""
    found, contest = own_nomination(code)
    _refuse_late(found, contest)
    receive(found, DocumentForm())
    return _back(code)


@nominee_own.get("/<string:code>/documents/<int:document_id>")
@guarded(Right.SEE_OWN_NOMINATION)
def download(code: str, document_id: int) -> Response:
    """One of one's own documents as a download."""
    return give(get_document(database(), own_nomination(code)[0], document_id))


@nominee_own.post("/<string:code>/documents/<int:document_id>/remove")
@guarded(Right.SEE_OWN_NOMINATION)
def remove(code: str, document_id: int) -> Reply:
    """Take a document back before the application is decided."""
    found, _contest = own_nomination(code)
    remove_document(
        database(), nominee=found, document=get_document(database(), found, document_id),
        directory=directory_of(settings().data_directory), actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    return _back(code)


@nominee_own.post("/<string:code>/essay")
@guarded(Right.SEE_OWN_NOMINATION)
def essay(code: str) -> Reply:
    """Write one's essay."""
    receive_essay(own_nomination(code)[0])
    return _back(code)


@nominee_own.post("/<string:code>/withdraw")
@guarded(Right.SEE_OWN_NOMINATION)
def withdraw(code: str) -> Reply:
    """Leave the contest."""
    found, _contest = own_nomination(code)
    now, form = clock.present(), ReasonForm(prefix="withdraw")
    require_fresh_factor(now=now)
    require_valid(form)
    withdraw_nominee(
        database(), nominee=found, reason=form.reason.data, actor=current_user.reference, now=now
    )
    return _back(code)


@nominee_own.get("/<string:code>/evidence/<string:stage>")
@guarded(Right.SEE_OWN_NOMINATION)
def evidence(code: str, stage: str) -> Reply:
    """Everything that spoke for one's place, once the marking of the stage is closed."""
    found, contest = own_nomination(code)
    if stage not in set(Stage):
        raise NotFound(_("There is no such stage."))
    return render_template(
        "contest/nominee/evidence.html", contest=contest, stage=stage,
        found=evidence_of(database(), found, Stage(stage)),
        link=lambda document: url_for("nominee_own.download", code=code, document_id=document.id),
    )  # fmt: skip


def _refuse_late(found: Nominee, contest: Contest) -> None:
    """Refuse what belongs to the days of nominations, but for whom a wrongful exclusion kept from it."""
    if not services.may_catch_up(database(), contest, found):
        refuse_outside(database(), contest, Step.NOMINATIONS, clock.present())


def own_nomination(code: str) -> tuple[Nominee, Contest]:
    """The reader's own nomination in a contest.

    :raises NotFound: for everybody else.
    """
    for nominee, contest in nominations_of(database(), current_user.id):
        if contest.code == code:
            return nominee, contest
    raise NotFound(_("You are no nominee of this contest."))


def _exclusion(contest: Contest, nominee: Nominee) -> dict[str, object] | None:
    """One's exclusion: the vote behind it, and until when one can object; None where there is none."""
    for right in own_rights(database(), contest, nominee, clock.present()):
        if right.is_exclusion:
            item = right.to.item_id and database().get_one(AgendaItem, right.to.item_id)
            return {"right": right, "item": item, "outcome": item and outcome(database(), item)}
    return None


def _back(code: str) -> Response:
    return redirect(url_for("nominee_own.nomination", code=code))
