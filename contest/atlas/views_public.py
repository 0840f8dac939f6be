"""The public page of the map, open together with the results."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import lazy_gettext as _l

from contest.atlas.classes import Quantity
from contest.atlas.showing import shown_map
from contest.atlas.words import TITLES
from contest.publication.kept import LANGUAGE_ALONE, answer_of
from contest.publication.loading import acts_mark
from contest.publication.queries import known_contest
from core.access import public
from core.errors import NotFound
from core.web.edge import database

atlas_public = Blueprint("atlas_public", __name__)


@atlas_public.get("/results/<string:code>/map")
@public
def contest_map(code: str) -> Response:
    """The oblasts on the map by a published quantity, and the same as a table."""
    contest, quantity = known_contest(database(), code), _quantity()

    def draw() -> str:
        atlas = shown_map(database(), contest=contest, quantity=quantity)
        return render_template("contest/atlas/map.html", contest=contest, atlas=atlas, quantities=TITLES)

    about = (quantity, *acts_mark(database(), contest))
    return answer_of(about, draw, arguments=("show", *LANGUAGE_ALONE))


def _quantity() -> Quantity:
    asked = request.args.get("show", Quantity.RESULTS.value)
    if asked not in set(Quantity):
        raise NotFound(_l("The map does not show this: choose one of its quantities."))
    return Quantity(asked)
