"""The public pages of the survey's turnout, open together with the results."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from flask_babel import lazy_gettext as _l

from contest.contests.models import Contest, ContestState
from contest.publication.kept import Kept, answer_of, kept
from contest.publication.listing import Wish, page_of, wish_from
from contest.publication.queries import known_contest, names_mark
from contest.publication.tables import file_answer
from contest.publication.turnout.showing import (
    SORTS,
    by_oblast,
    terms_of,
    turnout_data,
    turnout_sheet,
    turnout_table,
)
from contest.sources.published_survey import published_turnout
from contest.sources.survey_pages import survey_mode
from core.access import public
from core.disclosure import MINIMUM_CELL
from core.errors import NotFound
from core.web.edge import database, settings

turnout_public = Blueprint("turnout_public", __name__)


@turnout_public.get("/results/<string:code>/turnout")
@public
def turnout(code: str) -> Response:
    """How many answered, by oblast and by unit."""
    contest, found = _found(code)
    rows, wish = found.thing, _wish(found)

    def draw() -> str:
        return render_template(
            "contest/public/turnout.html", contest=contest, oblasts=by_oblast(rows),
            sheet=turnout_sheet(rows, wish, values={"code": code}), floor=MINIMUM_CELL,
            mode=survey_mode(database(), contest.campaign_code),
        )  # fmt: skip

    return answer_of((found.about, wish), draw, rows=wish.most_of(len(rows)))


@turnout_public.get("/results/<string:code>/turnout.<any(csv, xlsx, json):suffix>")
@public
def turnout_file(code: str, suffix: str) -> Response:
    """The units, or those that are asked for, as a file."""
    contest, found = _found(code)
    wish, is_demo = _wish(found), settings().is_demo
    page = page_of(found.thing, replace(wish, page=None), terms_of())
    return file_answer(
        (found.about, wish), suffix, page, name=f"{contest.code}-turnout", is_demo=is_demo,
        data=lambda: turnout_data(page, is_demo=is_demo, selection=wish.selection()),
        table=lambda note: turnout_table(page.rows, note),
    )  # fmt: skip


def _found(code: str) -> tuple[Contest, Kept]:
    """The units with their numbers, read once a process."""
    session, contest = database(), known_contest(database(), code)
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("How many answered is published together with the results."))
    about = ("turnout", contest.id, names_mark(session))
    return contest, kept(about, lambda: published_turnout(session, campaign_code=contest.campaign_code))


def _wish(found: Kept) -> Wish:
    return wish_from(request.args, sorts=SORTS, oblasts=(row.oblast_kato for row in found.thing))
