"""The agency's pages of an import: templates, the check, the request, and the second person's approval.

Nothing of a file is kept but the digest of its rows, how many they are, and who asked.
"""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core import clock
from core.access import Right, guarded, require, require_fresh_factor
from core.disclosure import turnout_step
from core.errors import BadInput, BadTable
from core.places.queries import units_by_kato
from core.tables import Table, read_table
from core.web.edge import database, keys, settings
from surveys.criteria import criteria_from_json
from surveys.importing.blanks import blank_answers, template_mapping
from surveys.importing.forms import ApproveForm, FileForm, RequestForm
from surveys.importing.queries import import_request, import_requests
from surveys.importing.services import approve_import, request_import
from surveys.imports import ImportReport, import_answers, mapping_from
from surveys.mapping import ImportMapping
from surveys.models import Campaign
from surveys.queries import campaign_by_code

importing_agency = Blueprint("importing_agency", __name__, url_prefix="/staff/campaigns/<string:code>/import")
Reply = str | Response | tuple[str, int]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@importing_agency.route("", methods=["GET", "POST"])
@guarded(Right.IMPORT_ANSWERS)
def check(code: str) -> Reply:
    """Check a file, and ask a second person to approve it."""
    require(Right.IMPORT_ANSWERS)
    found, form = campaign_by_code(database(), code), RequestForm()
    if not form.validate_on_submit():
        return _check_page(found, form), 422 if form.errors else 200
    try:
        table, mapping = _read(found, form)
        report = import_answers(
            database(), campaign=found, table=table, mapping=mapping, keys=keys(),
            actor=current_user.reference, now=clock.present(), dry_run=True,
        )  # fmt: skip
    except BadInput as fault:
        return _check_page(found, form, fault=fault), 422
    if form.ask.data:
        request_import(
            database(), campaign=found, report=report, account_id=current_user.id, now=clock.present()
        )
        flash(_("The file is checked. Another person of the agency must bring the same file."), "good")
        return redirect(url_for("importing_agency.check", code=code))
    return _check_page(found, form, report=report, steps=_steps(table, mapping))


@importing_agency.route("/<string:digest>", methods=["GET", "POST"])
@guarded(Right.IMPORT_ANSWERS)
def approve(code: str, digest: str) -> Reply:
    """Bring the same file as the second person, and approve it."""
    require(Right.IMPORT_ANSWERS)
    found, form = campaign_by_code(database(), code), ApproveForm()
    asked = import_request(database(), campaign=found, digest=digest)
    if form.is_submitted():
        require_fresh_factor(now=clock.present())
    if not form.validate_on_submit():
        page = render_template("surveys/importing/approve.html", campaign=found, form=form, asked=asked)
        return page, 422 if form.errors else 200
    table, mapping = _read(found, form)
    report = approve_import(
        database(), campaign=found, digest=digest, table=table, mapping=mapping, keys=keys(),
        account_id=current_user.id, now=clock.present(), takes_now=not form.leave.data,
    )  # fmt: skip
    if report.is_dry_run:
        flash(_("Approved. Now the command on the server takes the answers in."), "good")
    else:
        flash(_("%(count)s answers are in the urn and wait to be mixed.", count=report.answers), "good")
    return redirect(url_for("importing_agency.check", code=code))


@importing_agency.get("/template.csv")
@guarded(Right.IMPORT_ANSWERS)
def template_csv(code: str) -> Reply:
    """The template as CSV."""
    found = campaign_by_code(database(), code)
    return _file(blank_answers(found, as_csv=True), "text/csv; charset=utf-8", f"{code}.csv")


@importing_agency.get("/template.xlsx")
@guarded(Right.IMPORT_ANSWERS)
def template_xlsx(code: str) -> Reply:
    """The template as a workbook."""
    found = campaign_by_code(database(), code)
    return _file(blank_answers(found, as_csv=False), _XLSX, f"{code}.xlsx")


@importing_agency.get("/mapping.toml")
@guarded(Right.IMPORT_ANSWERS)
def mapping_toml(code: str) -> Reply:
    """The mapping of the template, as an example."""
    found = campaign_by_code(database(), code)
    text = template_mapping(criteria_from_json(found.criteria_json))
    return _file(text.encode(), "application/toml", f"{code}.toml")


def _read(campaign: Campaign, form: FileForm) -> tuple[Table, ImportMapping]:
    """The sent table and its mapping, or the template's."""
    criteria = criteria_from_json(campaign.criteria_json)
    table = read_table(form.table.data.read(), filename=form.table.data.filename)
    given = form.mapping.data
    try:
        text = given.read().decode("utf-8-sig") if given else template_mapping(criteria)
    except UnicodeDecodeError:
        raise BadInput(_("The mapping is not a text in UTF-8."), place=given.filename) from None
    return table, mapping_from(text, criteria=criteria, place=given.filename if given else "mapping.toml")


def _check_page(
    campaign: Campaign,
    form: RequestForm,
    *,
    fault: BadInput | None = None,
    report: ImportReport | None = None,
    steps: Counter | None = None,
) -> str:
    return render_template(
        "surveys/importing/check.html", campaign=campaign, form=form, fault=fault, report=report,
        faults=fault.faults if isinstance(fault, BadTable) else (), steps=steps or {},
        units=units_by_kato(database(), steps or ()), requests=import_requests(database(), campaign=campaign),
        me=current_user.id,
    )  # fmt: skip


def _steps(table: Table, mapping: ImportMapping) -> dict[str, int]:
    """How many rows each unit has, rounded down to steps of 5."""
    counted = Counter(
        mapping.unit_codes.get(value, value)
        for value in (row.values[mapping.unit_column] for row in table.rows)
    )
    return {kato: turnout_step(count) for kato, count in sorted(counted.items())}


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    mark = "DEMO-" if settings().is_demo else ""
    answer.headers.set("Content-Disposition", "attachment", filename=f"{mark}{name}")
    return answer
