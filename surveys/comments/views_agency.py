"""The agency's pages of the comments: which places may be read, their words, and all of them as CSV.

Nobody else reads them; nothing is shown before the campaign is closed.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from core.access import Right, guarded, require
from core.places.queries import get_unit, unit_name, units_by_kato
from core.tables import write_csv
from core.web.edge import database
from core.web.language import language
from surveys.comments.queries import SMALLEST_NUMBER, all_comments, commented_units, comments_of
from surveys.queries import campaign_by_code

comments_agency = Blueprint("comments_agency", __name__, url_prefix="/staff/campaigns")
Reply = str | Response


@comments_agency.get("/<string:code>/comments")
@guarded(Right.MANAGE_CAMPAIGNS)
def units(code: str) -> Reply:
    """The places whose comments may be read."""
    require(Right.MANAGE_CAMPAIGNS)
    found = campaign_by_code(database(), code)
    return render_template(
        "surveys/comments/units.html", campaign=found, least=SMALLEST_NUMBER,
        units=commented_units(database(), campaign=found),
    )  # fmt: skip


@comments_agency.get("/<string:code>/comments/<string:kato>")
@guarded(Right.MANAGE_CAMPAIGNS)
def unit(code: str, kato: str) -> Reply:
    """The comments of one place, a page at a time."""
    require(Right.MANAGE_CAMPAIGNS)
    found = campaign_by_code(database(), code)
    number = request.args.get("page", 1, type=int)
    return render_template(
        "surveys/comments/unit.html", campaign=found, unit=get_unit(database(), kato),
        page=comments_of(database(), campaign=found, kato=kato, number=number),
    )  # fmt: skip


@comments_agency.get("/<string:code>/comments.csv")
@guarded(Right.MANAGE_CAMPAIGNS)
def export(code: str) -> Reply:
    """All comments that may be read, as a table."""
    require(Right.MANAGE_CAMPAIGNS)
    found = campaign_by_code(database(), code)
    rows = list(all_comments(database(), campaign=found))
    names = units_by_kato(database(), {kato for kato, _text in rows})
    table = write_csv(
        (_("KATO"), _("Unit"), _("Comment")),
        ((kato, unit_name(names[kato], language()), text) for kato, text in rows),
    )
    name = f"comments-{found.code}.csv"
    return Response(
        table, content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
