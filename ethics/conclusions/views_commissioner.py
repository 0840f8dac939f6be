"""The commissioner's conclusion, of the own oblast alone: what the answers say, the signing, the file.

What was written is never lost for want of a fresh second factor: the page comes back with it and says where
to give one.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, require_fresh_factor
from core.accounts.queries import names_of
from core.errors import BadInput, FactorNeeded
from core.web.edge import database, settings
from core.web.headers import no_store
from ethics import services
from ethics.conclusions.forms import ConclusionForm
from ethics.conclusions.printing import draw_conclusion, file_name
from ethics.conclusions.queries import findings, get_conclusion, versions_of
from ethics.forms import VERDICT_NAMES
from ethics.models import Conclusion, Questionnaire, Round, Verdict
from ethics.own import own_questionnaire
from ethics.queries import questionnaire_line
from ethics.remarks.queries import remark_proof, remarks_of

ethics_conclusions = Blueprint("ethics_conclusions", __name__, url_prefix="/staff/ethics")
Reply = str | Response | tuple[str, int]


@ethics_conclusions.route("/<int:number>/conclusion", methods=["GET", "POST"])
@guarded(Right.CONCLUDE_ETHICS)
def conclusion(number: int) -> Reply:
    """Show what the answers say, and sign a conclusion or its next version."""
    (found, round_), form = own_questionnaire(number, Right.CONCLUDE_ETHICS), ConclusionForm()
    if not form.validate_on_submit():
        return _page(found, round_, form), 422 if form.errors else 200
    try:
        require_fresh_factor(now=clock.present())
        _signed(found, form)
    except FactorNeeded:
        return _page(found, round_, form, is_stale=True), 422
    except BadInput as fault:
        form.reasons_kk.errors = [fault.message]
        return _page(found, round_, form), 422
    flash(_("The conclusion is signed."), "good")
    return redirect(url_for("ethics_conclusions.conclusion", number=number))


@ethics_conclusions.get("/<int:number>/conclusion/<int:version>.pdf")
@guarded(Right.CONCLUDE_ETHICS)
def document(number: int, version: int) -> Response:
    """A signed version as a file of one page."""
    found, round_ = own_questionnaire(number, Right.CONCLUDE_ETHICS)
    signed, line = get_conclusion(database(), number, version), questionnaire_line(database(), number)
    is_demo = settings().is_demo
    drawn = draw_conclusion(
        signed, line=line, findings=findings(database(), found, round_), signer=_signer(signed),
        is_demo=is_demo,
    )  # fmt: skip
    no_store()
    answer = Response(drawn, content_type="application/pdf")
    name = file_name(line, version, is_demo=is_demo)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _signed(found: Questionnaire, form: ConclusionForm) -> Conclusion:
    return services.conclude(
        database(), questionnaire=found, verdict=Verdict(form.verdict.data), reasons_kk=form.reasons_kk.data,
        reasons_ru=form.reasons_ru.data, actor=current_user.reference, now=clock.present(),
    )  # fmt: skip


def _signer(signed: Conclusion) -> str:
    """Who signed, by name; the journal's reference where the account is gone."""
    number = signed.signed_by.partition(":")[2]
    names = names_of(database(), [int(number)]) if number.isdecimal() else {}
    return next(iter(names.values()), signed.signed_by)


def _page(found: Questionnaire, round_: Round, form: ConclusionForm, *, is_stale: bool = False) -> str:
    return render_template(
        "ethics/conclusions/conclusion.html", line=questionnaire_line(database(), found.id), form=form,
        findings=findings(database(), found, round_), versions=versions_of(database(), found),
        remarks=remarks_of(database(), found), remarks_came=remark_proof(database(), found.id),
        is_stale=is_stale, verdict_names=VERDICT_NAMES,
    )  # fmt: skip
