"""The operator's pages: how many have answered, a day late, in steps of 5, of one's own oblast only.

No score, no small count and no trend by the hour leaves these pages.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, oblasts_of, require
from core.places.queries import get_unit, units_by_kato
from core.web.edge import database
from surveys.models import Campaign
from surveys.names import STATE_NAMES
from surveys.queries import UnitTurnout, all_campaigns, campaign_by_code, turnout

surveys_operator = Blueprint("surveys_operator", __name__, url_prefix="/staff/turnout")
Reply = str | Response


@surveys_operator.get("")
@guarded(Right.SEE_TURNOUT)
def surveys() -> Reply:
    """The surveys whose turnout can be seen."""
    return render_template(
        "surveys/operator/surveys.html", campaigns=all_campaigns(database()), state_names=STATE_NAMES
    )


@surveys_operator.get("/<string:code>")
@guarded(Right.SEE_TURNOUT)
def board(code: str) -> Reply:
    """Turnout by oblast, or by unit of one oblast."""
    found = campaign_by_code(database(), code)
    allowed, oblast = oblasts_of(current_user, Right.SEE_TURNOUT), request.args.get("oblast")
    if oblast:
        require(Right.SEE_TURNOUT, oblast=oblast)
        return _oblast_page(found, oblast)
    if allowed is not None and len(allowed) == 1:
        return redirect(url_for("surveys_operator.board", code=code, oblast=next(iter(allowed))))
    by_oblast: dict[str, list[UnitTurnout]] = defaultdict(list)
    for row in turnout(database(), campaign=found, as_of=_yesterday(), oblasts=allowed):
        by_oblast[row.oblast_kato].append(row)
    return render_template(
        "surveys/operator/oblasts.html", campaign=found, as_of=_yesterday(), by_oblast=by_oblast,
        names=units_by_kato(database(), by_oblast),
    )  # fmt: skip


def _oblast_page(found: Campaign, oblast: str) -> str:
    rows = turnout(database(), campaign=found, as_of=_yesterday(), oblasts=[oblast])
    units = units_by_kato(database(), [row.kato for row in rows])
    districts = units_by_kato(database(), {unit.district_kato or oblast for unit in units.values()})
    return render_template(
        "surveys/operator/units.html", campaign=found, as_of=_yesterday(), rows=rows, units=units,
        districts=districts, oblast=get_unit(database(), oblast),
    )  # fmt: skip


def _yesterday() -> object:
    """The last day that is shown: today's answers could be told apart by whoever watches the village."""
    return clock.day_of(clock.present()) - timedelta(days=1)
