"""The pages of paper batches: the list, a new one, its sheets to print, its reconciliation and act.

An operator sees the batches in which an oblast of theirs has a part; the agency sees them all, and may
sign. No page shows what was entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core import clock
from core.access import Right, guarded, may, may_anywhere, oblasts_of, require, require_fresh_factor
from core.accounts.models import Account
from core.errors import BadInput, Conflict, NotFound
from core.places.models import Unit
from core.places.queries import get_unit, oblasts, path_of, unit_name, units_by_kato
from core.web.edge import database, keys, settings
from core.web.headers import no_store
from core.web.language import language
from core.words import Words
from surveys.forms import first_fault
from surveys.models import CampaignUnit
from surveys.paper import queries
from surveys.paper.forms import BatchForm, CountsForm, SignForm
from surveys.paper.marks import sheet_codes
from surveys.paper.models import PaperBatch
from surveys.paper.names import sum_sentence
from surveys.paper.printing import ActRecord, SheetRecord, draw_act, draw_sheets
from surveys.paper.queries import BatchLine
from surveys.paper.reconciliation import counts_of, sign_first, sign_second
from surveys.paper.registration import register_batch
from surveys.paper.sums import faults_of
from surveys.paper.wording import COUNTS
from surveys.queries import campaign_by_code, title_of

paper_operator = Blueprint("paper_operator", __name__, url_prefix="/staff/paper")
Reply = str | Response | tuple[str, int]
#: How many sheets are drawn at once: a file of them takes some seconds.
SHEETS_A_FILE = 50


@paper_operator.get("")
@guarded(Right.RECONCILE_PAPER)
def index() -> Reply:
    """The batches in which one has a part, and what waits for one."""
    wanted = request.args.get("campaign")
    campaign = campaign_by_code(database(), wanted) if wanted else None
    mine = oblasts_of(current_user, Right.RECONCILE_PAPER)
    is_operator = may_anywhere(current_user, Right.ENTER_PAPER)
    return render_template(
        "surveys/paper/index.html", campaign=campaign, mine=mine,
        lines=queries.batch_lines(database(), oblasts=mine, campaign=campaign),
        campaigns=queries.paper_campaigns(database()) if is_operator else [],
    )  # fmt: skip


@paper_operator.route("/new/<string:campaign>", methods=["GET", "POST"])
@guarded(Right.ENTER_PAPER)
def register(campaign: str) -> Reply:
    """Register a batch before it is printed."""
    found = campaign_by_code(database(), campaign)
    mine = oblasts_of(current_user, Right.ENTER_PAPER)
    units = queries.units_for_paper(database(), campaign=found, oblasts=mine)
    form = BatchForm()
    form.offer(
        [(unit.kato, f"{unit_name(unit, language())} · {unit.kato}") for unit in units],
        [(unit.kato, unit_name(unit, language())) for unit in oblasts(database(), language())],
    )
    if form.validate_on_submit():
        require(Right.ENTER_PAPER, oblast=get_unit(database(), form.kato.data).oblast_kato)
        made = _registered(form, found.code)
        if made is not None:
            flash(_("The batch is registered. Print its sheets now."), "good")
            return redirect(url_for("paper_operator.batch", code=made.code))
    page = render_template("surveys/paper/register.html", form=form, campaign=found, units=units)
    return page, 422 if form.errors else 200


@paper_operator.get("/<string:code>")
@guarded(Right.RECONCILE_PAPER)
def batch(code: str) -> Reply:
    """One batch: what it is, how far it is, and what can be done now."""
    return _batch_page(_line(code))


@paper_operator.get("/<string:code>/sheets-<int:part>.pdf")
@guarded(Right.ENTER_PAPER)
def sheets(code: str, part: int) -> Reply:
    """Some of the sheets to print, fifty in a file."""
    found = queries.batch_by_code(database(), code)
    require(Right.ENTER_PAPER, oblast=found.oblast_kato)
    codes = sheet_codes(settings().secret_key, found.code, found.sheets)
    wanted = codes[(part - 1) * SHEETS_A_FILE : part * SHEETS_A_FILE] if part > 0 else ()
    if not wanted:
        raise NotFound(_("This batch has no such file of sheets."))
    line = queries.batch_line(database(), code)
    asked = database().get_one(CampaignUnit, (found.campaign_id, found.kato))
    record = SheetRecord(
        batch_code=found.code, title=title_of(line.campaign), place=_place(line),
        criteria=queries.criteria_of_batch(database(), found), asks_strata=asked.asks_strata,
        last_day=line.campaign.closes_on, codes=wanted, is_demo=settings().is_demo,
    )  # fmt: skip
    return _pdf(draw_sheets(record), f"{found.code}-{part}")


@paper_operator.post("/<string:code>/reconcile")
@guarded(Right.RECONCILE_PAPER)
def reconcile(code: str) -> Reply:
    """Fill in where the sheets are, and sign first."""
    line, form = _for_signature(code), CountsForm()
    if not form.validate_on_submit():
        return _batch_page(line, form), 422
    faults = faults_of(form.counts(), queries.known_sums(database(), batch=line.batch))
    if faults:
        return _batch_page(line, form, [(fault.sum.value, sum_sentence(fault)) for fault in faults]), 422
    sign_first(
        database(), batch=line.batch, counts=form.counts(), account_id=current_user.id, now=clock.present()
    )
    flash(_("You have signed. The batch is closed when a second person has signed, too."), "good")
    return redirect(url_for("paper_operator.batch", code=code))


@paper_operator.post("/<string:code>/sign")
@guarded(Right.RECONCILE_PAPER)
def sign(code: str) -> Reply:
    """Sign as the second person, which closes the batch."""
    line, seen = _for_signature(code), CountsForm()
    if not seen.validate_on_submit():
        raise BadInput(first_fault(seen))
    sign_second(
        database(), batch=line.batch, counts=seen.counts(), account_id=current_user.id, keys=keys(),
        secret=settings().secret_key, now=clock.present(),
    )  # fmt: skip
    flash(_("The batch is reconciled and closed."), "good")
    return redirect(url_for("paper_operator.batch", code=code))


@paper_operator.get("/<string:code>/act.pdf")
@guarded(Right.RECONCILE_PAPER)
def act(code: str) -> Reply:
    """The act of a reconciled batch."""
    line = _line(code)
    if not line.is_reconciled:
        raise NotFound(_("The act is made when two people have signed."))
    found = line.reconciliation
    both = units_by_kato(database(), [line.batch.oblast_kato, line.batch.second_oblast_kato])
    signed = ((found.first_by, found.first_on), (found.second_by, found.second_on))
    record = ActRecord(
        batch_code=line.batch.code, title=title_of(line.campaign), place=_place(line),
        registered_on=line.batch.registered_on, handed_out_by=line.batch.handed_out_by,
        oblasts=tuple(
            _names([both[kato]]) for kato in (line.batch.oblast_kato, line.batch.second_oblast_kato)
        ),
        numbers={name: getattr(found, name) for name in COUNTS},
        signed=tuple((database().get_one(Account, account).name, day) for account, day in signed),
        is_demo=settings().is_demo,
    )  # fmt: skip
    return _pdf(draw_act(record), f"act-{line.batch.code}")


def _batch_page(line: BatchLine, form: CountsForm | None = None, faults: Sequence[tuple] = ()) -> str:
    signed = line.reconciliation
    seen = asdict(counts_of(signed)) if signed else {}
    form = form or CountsForm(data=seen)
    parts = -(-line.batch.sheets // SHEETS_A_FILE)
    return render_template(
        "surveys/paper/batch.html", line=line, form=form, faults=faults, sign=SignForm(), parts=parts,
        seen=seen, unit=line.unit, mine=[
            kato
            for kato in (line.batch.oblast_kato, line.batch.second_oblast_kato)
            if may(current_user, Right.ENTER_PAPER, oblast=kato)
        ],
        both=units_by_kato(database(), [line.batch.oblast_kato, line.batch.second_oblast_kato]),
        has_signed_first=signed is not None and signed.first_by == current_user.id,
    )  # fmt: skip


def _registered(form: BatchForm, campaign: str) -> PaperBatch | None:
    """The batch of a valid form; what cannot be taken stands at the number of sheets."""
    try:
        return register_batch(
            database(), campaign=campaign_by_code(database(), campaign), kato=form.kato.data,
            sheets=form.sheets.data, second_oblast=form.second_oblast.data,
            handed_out_by=form.handed_out_by.data, secret=settings().secret_key,
            actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    except (BadInput, Conflict) as fault:
        form.sheets.errors = [*form.sheets.errors, fault.message]
        return None


def _line(code: str) -> BatchLine:
    """The batch with everything about it, if the account has a part in it."""
    line = queries.batch_line(database(), code)
    mine = oblasts_of(current_user, Right.RECONCILE_PAPER)
    if mine is not None and line.batch.oblast_kato not in mine:
        require(Right.RECONCILE_PAPER, oblast=line.batch.second_oblast_kato)
    return line


def _for_signature(code: str) -> BatchLine:
    line = _line(code)
    require_fresh_factor(now=clock.present())
    return line


def _place(line: BatchLine) -> Words:
    """The unit with what is above it, in the three languages."""
    return _names([line.unit, *reversed(path_of(database(), line.unit))])


def _names(units: Sequence[Unit]) -> Words:
    return Words(*(", ".join(unit_name(unit, code) for unit in units) for code in ("kk", "ru", "en")))


def _pdf(content: bytes, name: str) -> Response:
    no_store()
    answer = Response(content, content_type="application/pdf")
    mark = "DEMO-" if settings().is_demo else ""
    answer.headers.set("Content-Disposition", "attachment", filename=f"{mark}{name}.pdf")
    return answer
