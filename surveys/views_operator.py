"""The operator's pages: how many have answered, a day late, in steps of 5, of one's own oblast only.

No score, no small count and no trend by the hour leaves these pages.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.access import Right, guarded, may, oblasts_of, require
from core.disclosure import turnout_until
from core.errors import NotFound
from core.places.queries import get_unit, units_by_kato
from core.tables import write_csv
from core.web.edge import database, settings
from core.web.language import language
from surveys.answers import Origin
from surveys.board import MOST_DAYS, Order, Show, UnitTurnout, by_oblast, listed, totals, trend, turnout
from surveys.models import Campaign
from surveys.names import ORIGIN_NAMES, STATE_NAMES
from surveys.queries import all_campaigns, campaign_by_code

surveys_operator = Blueprint("surveys_operator", __name__, url_prefix="/staff/turnout")
Reply = str | AnyResponse
Choice = TypeVar("Choice", bound=StrEnum)
PAGE = 200


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
    """Turnout by oblast, of all oblasts that the account may see."""
    found, allowed = campaign_by_code(database(), code), _allowed()
    if allowed is not None and len(allowed) == 1:
        return redirect(url_for("surveys_operator.units", code=code, oblast=next(iter(allowed))))
    rows = turnout(database(), campaign=found, as_of=_yesterday(), oblasts=allowed)
    sums = by_oblast(rows)
    return render_template(
        "surveys/operator/oblasts.html", all_units=totals(rows), by_oblast=sums,
        names=units_by_kato(database(), sums), **_about(found), **_trend(found, oblasts=allowed),
    )  # fmt: skip


@surveys_operator.get("/<string:code>/units")
@guarded(Right.SEE_TURNOUT)
def units(code: str) -> Reply:
    """Turnout by unit, of one oblast or of all that the account may see."""
    found, oblast = campaign_by_code(database(), code), _oblast()
    rows = turnout(database(), campaign=found, as_of=_yesterday(), oblasts=_within(oblast))
    chosen, page = _listed(rows), max(1, request.args.get("page", 1, type=int))
    return render_template(
        "surveys/operator/units.html", all_units=totals(rows), over=sum(row.is_over for row in rows),
        found=len(chosen), rows=chosen[(page - 1) * PAGE : page * PAGE], page=page,
        pages=-(-len(chosen) // PAGE), show=_choice(Show), order=_choice(Order), text=_text(),
        orders=ORDER_NAMES, shows=SHOW_NAMES, oblast=oblast and get_unit(database(), oblast),
        **_about(found), **(_trend(found, oblasts=[oblast]) if oblast else {}),
    )  # fmt: skip


@surveys_operator.get("/<string:code>/units.csv")
@guarded(Right.SEE_TURNOUT)
def table(code: str) -> Reply:
    """The same units as a table, every page of them."""
    found, oblast = campaign_by_code(database(), code), _oblast()
    rows = turnout(database(), campaign=found, as_of=_yesterday(), oblasts=_within(oblast))
    columns = ("kato", "unit", "district", "adults", "answers_at_least", "last_7_days", *Origin)
    cells = [
        (row.kato, row.name, row.place, "" if row.adults is None else row.adults, row.answers, row.recent,
         *(row.by_origin.get(origin, 0) for origin in Origin))
        for row in _listed(rows)
    ]  # fmt: skip
    if settings().is_demo:
        cells.insert(0, (_("DEMONSTRATION"), *[""] * (len(columns) - 1)))
    response = Response(write_csv(columns, cells), content_type="text/csv; charset=utf-8")
    name = "-".join(filter(None, ("turnout", code, oblast, _until(found).isoformat())))
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


@surveys_operator.get("/<string:code>/units/<string:kato>")
@guarded(Right.SEE_TURNOUT)
def unit(code: str, kato: str) -> Reply:
    """One unit: its answers by origin, and day by day or week by week."""
    found, oblast = campaign_by_code(database(), code), get_unit(database(), kato).oblast_kato
    require(Right.SEE_TURNOUT, oblast=oblast)
    rows = turnout(database(), campaign=found, as_of=_yesterday(), kato=kato)
    if not rows:
        raise NotFound(_l("The unit %(kato)s is not asked in the survey “%(code)s”.", kato=kato, code=code))
    return render_template(
        "surveys/operator/unit.html", row=rows[0], **_about(found), **_trend(found, kato=kato)
    )  # fmt: skip


SHOW_NAMES = {
    Show.ALL: _l("All units"),
    Show.SILENT: _l("Fewer than 5 answers"),
    Show.OVER: _l("More answers than adults"),
}
ORDER_NAMES = {
    Order.NAME: _l("By name"),
    Order.ANSWERS: _l("Most answers first"),
    Order.SHARE: _l("Largest share of adults first"),
    Order.RECENT: _l("Most in the last 7 days first"),
}


def _about(found: Campaign) -> dict[str, object]:
    return {
        "campaign": found, "as_of": _until(found), "origins": ORIGIN_NAMES,
        "may_print": lambda oblast: may(current_user, Right.MANAGE_SITES, oblast=oblast),
    }  # fmt: skip


def _trend(found: Campaign, **within: object) -> dict[str, object]:
    """The stretches of a trend; long campaigns by week, unless days are asked for."""
    days = (_until(found) - found.opens_on).days + 1
    by_week = request.args.get("by", "week" if days > MOST_DAYS else "day") == "week"
    return {
        "stretches": trend(database(), campaign=found, as_of=_yesterday(), by_week=by_week, **within),
        "by_week": by_week,
    }


def _listed(rows: list[UnitTurnout]) -> list[UnitTurnout]:
    return listed(rows, show=_choice(Show), order=_choice(Order), text=_text(), language=language())


def _choice(kind: type[Choice]) -> Choice:
    """The choice in the address; the first one where there is none, or none that is known."""
    given = request.args.get(kind.__name__.lower(), "")
    return kind(given) if given in [*kind] else next(iter(kind))


def _text() -> str:
    return " ".join(request.args.get("q", "").split())[:100]


def _oblast() -> str | None:
    """The oblast in the address, if the account may see it."""
    oblast = request.args.get("oblast") or None
    if oblast:
        require(Right.SEE_TURNOUT, oblast=oblast)
    return oblast


def _within(oblast: str | None) -> Collection[str] | None:
    return [oblast] if oblast else _allowed()


def _allowed() -> frozenset[str] | None:
    return oblasts_of(current_user, Right.SEE_TURNOUT)


def _yesterday() -> date:
    """The last day that is shown: today's answers could be told apart by whoever watches the village."""
    return clock.day_of(clock.present()) - timedelta(days=1)


def _until(found: Campaign) -> date:
    return turnout_until(yesterday=_yesterday(), last_day=found.closes_on)
