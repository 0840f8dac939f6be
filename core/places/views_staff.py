"""The staff page of the territory: what is known, and tables of population and officials."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from core import clock
from core.access import Right, guarded, require
from core.errors import NotFound
from core.places import queries, services
from core.places.blanks import COLUMNS, blank_table
from core.places.forms import TableForm
from core.tables import read_table
from core.web.edge import database, settings
from core.web.language import language

places = Blueprint("places", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLES = {"population": _l("Population"), "officials": _l("Officials")}


@places.get("/staff/territories")
@guarded(Right.MANAGE_TERRITORIES)
def territories() -> str:
    """Counts, editions, and the two tables that can be sent."""
    return _page({kind: TableForm(prefix=kind) for kind in COLUMNS})


@places.post("/staff/territories/<string:kind>")
@guarded(Right.MANAGE_TERRITORIES)
def take_table(kind: str) -> Response | tuple[str, int]:
    """Take a table of population or officials whole, or only check it."""
    require(Right.MANAGE_TERRITORIES)
    form = TableForm(prefix=_known(kind))
    if not form.validate_on_submit():
        return _page({other: form if other == kind else TableForm(prefix=other) for other in COLUMNS}), 422
    table = read_table(form.table.data.read(), filename=form.table.data.filename)
    take = services.load_population if kind == "population" else services.load_officials
    report = take(
        database(), table=table, now=clock.present(), actor=current_user.reference, dry_run=form.dry_run.data
    )
    flash(_told(report), "good")
    return redirect(url_for("places.territories"))


@places.get("/staff/territories/<string:kind>/template")
@guarded(Right.MANAGE_TERRITORIES)
def template(kind: str) -> Response:
    """The template of a table as a workbook, with a row for each post."""
    content = blank_table(database(), kind=_known(kind), language=language())
    response = Response(content, content_type=_XLSX)
    mark = "DEMO-" if settings().is_demo else ""
    response.headers.set("Content-Disposition", "attachment", filename=f"{mark}{kind}.xlsx")
    return response


def _page(forms: dict[str, TableForm]) -> str:
    return render_template(
        "core/places/territories.html", forms=forms, titles=_TITLES, editions=queries.editions(database()),
        known=queries.summary(database(), on=clock.day_of(clock.present())),
    )  # fmt: skip


def _known(kind: str) -> str:
    if kind not in COLUMNS:
        raise NotFound(_("There is no such table."))
    return kind


def _told(report: services.TableReport) -> str:
    facts = {"added": report.added, "revised": report.revised, "unchanged": report.unchanged}
    if report.is_dry:
        return _(
            "Checked, nothing changed. New: %(added)s, corrected: %(revised)s, as before: %(unchanged)s.",
            **facts,
        )
    return _("Taken. New: %(added)s, corrected: %(revised)s, as before: %(unchanged)s.", **facts)
