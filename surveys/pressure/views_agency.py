"""The agency's page of reports of pressure: how many, where, and what people wrote.

Only the agency opens it. Reports stand by village and in no order; nothing here leads to an answer.
"""

from __future__ import annotations

from flask import Blueprint, render_template

from core.access import Right, guarded, require
from core.places.queries import units_by_kato
from core.web.edge import database
from surveys.pressure.names import KIND_NAMES
from surveys.pressure.queries import report_totals, reports_by_unit
from surveys.queries import all_campaigns, campaign_by_code

pressure_agency = Blueprint("pressure_agency", __name__, url_prefix="/staff/pressure-reports")


@pressure_agency.get("")
@guarded(Right.READ_PRESSURE)
def campaigns() -> str:
    """The surveys, and how many reports each has."""
    require(Right.READ_PRESSURE)
    return render_template(
        "surveys/pressure/campaigns.html", campaigns=all_campaigns(database()),
        totals=report_totals(database()),
    )  # fmt: skip


@pressure_agency.get("/<string:code>")
@guarded(Right.READ_PRESSURE)
def reports(code: str) -> str:
    """The reports of one survey, by village."""
    require(Right.READ_PRESSURE)
    found = campaign_by_code(database(), code)
    by_unit = reports_by_unit(database(), campaign=found)
    return render_template(
        "surveys/pressure/reports.html", campaign=found, by_unit=by_unit, kinds=KIND_NAMES,
        units=units_by_kato(database(), by_unit),
    )  # fmt: skip
