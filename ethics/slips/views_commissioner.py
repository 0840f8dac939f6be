"""The commissioner's pages of slips: made once, handed out, counted back, the signed act.

Codes stand only in the answer that makes them. No page says whether one code was used or voided.
"""

from __future__ import annotations

import base64

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded
from core.codes import grouped
from core.errors import BadInput, NotFound, Unavailable
from core.web.edge import database, settings, storage
from ethics import services
from ethics.drafting import require_draft
from ethics.forms import ActForm
from ethics.models import Questionnaire
from ethics.own import own_questionnaire
from ethics.queries import questionnaire_line
from ethics.slips.forms import AddressForm, SlipActForm, VoidForm, WitnessForm
from ethics.slips.printing import draw_act, draw_slips, file_name
from ethics.slips.queries import act_of, issue_of, made_slips, positions_of, voided_slips
from ethics.slips.sending import read_addresses, send_slips

ethics_slips = Blueprint("ethics_slips", __name__, url_prefix="/staff/ethics")
Reply = str | Response | tuple[str, int]
#: How many slips one answer draws, so that the page can say how far it is.
AT_ONCE = 200


@ethics_slips.get("/<int:number>/slips")
@guarded(Right.MANAGE_ETHICS)
def slips(number: int) -> Reply:
    """Where the slips stand and what comes next."""
    return _page(own_questionnaire(number, Right.MANAGE_ETHICS)[0])


@ethics_slips.post("/<int:number>/slips")
@guarded(Right.MANAGE_ETHICS)
def make(number: int) -> Reply:
    """Make the next slips and hand over their sheets, once."""
    found, _round = own_questionnaire(number, Right.MANAGE_ETHICS, is_fresh=True)
    codes = services.make_slips(
        database(), questionnaire=found, secret=settings().secret_key, most=AT_ONCE,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    line, is_demo = questionnaire_line(database(), number), settings().is_demo
    made = made_slips(database(), found)
    drawn = draw_slips(codes, line=line, public_url=settings().public_url, is_demo=is_demo)
    return render_template(
        "ethics/slips/sheets.html", line=line, made=made, act=ActForm(formdata=None),
        codes=[grouped(code) for code in codes], public_url=settings().public_url,
        pdf=f"data:application/pdf;base64,{base64.b64encode(drawn).decode()}",
        file_name=file_name(line, f"slips-{made}", is_demo=is_demo),
    )  # fmt: skip


@ethics_slips.route("/<int:number>/slips/mail", methods=["GET", "POST"])
@guarded(Right.MANAGE_ETHICS)
def mail(number: int) -> Reply:
    """Send the codes by e-mail instead of printing them, straight from memory."""
    found, round_ = own_questionnaire(number, Right.MANAGE_ETHICS, is_fresh=True)
    require_draft(round_)
    if settings().smtp_url is None:
        raise Unavailable(_l("This installation has no mail server: print the slips."))
    form = AddressForm()
    if not form.validate_on_submit():
        return _mail_page(number, form), 422 if form.errors else 200
    try:
        failed = _sent(found, form)
    except (BadInput, Unavailable) as fault:
        form.addresses.errors = [str(fault)]
        return _mail_page(number, form), 422
    return render_template(
        "ethics/slips/sent.html", line=questionnaire_line(database(), number), failed=failed
    )


@ethics_slips.post("/<int:number>/slips/issue")
@guarded(Right.MANAGE_ETHICS)
def issue(number: int) -> Reply:
    """Record the handing out before two witnesses."""
    found, _round = own_questionnaire(number, Right.MANAGE_ETHICS, is_fresh=True)
    form = WitnessForm()
    if not form.validate_on_submit():
        return _page(found, issue=form), 422
    services.record_issue(
        database(), questionnaire=found, witnesses=form.witnesses, actor=current_user.reference,
        now=clock.present(),
    )  # fmt: skip
    return _back(number, _("The handing out is recorded."))


@ethics_slips.post("/<int:number>/slips/void")
@guarded(Right.MANAGE_ETHICS)
def void(number: int) -> Reply:
    """Void unused slips by their codes."""
    found, _round = own_questionnaire(number, Right.MANAGE_ETHICS, is_fresh=True)
    form = VoidForm()
    if not form.validate_on_submit():
        return _page(found, void=form), 422
    try:
        count = services.void_slips(
            database(), questionnaire=found, text=form.codes.data, secret=settings().secret_key,
            actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    except BadInput as fault:
        form.codes.errors = [str(fault)]
        return _page(found, void=form), 422
    return _back(number, _("Codes voided: %(count)s.", count=count))


@ethics_slips.post("/<int:number>/slips/sign")
@guarded(Right.MANAGE_ETHICS)
def sign(number: int) -> Reply:
    """Sign the act of unused slips."""
    found, _round = own_questionnaire(number, Right.MANAGE_ETHICS, is_fresh=True)
    form = SlipActForm()
    if not form.validate_on_submit():
        return _page(found, signing=form), 422
    try:
        services.sign_act(
            database(), questionnaire=found, unused=form.unused.data, witnesses=form.witnesses,
            actor=current_user.reference, now=clock.present(),
        )  # fmt: skip
    except BadInput as fault:
        form.unused.errors = [str(fault)]
        return _page(found, signing=form), 422
    return _back(number, _("The act is signed. Print it for the signatures of the witnesses."))


@ethics_slips.get("/<int:number>/slips/act.pdf")
@guarded(Right.MANAGE_ETHICS)
def act(number: int) -> Reply:
    """The signed act as PDF."""
    found, _round = own_questionnaire(number, Right.MANAGE_ETHICS)
    signed, line = act_of(database(), found), questionnaire_line(database(), number)
    if signed is None:
        raise NotFound(_l("The act of questionnaire %(number)s is not signed yet.", number=number))
    drawn = draw_act(
        signed, issue_of(database(), found), positions=positions_of(database(), found), line=line,
        is_demo=settings().is_demo,
    )  # fmt: skip
    answer = Response(drawn, content_type="application/pdf")
    name = file_name(line, "act", is_demo=settings().is_demo)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _sent(found: Questionnaire, form: AddressForm) -> list[str]:
    addresses = read_addresses(form.addresses.data, count=found.headcount)
    number = found.id
    # The sending has transactions of its own; this request's would hold SQLite's one write lock.
    database().rollback()
    return send_slips(
        storage(), number=number, addresses=addresses, smtp_url=settings().smtp_url,
        mail_from=settings().mail_from, public_url=settings().public_url, secret=settings().secret_key,
        actor=current_user.reference, now=clock.present(),
    )  # fmt: skip


def _page(found: Questionnaire, **forms: FlaskForm) -> str:
    # A form that was not sent is drawn empty, whatever another form of the page held.
    shown = {"issue": WitnessForm, "void": VoidForm, "signing": SlipActForm}
    return render_template(
        "ethics/slips/slips.html", line=questionnaire_line(database(), found.id),
        positions=positions_of(database(), found), made=made_slips(database(), found),
        issued=issue_of(database(), found), signed=act_of(database(), found),
        voided=voided_slips(database(), found), can_mail=settings().smtp_url is not None,
        act=ActForm(formdata=None), faulty=next(iter(forms.values()), None),
        forms={name: forms.get(name) or kind(formdata=None) for name, kind in shown.items()},
    )  # fmt: skip


def _mail_page(number: int, form: AddressForm) -> str:
    return render_template("ethics/slips/mail.html", line=questionnaire_line(database(), number), form=form)


def _back(number: int, words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("ethics_slips.slips", number=number))
