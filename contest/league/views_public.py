"""The league's public pages: all classes, one class, every village in one list, and their files."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.league import queries
from contest.league.computation import Position
from contest.league.models import League
from contest.league.showing import SORTS, Listing, league_sheet, terms_of
from contest.league.tables import as_json, league_table
from contest.publication.kept import Kept, answer_of, kept
from contest.publication.listing import Wish, page_of, wish_from
from contest.publication.queries import known_contest, names_mark
from contest.publication.tables import file_answer
from contest.sources.survey_pages import survey_mode
from core.access import public
from core.web.edge import database, settings

league_public = Blueprint("league_public", __name__)


@league_public.get("/results/<string:code>/league")
@public
def overview(code: str) -> str:
    """Every class with its leaders."""
    contest, league = _published(code)
    classes = queries.class_summaries(database(), contest=contest, league=league)
    return render_template(
        "contest/league/overview.html", contest=contest, league=league, classes=classes, Position=Position
    )


@league_public.get("/results/<string:code>/league/all")
@public
def whole(code: str) -> Response:
    """Every village of the survey in one list, class by class."""
    contest, league = _published(code)
    return _page(contest, _whole(contest, league))


@league_public.get("/results/<string:code>/league/<string:size>")
@public
def one_class(code: str, size: str) -> Response:
    """One class, as it is asked for."""
    contest, league = _published(code)
    return _page(contest, _class(contest, league, size))


@league_public.get("/results/<string:code>/league.<any(csv, xlsx, json):suffix>")
@public
def league_file(code: str, suffix: str) -> Response:
    """The league, or what is asked of it, as a file."""
    contest, league = _published(code)
    return _file(contest, league, _whole(contest, league), suffix, name="league")


@league_public.get("/results/<string:code>/league/<string:size>.<any(csv, xlsx, json):suffix>")
@public
def class_file(code: str, size: str, suffix: str) -> Response:
    """One class, or what is asked of it, as a file."""
    contest, league = _published(code)
    return _file(contest, league, _class(contest, league, size), suffix, name=f"league-{size}")


def _published(code: str) -> tuple[Contest, League]:
    contest = known_contest(database(), code)
    return contest, queries.require_league(database(), contest=contest)


def _whole(contest: Contest, league: League) -> Listing:
    titles = {size: title for size, _code, title in _classes(contest, league)}
    return Listing(
        _("Every village of the league"), _rows(league), titles, "league_public.whole",
        "league_public.league_file", {"code": contest.code},
    )  # fmt: skip


def _class(contest: Contest, league: League, code: str) -> Listing:
    size, title = queries.class_of(_classes(contest, league), code=code)
    return Listing(
        str(title or _("Number of adults unknown")), _rows(league), {size: title}, "league_public.one_class",
        "league_public.class_file", {"code": contest.code, "size": code},
    )  # fmt: skip


def _page(contest: Contest, listing: Listing) -> Response:
    wish = _wish(listing)

    def draw() -> str:
        return render_template(
            "contest/league/class.html", contest=contest, listing=listing,
            sheet=league_sheet(listing, wish, first=rulebook_of(database(), contest).national.top),
            mode=survey_mode(database(), contest.campaign_code),
        )  # fmt: skip

    return answer_of((listing.kept.about, wish), draw, rows=wish.most_of(len(listing.kept.thing)))


def _file(contest: Contest, league: League, listing: Listing, suffix: str, *, name: str) -> Response:
    wish, is_demo = _wish(listing), settings().is_demo
    found = page_of(listing.rows(), replace(wish, page=None), terms_of(listing))
    facts = {"titles": listing.titles}
    return file_answer(
        (listing.kept.about, wish), suffix, found, name=f"{contest.code}-{name}", is_demo=is_demo,
        data=lambda: as_json(
            found.rows, league=league, is_demo=is_demo, selection=wish.selection(), **facts
        ),
        table=lambda note: league_table(
            found.rows, note=note, first=rulebook_of(database(), contest).national.top, **facts
        ),
    )  # fmt: skip


def _rows(league: League) -> Kept:
    """The rows of a league, read once a process: neither they nor the names of their places change."""
    about = ("league", league.id, names_mark(database()))
    return kept(about, lambda: queries.league_rows(database(), league=league))


def _classes(contest: Contest, league: League) -> tuple[queries.SizeOf, ...]:
    about = ("classes of the league", league.id)
    return kept(about, lambda: queries.classes_of(database(), contest=contest, league=league)).thing


def _wish(listing: Listing) -> Wish:
    own = (one.oblast_kato for one in listing.kept.thing if one.row.size in listing.titles)
    return wish_from(request.args, sorts=SORTS, oblasts=own)
