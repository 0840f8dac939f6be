"""The agency makes codes: a batch of letters of one unit, drawn once and given out as a file, or withdrawn.

The file is drawn before anything is written, so that nobody waits for it, and kept nowhere.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core import clock
from core.access import Right, guarded, require, require_fresh_factor
from core.errors import BadInput
from core.web.edge import database, settings, storage
from surveys.forms import first_fault
from surveys.queries import asked_unit, campaign_by_code
from surveys.voters.forms import MakeForm, WithdrawForm
from surveys.voters.letters import draw_letters, file_name
from surveys.voters.queries import planned_batch
from surveys.voters.services import draw_codes, keep_codes, withdraw_codes

voters_agency = Blueprint("voters_agency", __name__, url_prefix="/staff/campaigns")


@voters_agency.post("/<string:code>/codes/<string:kato>")
@guarded(Right.MANAGE_CAMPAIGNS)
def make(code: str, kato: str) -> Response:
    """Make a batch of a unit's codes; the answer is the only copy of its letters."""
    require(Right.MANAGE_CAMPAIGNS)
    require_fresh_factor(now=clock.present())
    form = MakeForm()
    if not form.validate_on_submit():
        raise BadInput(first_fault(form))
    with storage().read() as session:
        found, asked = campaign_by_code(session, code), asked_unit(session, code=code, kato=kato)
        planned = planned_batch(session, campaign=found, kato=kato, count=form.count.data)
    codes = draw_codes(planned.count)
    is_demo = settings().is_demo
    letters = draw_letters(
        codes, asked=asked, batch=planned.number, public_url=settings().public_url, is_demo=is_demo
    )
    keep_codes(
        database(), campaign=campaign_by_code(database(), code), kato=kato, batch=planned.number, codes=codes,
        secret=settings().secret_key, actor=_actor(), now=clock.present(),
    )  # fmt: skip
    name = file_name(asked, planned.number, is_demo=is_demo)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(letters, mimetype="application/pdf", headers=headers)


@voters_agency.post("/<string:code>/codes/<string:kato>/withdraw")
@guarded(Right.MANAGE_CAMPAIGNS)
def withdraw(code: str, kato: str) -> Response:
    """Make a unit's codes worthless, before the survey opens."""
    require(Right.MANAGE_CAMPAIGNS)
    require_fresh_factor(now=clock.present())
    form = WithdrawForm()
    if not form.validate_on_submit():
        raise BadInput(first_fault(form))
    withdraw_codes(
        database(), campaign=campaign_by_code(database(), code), kato=kato, reason=form.reason.data,
        actor=_actor(), now=clock.present(),
    )  # fmt: skip
    flash(_("The codes of this unit are worthless now. Destroy their letters."), "good")
    return redirect(url_for("voters_operator.unit", code=code, kato=kato))


def _actor() -> str:
    return f"account:{current_user.id}"
