"""The what-if pages: other weights on simulated evidence, and on real evidence once it is published."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from contest.contests.queries import contest_by_code, draft_or_published_book, rulebook_by_fingerprint
from contest.rulebook import Stage
from contest.standings.queries import get_standing
from contest.whatif.forms import SimulatedForm, WhatIfForm, own_weights, read_weights
from contest.whatif.queries import names_of, published_evidence, refuse_unless_published
from contest.whatif.services import try_on_published, try_on_simulated
from core import clock
from core.access import Right, guarded, may, require
from core.errors import NotFound
from core.web.edge import database

whatif_staff = Blueprint("whatif_staff", __name__, url_prefix="/staff/contests/<string:code>/what-if")


@whatif_staff.get("")
@guarded(Right.RUN_WHAT_IF)
def index(code: str) -> str:
    """What can be tried: each stage on simulated evidence, and what is published."""
    contest = contest_by_code(database(), code)
    found = [
        one
        for one in published_evidence(database(), contest)
        if may(current_user, Right.RUN_WHAT_IF, oblast=one.standing.oblast_kato)
    ]
    return render_template("contest/whatif/index.html", contest=contest, stages=list(Stage), evidence=found)


@whatif_staff.route("/simulated/<string:stage>", methods=["GET", "POST"])
@guarded(Right.RUN_WHAT_IF)
def simulated(code: str, stage: str) -> str:
    """Other weights on made-up nominees."""
    if stage not in set(Stage):
        raise NotFound(_l("There is no such stage."))
    contest, chosen, form = contest_by_code(database(), code), Stage(stage), SimulatedForm()
    book = draft_or_published_book(database(), contest)
    form.offer(book)
    rules = book.stage(chosen)
    sent, moved = own_weights(rules), None
    if form.is_submitted():
        sent = read_weights(request.form, rules)
    if form.validate_on_submit() and not sent.faults:
        moved = try_on_simulated(
            database(), contest=contest, book=book, stage=chosen, seed=form.seed.data,
            variant=sent.variant(form), actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    return render_template(
        "contest/whatif/trial.html", contest=contest, stage=chosen, unit=None, rules=rules, form=form,
        sent=sent, moved=moved, names={}, is_simulated=True,
    )  # fmt: skip


@whatif_staff.route("/standings/<int:standing_id>", methods=["GET", "POST"])
@guarded(Right.RUN_WHAT_IF)
def published(code: str, standing_id: int) -> str:
    """Other weights on a published standing; each run stands in the journal."""
    contest = contest_by_code(database(), code)
    standing = get_standing(database(), contest, standing_id).standing
    require(Right.RUN_WHAT_IF, oblast=standing.oblast_kato)
    refuse_unless_published(contest, standing)
    book, form = rulebook_by_fingerprint(database(), contest, standing.rulebook_fingerprint), WhatIfForm()
    form.offer(book)
    rules = book.stage(standing.stage)
    sent, moved = own_weights(rules), None
    if form.is_submitted():
        sent = read_weights(request.form, rules)
    if form.validate_on_submit() and not sent.faults:
        moved = try_on_published(
            database(), contest=contest, standing=standing, variant=sent.variant(form),
            actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    units = {one.standing.id: one.unit for one in published_evidence(database(), contest)}
    return render_template(
        "contest/whatif/trial.html", contest=contest, stage=standing.stage, unit=units.get(standing.id),
        rules=rules, form=form, sent=sent, moved=moved, names=names_of(database(), standing),
        is_simulated=False,
    )  # fmt: skip
