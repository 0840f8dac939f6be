"""The staff's pages of letters: how many of each unit were made, used, spoiled and came back.

The agency sees all oblasts, an operator sees and counts back those of one's own. No page says anything of a
single code; what was used stands a day late, in steps of 5.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, may, oblasts_of, require
from core.errors import BadInput, Conflict
from core.places.queries import get_unit, units_by_kato
from core.web.edge import database
from surveys.forms import first_fault
from surveys.models import Campaign, CampaignState
from surveys.names import STATE_NAMES
from surveys.queries import all_campaigns, campaign_by_code
from surveys.rules import Mode
from surveys.voters.forms import LARGEST_ONLINE, CountForm, MakeForm, WithdrawForm
from surveys.voters.queries import UnitCodes, codes_by_unit
from surveys.voters.services import count_back

voters_operator = Blueprint("voters_operator", __name__, url_prefix="/staff/letters")
Reply = str | Response


@voters_operator.get("")
@guarded(Right.COUNT_CODES)
def campaigns() -> Reply:
    """The surveys that are held by letters with codes."""
    found = [campaign for campaign in all_campaigns(database()) if campaign.mode is Mode.CODES]
    return render_template("surveys/voters/campaigns.html", campaigns=found, state_names=STATE_NAMES)


@voters_operator.get("/<string:code>")
@guarded(Right.COUNT_CODES)
def board(code: str) -> Reply:
    """The lists by oblast, or by unit of one oblast."""
    found, oblast = _campaign(code), request.args.get("oblast")
    allowed = oblasts_of(current_user, Right.COUNT_CODES)
    if oblast:
        require(Right.COUNT_CODES, oblast=oblast)
        return _oblast_page(found, oblast)
    if allowed is not None and len(allowed) == 1:
        return redirect(url_for("voters_operator.board", code=code, oblast=next(iter(allowed))))
    by_oblast: dict[str, list[UnitCodes]] = defaultdict(list)
    for row in codes_by_unit(database(), campaign=found, as_of=_yesterday(), oblasts=allowed):
        by_oblast[row.oblast_kato].append(row)
    return render_template(
        "surveys/voters/oblasts.html", campaign=found, by_oblast=by_oblast,
        names=units_by_kato(database(), by_oblast),
    )  # fmt: skip


@voters_operator.get("/<string:code>/<string:kato>")
@guarded(Right.COUNT_CODES)
def unit(code: str, kato: str) -> Reply:
    """One unit's batches, with what can be done."""
    found, place = _campaign(code), get_unit(database(), kato)
    require(Right.COUNT_CODES, oblast=place.oblast_kato)
    rows = codes_by_unit(
        database(), campaign=found, as_of=_yesterday(), oblasts=[place.oblast_kato], kato=kato
    )
    if not rows:
        raise Conflict(_("The unit %(kato)s is not asked in the survey “%(code)s”.", kato=kato, code=code))
    makes = may(current_user, Right.MANAGE_CAMPAIGNS) and found.state is not CampaignState.CLOSED
    row, make = rows[0], MakeForm(formdata=None)
    make.count.data = min(row.may_be_made, LARGEST_ONLINE)
    return render_template(
        "surveys/voters/unit.html", campaign=found, unit=place, row=row, makes=makes, make=make,
        is_draft=found.state is CampaignState.DRAFT, withdraw=WithdrawForm(formdata=None),
        counts={batch.batch: _count_form(batch) for batch in row.batches},
    )  # fmt: skip


@voters_operator.post("/<string:code>/<string:kato>/<int:batch>")
@guarded(Right.COUNT_CODES)
def count(code: str, kato: str, batch: int) -> Reply:
    """Say what became of a batch's letters."""
    found, place = _campaign(code), get_unit(database(), kato)
    require(Right.COUNT_CODES, oblast=place.oblast_kato)
    form = CountForm()
    if not form.validate_on_submit():
        raise BadInput(first_fault(form))
    count_back(
        database(), campaign=found, kato=kato, batch=batch, spoiled=form.spoiled.data,
        returned=form.returned.data, actor=f"account:{current_user.id}", now=clock.present(),
    )  # fmt: skip
    flash(_("The letters are counted."), "good")
    return redirect(url_for("voters_operator.unit", code=code, kato=kato))


def _oblast_page(found: Campaign, oblast: str) -> str:
    rows = codes_by_unit(database(), campaign=found, as_of=_yesterday(), oblasts=[oblast])
    units = units_by_kato(database(), [row.kato for row in rows])
    return render_template(
        "surveys/voters/units.html", campaign=found, rows=rows, units=units,
        districts=units_by_kato(database(), {one.district_kato or oblast for one in units.values()}),
        oblast=get_unit(database(), oblast),
    )  # fmt: skip


def _campaign(code: str) -> Campaign:
    found = campaign_by_code(database(), code)
    if found.mode is not Mode.CODES:
        raise Conflict(_("The survey %(code)s is held in another mode, without codes.", code=found.code))
    return found


def _count_form(batch: object) -> CountForm:
    form = CountForm(formdata=None, obj=batch)
    for field in (form.returned, form.spoiled):
        field.id = f"{field.name}-{batch.batch}"  # several of them stand on one page
        field.label.field_id = field.id
    return form


def _yesterday() -> object:
    return clock.day_of(clock.present()) - timedelta(days=1)
