"""The operator's pages: which sites may show the survey, the line to paste, a preview, and what is seen.

An operator sees and changes the sites of the own oblast, the agency all of them.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import Right, guarded, oblasts_of, require
from core.errors import AuylError
from core.places.queries import oblasts, units_by_kato
from core.web.edge import close_database, database, settings
from core.web.language import language
from core.web.limits import limiter
from surveys.answering import form_page
from surveys.embedding.addresses import read_page
from surveys.embedding.checking import check_sites
from surveys.embedding.choosing import read_choice
from surveys.embedding.forms import SiteForm
from surveys.embedding.framing import enter_frame
from surveys.embedding.models import Site
from surveys.embedding.names import told
from surveys.embedding.queries import site_by_number, sites_of
from surveys.embedding.services import register_site, remove_site
from surveys.embedding.snippets import frame_line, script_line
from surveys.filling import Filled
from surveys.forms import ActForm
from surveys.models import Campaign, CampaignState
from surveys.names import STATE_NAMES
from surveys.queries import all_campaigns, asked_unit, campaign_by_code, title_of

embedding_operator = Blueprint("embedding_operator", __name__, url_prefix="/staff/embedding")
Reply = str | Response | tuple[str, int]


@embedding_operator.get("")
@guarded(Right.MANAGE_SITES)
def campaigns() -> Reply:
    """The surveys that can be put on a site: all that are not closed; straight to the only one."""
    going = [one for one in all_campaigns(database()) if one.state is not CampaignState.CLOSED]
    if len(going) == 1:
        return redirect(url_for("embedding_operator.campaign", code=going[0].code))
    return render_template("surveys/embedding/campaigns.html", campaigns=going, state_names=STATE_NAMES)


@embedding_operator.get("/<string:code>")
@guarded(Right.MANAGE_SITES)
def campaign(code: str) -> Reply:
    """One survey: its sites, the line for a place, and the preview."""
    return _page(campaign_by_code(database(), code), _oblast(), SiteForm())


@embedding_operator.get("/<string:code>/preview/<string:kato>")
@guarded(Right.MANAGE_SITES)
def preview(code: str, kato: str) -> str:
    """The form of a unit as a frame will show it, before the survey opens too; it cannot be sent."""
    asked = asked_unit(database(), code=code, kato=kato)
    enter_frame(code=code, kato=kato)
    return form_page(asked, Filled(), door="embedding_public", is_preview=True)


@embedding_operator.post("/<string:code>/sites")
@guarded(Right.MANAGE_SITES)
def register(code: str) -> Reply:
    """Register a page that will show the survey."""
    found, oblast, form = campaign_by_code(database(), code), _oblast(), SiteForm()
    require(Right.MANAGE_SITES, oblast=oblast)
    if not form.validate_on_submit() or not _registered(found, oblast, form):
        return _page(found, oblast, form), 422
    flash(_("The site may show the survey now. Next: paste the line, publish the page, press Check."), "good")
    return redirect(url_for("embedding_operator.campaign", code=code, oblast=oblast))


@embedding_operator.post("/<string:code>/sites/<int:number>/remove")
@guarded(Right.MANAGE_SITES)
def remove(code: str, number: int) -> Reply:
    """Take a site away."""
    found, site = _site(code, number)
    remove_site(database(), campaign=found, site=site, actor=current_user.reference)
    flash(_("The site cannot show the survey any more."), "good")
    return redirect(url_for("embedding_operator.campaign", code=code, oblast=request.args.get("oblast")))


@embedding_operator.post("/<string:code>/sites/<int:number>/check")
@guarded(Right.MANAGE_SITES)
@limiter.limit("20 per minute")
def check(code: str, number: int) -> Reply:
    """Look now whether a page really shows the survey."""
    _site(code, number)
    close_database()  # no lock is held while a foreign server takes its time
    sites = check_sites(code=code, now=clock.present(), only=number)
    for site in sites:
        if site.id == number:
            flash(f"{site.page}: {told(site)}", "good" if site.finding == "shown" else "warning")
    return redirect(url_for("embedding_operator.campaign", code=code, oblast=request.args.get("oblast")))


def _page(found: Campaign, oblast: str | None, form: SiteForm) -> str:
    allowed = oblasts_of(current_user, Right.MANAGE_SITES)
    sites = sites_of(database(), campaign=found, oblasts=[oblast] if oblast else None)
    choice = read_choice(
        database(), campaign=found, oblast=oblast, sites=sites, arguments=request.args, language=language()
    )
    line = {"campaign": found.code, "unit": choice.unit, "language": choice.language}
    address = settings().public_url
    return render_template(
        "surveys/embedding/campaign.html", campaign=found, title=title_of(found), form=form, act=ActForm(),
        sites=sites, told=told, choice=choice, oblast=oblast, public_url=address,
        origins=list(dict.fromkeys(site.origin for site in sites)),
        oblasts=[one for one in oblasts(database(), language()) if allowed is None or one.kato in allowed],
        whose=units_by_kato(database(), {site.oblast_kato for site in sites if site.oblast_kato}),
        is_national=allowed is None, script_line=script_line(address, **line),
        frame_line=frame_line(
            address, **line, site=choice.site, title=title_of(found).in_(choice.language)
        ),
    )  # fmt: skip


def _oblast() -> str | None:
    """The oblast that the page is about: the chosen one, or the account's own; None is the country."""
    allowed, chosen = oblasts_of(current_user, Right.MANAGE_SITES), request.args.get("oblast") or None
    oblast = chosen if chosen or allowed is None else min(allowed)
    require(Right.MANAGE_SITES, oblast=oblast)
    return oblast


def _registered(found: Campaign, oblast: str | None, form: SiteForm) -> bool:
    """Whether the page of a valid form could be registered; a fault stands at the field."""
    try:
        page = read_page(form.page.data, allow_local=settings().is_demo)
        register_site(
            database(), campaign=found, oblast=oblast, page=page, actor=current_user.reference,
            now=clock.present(),
        )  # fmt: skip
    except AuylError as fault:
        form.page.errors = [*form.page.errors, fault.message]
        return False
    return True


def _site(code: str, number: int) -> tuple[Campaign, Site]:
    found = campaign_by_code(database(), code)
    site = site_by_number(database(), campaign=found, number=number)
    require(Right.MANAGE_SITES, oblast=site.oblast_kato)
    return found, site
