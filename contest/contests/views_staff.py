"""The staff pages of a contest's life: the list, a contest with its checklist and next step, the rules."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.areas import areas_for
from contest.contests.checklist import NEXT, Act, checklist
from contest.contests.differences import Change, changes_between
from contest.contests.forms import (
    ACTS,
    ConfirmForm,
    CorrectionForm,
    DraftForm,
    OrderForm,
    RulesForm,
    require_valid,
)
from contest.contests.models import Contest, RuleBookEdition
from contest.contests.queries import (
    book_of,
    contest_by_code,
    contests,
    draft_or_published_book,
    edition_in_force,
    editions,
)
from contest.contests.services import (
    correct_rules,
    create_contest,
    open_contest,
    open_stage,
    publish_results,
    publish_rules,
    redraft_rules,
)
from contest.contests.words import STATES
from contest.rulebook import Stage
from contest.rulebook_reading import BadRuleBook, read_rulebook, shipped_text
from contest.sources.survey_pages import criteria_words
from core import clock
from core.access import Right, guarded, may, may_anywhere, oblasts_of, require, require_fresh_factor
from core.errors import AuylError, BadInput, NotFound
from core.web.edge import database

contests_staff = Blueprint("contests_staff", __name__, url_prefix="/staff/contests")
Reply = str | Response | tuple[str, int]


@contests_staff.get("")
@guarded(Right.SEE_STAGE)
def index() -> Reply:
    """All contests, the newest first."""
    found = contests(database())
    can_draft = may(current_user, Right.MANAGE_CONTEST)
    return render_template("contest/staff/index.html", contests=found, states=STATES, can_draft=can_draft)


@contests_staff.route("/new", methods=["GET", "POST"])
@guarded(Right.MANAGE_CONTEST)
def draft() -> Reply:
    """Draft a contest."""
    require(Right.MANAGE_CONTEST)
    form = DraftForm()
    form.offer()
    if form.validate_on_submit():
        made = _drafted(form)
        if made is not None:
            return redirect(url_for("contests_staff.contest", code=made.code))
    return render_template("contest/staff/new.html", form=form)


@contests_staff.get("/<string:code>")
@guarded(Right.SEE_STAGE)
def contest(code: str) -> Reply:
    """One contest: where it stands, what is missing, and its next step."""
    found = contest_by_code(database(), code)
    act = NEXT[found.state]
    return render_template(
        "contest/staff/contest.html", contest=found, states=STATES, act=act, acts=ACTS,
        items=checklist(database(), found, now=clock.present()),
        form=OrderForm() if act is Act.PUBLISH_RULES else ConfirmForm(),
        areas=areas_for(database(), found, oblasts_of(current_user, Right.SEE_STAGE)),
        can_manage=may(current_user, Right.MANAGE_CONTEST), editions=editions(database(), found),
        can_mark=may_anywhere(current_user, Right.MARK),
        can_try=may_anywhere(current_user, Right.RUN_WHAT_IF), today=clock.day_of(clock.present()),
        book=draft_or_published_book(database(), found),
    )  # fmt: skip


@contests_staff.get("/<string:code>/rules")
@guarded(Right.SEE_STAGE)
def rules(code: str) -> Reply:
    """The rule book in plain words, with its editions."""
    found = contest_by_code(database(), code)
    book = draft_or_published_book(database(), found)
    return render_template(
        "contest/staff/rules.html", contest=found, book=book,
        criteria=criteria_words(book.survey.criteria_set), editions=editions(database(), found),
        can_manage=may(current_user, Right.MANAGE_CONTEST), today=clock.day_of(clock.present()),
    )  # fmt: skip


@contests_staff.route("/<string:code>/rules/draft", methods=["GET", "POST"])
@guarded(Right.MANAGE_CONTEST)
def draft_rules(code: str) -> Reply:
    """Rewrite the rule book before it is published."""
    require(Right.MANAGE_CONTEST)
    found, form = contest_by_code(database(), code), RulesForm()
    if form.validate_on_submit() and _redrafted(found, form):
        flash(_("The draft of the rules is kept."), "good")
        return redirect(url_for("contests_staff.rules", code=code))
    if not form.is_submitted():
        form.rules_text.data = found.draft_rules
    return render_template("contest/staff/draft_rules.html", contest=found, form=form)


@contests_staff.post("/<string:code>/rules")
@guarded(Right.MANAGE_CONTEST)
def publish_the_rules(code: str) -> Reply:
    """Publish the rule book by an order."""
    require(Right.MANAGE_CONTEST)
    now, form = clock.present(), OrderForm()
    require_fresh_factor(now=now)
    require_valid(form)
    publish_rules(
        database(), contest=contest_by_code(database(), code), order_number=form.order_number.data,
        order_on=form.order_on.data, actor=current_user.reference, now=now,
    )  # fmt: skip
    flash(_("The rules are published. The survey and the ethics round are admitted."), "good")
    return redirect(url_for("contests_staff.contest", code=code))


@contests_staff.route("/<string:code>/rules/correction", methods=["GET", "POST"])
@guarded(Right.MANAGE_CONTEST)
def correction(code: str) -> Reply:
    """Publish a correction of the rules as a new edition, after a look at what it changes."""
    require(Right.MANAGE_CONTEST)
    found, now, form = contest_by_code(database(), code), clock.present(), CorrectionForm()
    before = edition_in_force(database(), found)
    if "look" in request.form:
        return render_template(
            "contest/staff/correction.html", contest=found, form=form, changes=_looked_at(before, form)
        )
    if form.is_submitted():
        require_fresh_factor(now=now)
    if form.validate_on_submit() and _corrected(found, form):
        flash(_("The correction is published as a new edition."), "good")
        return redirect(url_for("publication.rules", code=code))
    if not form.is_submitted():
        form.rules_text.data = before.text
    return render_template("contest/staff/correction.html", contest=found, form=form, changes=None)


@contests_staff.post("/<string:code>/steps/<string:act>")
@guarded(Right.MANAGE_CONTEST)
def step(code: str, act: str) -> Reply:
    """Take the next step of the contest's life."""
    require(Right.MANAGE_CONTEST)
    now = clock.present()
    require_fresh_factor(now=now)
    require_valid(ConfirmForm())
    facts = {
        "contest": contest_by_code(database(), code), "actor": current_user.reference, "now": now
    }  # fmt: skip
    if act == Act.OPEN:
        open_contest(database(), **facts)
    elif act in (Act.OPEN_REGIONAL, Act.OPEN_NATIONAL):
        open_stage(database(), stage=Stage(act.removeprefix("open-")), **facts)
    elif act == Act.PUBLISH:
        publish_results(database(), **facts)
    else:
        raise NotFound(_("There is no such step."))
    flash(_("Done. It stands in the journal."), "good")
    return redirect(url_for("contests_staff.contest", code=code))


def _drafted(form: DraftForm) -> Contest | None:
    try:
        return create_contest(
            database(), code=form.code.data.strip(), title=form.title(),
            rules_text=shipped_text(form.rules.data), campaign_code=form.campaign_code.data.strip(),
            round_code=form.round_code.data.strip(),
            actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    except AuylError as fault:
        form.code.errors = [*form.code.errors, str(fault)]
        return None


def _redrafted(found: Contest, form: RulesForm) -> bool:
    try:
        redraft_rules(
            database(), contest=found, rules_text=form.rules_text.data, actor=current_user.reference,
            now=clock.present(),
        )  # fmt: skip
    except BadInput as fault:
        form.rules_text.errors = [*form.rules_text.errors, *str(fault).splitlines()]
        return False
    return True


def _looked_at(before: RuleBookEdition, form: CorrectionForm) -> tuple[Change, ...] | None:
    """What the sent text would change; None where it has faults, which the form then shows."""
    form.rules_text.errors = []
    try:
        return changes_between(book_of(before), read_rulebook(form.rules_text.data or "", place="rule book"))
    except BadRuleBook as bad:
        form.rules_text.errors = list(bad.faults)
        return None


def _corrected(found: Contest, form: CorrectionForm) -> bool:
    try:
        correct_rules(
            database(), contest=found, rules_text=form.rules_text.data, order_number=form.order_number.data,
            order_on=form.order_on.data, reason=form.reason.data, actor=current_user.reference,
            now=clock.present(),
        )  # fmt: skip
    except BadInput as fault:
        form.rules_text.errors = [*form.rules_text.errors, *str(fault).splitlines()]
        return False
    return True
