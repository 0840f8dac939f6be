"""The agency's pages: draft a campaign, see what is missing, open, pause, resume, extend, close.

No page here shows a score: while a campaign is open none exists, and afterwards the contest
decides when one is shown.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import Blueprint, after_this_request, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, require, require_fresh_factor
from core.errors import AuylError, BadInput, Conflict
from core.places.models import PostKind
from core.places.queries import oblasts, post_units, unit_name
from core.web.edge import database, keys, settings, storage, takers
from core.web.language import language
from surveys.answering import form_page
from surveys.board import turnout
from surveys.checklist import ChecklistItem, checklist
from surveys.criteria import criteria_from_json
from surveys.filling import Filled
from surveys.forms import ActForm, DraftForm, ExtendForm, PauseForm, first_fault
from surveys.inclusion.names import difference_words
from surveys.inclusion.queries import settled
from surveys.models import Campaign, CampaignState
from surveys.names import MODE_NAMES, STATE_NAMES
from surveys.paper.queries import batch_lines
from surveys.queries import all_campaigns, asked_unit, campaign_by_code, campaign_units
from surveys.rules import Mode
from surveys.services import (
    close_campaign,
    draft_campaign,
    extend_campaign,
    open_campaign,
    pause_campaign,
    resume_campaign,
)
from surveys.voters.verification import destroy_spent_marks, verification_of

surveys_agency = Blueprint("surveys_agency", __name__, url_prefix="/staff/campaigns")
Reply = str | Response
log = structlog.get_logger()


@surveys_agency.get("")
@guarded(Right.MANAGE_CAMPAIGNS)
def campaigns() -> Reply:
    """All campaigns, the latest first."""
    return render_template(
        "surveys/agency/campaigns.html", campaigns=all_campaigns(database()), state_names=STATE_NAMES
    )


@surveys_agency.route("/new", methods=["GET", "POST"])
@guarded(Right.MANAGE_CAMPAIGNS)
def draft() -> Reply:
    """Draft a campaign."""
    require(Right.MANAGE_CAMPAIGNS)
    form = DraftForm()
    form.offer([(unit.kato, unit_name(unit, language())) for unit in oblasts(database(), language())])
    if form.validate_on_submit():
        made = _drafted(form)
        if made is not None:
            flash(_("The draft is kept. Next: publish the rules of its contest."), "good")
            return redirect(url_for("surveys_agency.campaign", code=made.code))
    return render_template("surveys/agency/draft.html", form=form)


@surveys_agency.get("/<string:code>")
@guarded(Right.MANAGE_CAMPAIGNS)
def campaign(code: str) -> Reply:
    """One campaign: its days, what is missing, and what can be done now."""
    found = campaign_by_code(database(), code)
    today = clock.day_of(clock.present())
    rows = turnout(database(), campaign=found, as_of=today - timedelta(days=1))
    return render_template(
        "surveys/agency/campaign.html", campaign=found, today=today, state_names=STATE_NAMES,
        mode_names=MODE_NAMES, criteria=criteria_from_json(found.criteria_json),
        items=_needs(found), units=len(rows),
        answers=sum(row.answers for row in rows), over=sum(row.is_over for row in rows),
        act=ActForm(), pause=PauseForm(), extend=ExtendForm(),
        paper=batch_lines(database(), oblasts=None, campaign=found),
        receipts=settled(database(), campaign=found), difference_words=difference_words,
    )  # fmt: skip


@surveys_agency.get("/<string:code>/preview")
@guarded(Right.MANAGE_CAMPAIGNS)
def preview(code: str) -> Reply:
    """The resident's form of the first unit, as it will look; it cannot be sent."""
    found = campaign_by_code(database(), code)
    first = campaign_units(database(), campaign=found)[0]
    asked = asked_unit(database(), code=code, kato=first.kato)
    return form_page(asked, Filled(), door="surveys_public", is_preview=True)


@surveys_agency.post("/<string:code>/open")
@guarded(Right.MANAGE_CAMPAIGNS)
def open_(code: str) -> Reply:
    """Open a campaign."""
    found = _for_act(code, is_fresh=True)
    open_campaign(
        database(), campaign=found, verification=verification_of(settings()), actor=_actor(),
        now=clock.present(),
    )  # fmt: skip
    return _back(code, _("The survey is open from its first day on."))


@surveys_agency.post("/<string:code>/pause")
@guarded(Right.MANAGE_CAMPAIGNS)
def pause(code: str) -> Reply:
    """Stop taking answers for a while."""
    found, form = _for_act(code), PauseForm()
    if not form.validate_on_submit():
        raise BadInput(first_fault(form))
    pause_campaign(database(), campaign=found, reason=form.reason.data, actor=_actor(), now=clock.present())
    return _back(code, _("The survey takes no answers until it is resumed."))


@surveys_agency.post("/<string:code>/resume")
@guarded(Right.MANAGE_CAMPAIGNS)
def resume(code: str) -> Reply:
    """Take answers again."""
    resume_campaign(database(), campaign=_for_act(code), actor=_actor(), now=clock.present())
    return _back(code, _("The survey takes answers again."))


@surveys_agency.post("/<string:code>/extend")
@guarded(Right.MANAGE_CAMPAIGNS)
def extend(code: str) -> Reply:
    """Move the last day later."""
    found, form = _for_act(code), ExtendForm()
    if not form.validate_on_submit():
        raise BadInput(first_fault(form))
    extend_campaign(
        database(), campaign=found, closes_on=form.closes_on.data, reason=form.reason.data, actor=_actor(),
        now=clock.present(),
    )  # fmt: skip
    return _back(code, _("The last day is moved."))


@surveys_agency.post("/<string:code>/close")
@guarded(Right.MANAGE_CAMPAIGNS)
def close(code: str) -> Reply:
    """Close a campaign for good."""
    found = _for_act(code, is_fresh=True)
    close_campaign(
        database(), campaign=found, keys=keys(), takers=takers(), secret=settings().secret_key,
        actor=_actor(), now=clock.present(),
    )  # fmt: skip
    after_this_request(_without_spent_marks)
    return _back(code, _("The survey is closed, and its numbers are frozen for the ranking."))


def _without_spent_marks(response: Response) -> Response:
    """Runs after the commit: a mark key is destroyed only when the closing of its survey is durable."""
    try:
        with storage().read() as session:
            destroy_spent_marks(session, verification_of(settings()).marks)
    except OSError:
        log.error("marks.kept")  # the daily work tries again
    return response


def _needs(found: Campaign) -> list[ChecklistItem]:
    if found.state is not CampaignState.DRAFT:
        return []
    verification = verification_of(settings())
    return checklist(database(), campaign=found, verification=verification, now=clock.present())


def _drafted(form: DraftForm) -> Campaign | None:
    """The campaign of a valid form; a fault of the whole stands at the code's field."""
    chosen = set(form.oblasts.data)
    katos = [
        unit.kato
        for post, unit in post_units(database())
        if (not chosen or unit.oblast_kato in chosen)
        and (form.with_towns.data or post.kind is not PostKind.TOWN)
    ]
    try:
        return draft_campaign(
            database(), code=form.code.data, contest_code=form.contest_code.data, title=form.title(),
            criteria_code=form.criteria_code.data, mode=Mode(form.mode.data), opens_on=form.opens_on.data,
            closes_on=form.closes_on.data, katos=katos, actor=_actor(), now=clock.present(),
        )  # fmt: skip
    except (BadInput, Conflict) as fault:
        form.code.errors = [*form.code.errors, _sentence(fault)]
        return None


def _sentence(fault: AuylError) -> object:
    return fault.message


def _for_act(code: str, *, is_fresh: bool = False) -> Campaign:
    require(Right.MANAGE_CAMPAIGNS)
    if is_fresh:
        require_fresh_factor(now=clock.present())
    return campaign_by_code(database(), code)


def _back(code: str, words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("surveys_agency.campaign", code=code))


def _actor() -> str:
    return f"account:{current_user.id}"
