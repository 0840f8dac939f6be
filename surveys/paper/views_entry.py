"""The pages of entry: one sheet after the other, and a second look where two entries differ.

Each page is for one of the two oblasts of a batch and shows nothing of what the other one has entered.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, may, require
from core.errors import BadInput, Conflict, Forbidden, NotFound
from core.web.edge import database, keys, settings
from surveys.models import CampaignUnit
from surveys.paper import queries
from surveys.paper.forms import ReadingForm, SheetForm
from surveys.paper.names import OUTCOME_NAMES
from surveys.paper.queries import BatchLine, SheetAgain
from surveys.paper.services import Outcome, enter_sheet, look_again
from surveys.paper.sheets import BAND, SEX

paper_entry = Blueprint("paper_entry", __name__, url_prefix="/staff/paper")
Reply = str | Response | tuple[str, int]


@paper_entry.route("/<string:code>/enter", methods=["GET", "POST"])
@guarded(Right.ENTER_PAPER)
def enter(code: str) -> Reply:
    """Enter sheets, one after the other."""
    line = queries.batch_line(database(), code)
    oblast, form = _side(line), SheetForm()
    asks = database().get_one(CampaignUnit, (line.campaign.id, line.unit.kato)).asks_strata
    form.ask(_codes(line), asks_band=asks, asks_sex=asks)
    # A scanner presses Enter after the code: then the digits come next.
    is_scanned = form.is_submitted() and form.code.data and not (form.digits.data or form.spoilt.data)
    if is_scanned or not form.validate_on_submit():
        return _enter_page(line, oblast, form, is_scanned=bool(is_scanned))
    try:
        outcome = enter_sheet(
            database(), batch=line.batch, code=form.code.data, reading=form.reading(),
            account_id=current_user.id, oblast=oblast, keys=keys(), secret=settings().secret_key,
            now=clock.present(),
        )  # fmt: skip
    except (BadInput, Conflict, Forbidden, NotFound) as fault:
        form.code.errors = [*form.code.errors, fault.message]
        return _enter_page(line, oblast, form)
    return _next("enter", line, outcome)


@paper_entry.route("/<string:code>/differences", methods=["GET", "POST"])
@guarded(Right.ENTER_PAPER)
def differences(code: str) -> Reply:
    """Look again at the sheets that the two entries read differently, one after the other."""
    line = queries.batch_line(database(), code)
    oblast, form = _side(line), ReadingForm()
    waiting = queries.sheets_again(database(), batch=line.batch, oblast=oblast, secret=settings().secret_key)
    wanted = request.form.get("code")
    sheet = next((one for one in waiting if wanted in (None, one.code)), None)
    if sheet is None:
        return render_template("surveys/paper/differences_none.html", line=line)
    codes = [one for one in _codes(line) if one in sheet.fields]
    form.ask(codes, asks_band=BAND in sheet.fields, asks_sex=SEX in sheet.fields)
    if not form.validate_on_submit():
        page = render_template(
            "surveys/paper/differences.html", line=line, form=form, sheet=sheet, left=len(waiting),
            rows=_rows(line, sheet),
        )  # fmt: skip
        return page, 422 if form.errors else 200
    outcome = look_again(
        database(), batch=line.batch, code=sheet.code, again=form.again(),
        spoilt=form.reading() if form.spoilt.data else None, oblast=oblast, account_id=current_user.id,
        keys=keys(), secret=settings().secret_key, now=clock.present(),
    )  # fmt: skip
    return _next("differences", line, outcome)


def _enter_page(line: BatchLine, oblast: str, form: SheetForm, *, is_scanned: bool = False) -> Reply:
    page = render_template(
        "surveys/paper/enter.html", line=line, form=form, is_scanned=is_scanned, rows=_rows(line),
        waits=line.waits_for(oblast),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _rows(line: BatchLine, sheet: SheetAgain | None = None) -> list[tuple[int, object]]:
    """The rows of the sheet that are asked for, with their numbers."""
    criteria = queries.criteria_of_batch(database(), line.batch).criteria
    return [
        (number, criterion.official)
        for number, criterion in enumerate(criteria, start=1)
        if sheet is None or criterion.code in sheet.fields
    ]


def _codes(line: BatchLine) -> tuple[str, ...]:
    return queries.criteria_of_batch(database(), line.batch).codes


def _side(line: BatchLine) -> str:
    """For which of the two oblasts the account enters; exactly one of them must be its own."""
    batch = line.batch
    mine = [
        kato
        for kato in (batch.oblast_kato, batch.second_oblast_kato)
        if may(current_user, Right.ENTER_PAPER, oblast=kato)
    ]
    if len(mine) == 2:
        raise Forbidden(
            _l("Your account is an operator’s in both oblasts of this batch, so it cannot enter its sheets.")
        )
    if not mine:
        require(Right.ENTER_PAPER, oblast=batch.oblast_kato)
    return mine[0]


def _next(page: str, line: BatchLine, outcome: Outcome) -> Response:
    flash(str(OUTCOME_NAMES[outcome]), "warning" if outcome is Outcome.DIFFERS else "good")
    return redirect(url_for(f"paper_entry.{page}", code=line.batch.code))
