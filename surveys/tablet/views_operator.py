"""The operator's pages of visits: plan one, see the tablet's code once, end one.

How many answered on a visit is not shown: it stands in the unit's turnout, a day late.
"""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from core import clock
from core.access import Right, guarded, oblasts_of, require
from core.codes import grouped
from core.errors import BadInput, Conflict
from core.places.queries import unit_name, units_by_kato
from core.web.edge import database, keys, settings
from core.web.language import language
from surveys.finding import Listing, level_below
from surveys.forms import ActForm
from surveys.models import Campaign, CampaignState
from surveys.queries import all_campaigns, campaign_by_code, title_of
from surveys.rules import Mode
from surveys.tablet.forms import VisitForm
from surveys.tablet.models import Visit
from surveys.tablet.queries import units_of, visit_by_id, visits
from surveys.tablet.services import end_visit, plan_visit

tablet_operator = Blueprint("tablet_operator", __name__, url_prefix="/staff/visits")
Reply = str | Response | tuple[str, int]


@tablet_operator.get("")
@guarded(Right.PLAN_VISITS)
def index() -> Reply:
    """The visits of one's oblasts, and the surveys for which one can be planned."""
    rows = visits(database(), oblasts=oblasts_of(current_user, Right.PLAN_VISITS))
    names = units_by_kato(database(), {visit.oblast_kato for visit, _campaign in rows})
    open_now = [c for c in all_campaigns(database()) if _may_be_visited(c)]
    return render_template("surveys/tablet/visits.html", rows=rows, names=names, campaigns=open_now)


@tablet_operator.get("/new/<string:code>")
@guarded(Right.PLAN_VISITS)
def choose(code: str) -> Reply:
    """From the oblast down to the district whose units are visited."""
    found, within = campaign_by_code(database(), code), request.args.get("in") or None
    allowed = oblasts_of(current_user, Right.PLAN_VISITS)
    if within is None and allowed is not None and len(allowed) == 1:
        within = next(iter(allowed))
    listing = _listing(found, within)
    if listing.asked:
        return _plan_page(found, listing, _form(listing))
    return render_template(
        "surveys/tablet/choose.html", campaign=found, title=title_of(found), listing=listing
    )


@tablet_operator.post("/new/<string:code>")
@guarded(Right.PLAN_VISITS)
def plan(code: str) -> Reply:
    """Plan the visit, and show the code of its tablet once."""
    found = campaign_by_code(database(), code)
    listing = _listing(found, request.args.get("in"))
    form = _form(listing)
    if not form.validate_on_submit():
        return _plan_page(found, listing, form), 422
    try:
        visit, tablet_code = plan_visit(
            database(), campaign=found, katos=form.katos.data, day=form.day.data, send_by=form.send_by.data,
            tickets=form.tickets.data, keys=keys(), secret=settings().secret_key, actor=_actor(),
            now=clock.present(),
        )  # fmt: skip
    except (BadInput, Conflict) as fault:
        form.katos.errors = [*form.katos.errors, fault.message]
        return _plan_page(found, listing, form), 422
    address = f"{settings().public_url}{url_for('tablet_public.app', lang=language())}"
    picture = segno.make(f"{address}#{tablet_code}", error="m").svg_data_uri(scale=5, border=2)
    return render_template(
        "surveys/tablet/planned.html",
        visit=visit,
        code=grouped(tablet_code),
        address=address,
        picture=picture,
    )


@tablet_operator.get("/<int:number>")
@guarded(Right.PLAN_VISITS)
def visit(number: int) -> Reply:
    """One visit: where, when, and whether its tablet is ready."""
    found = _visit(number)
    return render_template(
        "surveys/tablet/visit.html", visit=found, campaign=database().get_one(Campaign, found.campaign_id),
        units=[unit for unit, _asks in units_of(database(), found)], act=ActForm(),
    )  # fmt: skip


@tablet_operator.post("/<int:number>/end")
@guarded(Right.PLAN_VISITS)
def end(number: int) -> Reply:
    """Take nothing more from a visit, for example when its tablet was lost."""
    end_visit(database(), visit=_visit(number), actor=_actor(), now=clock.present())
    flash(_("The visit has ended: nothing more is taken from its tablet."), "good")
    return redirect(url_for("tablet_operator.visit", number=number))


def _visit(number: int) -> Visit:
    found = visit_by_id(database(), number)
    require(Right.PLAN_VISITS, oblast=found.oblast_kato)
    return found


def _listing(campaign: Campaign, within: str | None) -> Listing:
    listing = level_below(database(), campaign=campaign, within=within, language=language())
    if listing.here is not None:
        require(Right.PLAN_VISITS, oblast=listing.here.oblast_kato)
    return listing


def _form(listing: Listing) -> VisitForm:
    form = VisitForm()
    form.katos.choices = [
        SelectChoice(unit.kato, unit_name(unit, language()))
        for unit in listing.choices
        if unit.kato in listing.asked
    ]
    return form


def _plan_page(campaign: Campaign, listing: Listing, form: VisitForm) -> str:
    return render_template(
        "surveys/tablet/plan.html", campaign=campaign, title=title_of(campaign), listing=listing, form=form
    )


def _may_be_visited(campaign: Campaign) -> bool:
    return campaign.mode is Mode.OPEN and campaign.state is not CampaignState.CLOSED


def _actor() -> str:
    return f"account:{current_user.id}"
