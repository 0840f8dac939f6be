"""The league's public pages: all classes, one class page by page, and both as files."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import gettext as _

from contest.contests.models import Contest
from contest.league import queries
from contest.league.computation import Position
from contest.league.models import League
from contest.league.tables import as_bytes, as_json
from contest.league.words import POSITIONS
from contest.publication.queries import known_contest
from contest.publication.tables import SUFFIXES
from core.access import public
from core.web.edge import database, settings
from core.web.language import language

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


@league_public.get("/results/<string:code>/league/<string:size>")
@public
def one_class(code: str, size: str) -> str:
    """One class, 200 units a page, by place or by name."""
    contest, league = _published(code)
    by_name = request.args.get("sort") == "name"
    summary = queries.summary_of(database(), contest=contest, league=league, code=size)
    page = queries.class_page(
        database(), league=league, code=size, language=language(), by_name=by_name,
        number=request.args.get("page", 1, type=int),
    )  # fmt: skip
    return render_template(
        "contest/league/class.html", contest=contest, league=league, summary=summary, page=page,
        by_name=by_name, positions=POSITIONS, Position=Position,
    )  # fmt: skip


@league_public.get("/results/<string:code>/league.<any(csv, xlsx, json):suffix>")
@public
def league_file(code: str, suffix: str) -> Response:
    """The whole league as a file."""
    contest, league = _published(code)
    sizes = [size for size, *_rest in queries.classes_of(database(), contest=contest, league=league)]
    return _file(contest, league, sizes, suffix, name="league")


@league_public.get("/results/<string:code>/league/<string:size>.<any(csv, xlsx, json):suffix>")
@public
def class_file(code: str, size: str, suffix: str) -> Response:
    """One class as a file."""
    contest, league = _published(code)
    queries.summary_of(database(), contest=contest, league=league, code=size)
    return _file(contest, league, [None if size == queries.NO_SIZE else size], suffix, name=f"league-{size}")


def _published(code: str) -> tuple[Contest, League]:
    contest = known_contest(database(), code)
    return contest, queries.require_league(database(), contest=contest)


def _file(contest: Contest, league: League, sizes: list[str | None], suffix: str, *, name: str) -> Response:
    is_demo = settings().is_demo
    rows = queries.all_rows(database(), league=league, codes=sizes)
    classes = queries.classes_of(database(), contest=contest, league=league)
    titles = {size: title for size, _code, title in classes}
    if suffix == "json":
        return jsonify(as_json(rows, league=league, titles=titles, is_demo=is_demo))
    content = as_bytes(rows, suffix, title=_("League of villages"), titles=titles, is_demo=is_demo)
    answer = Response(content, content_type=SUFFIXES[suffix])
    mark = "DEMO-" if is_demo else ""
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{contest.code}-{name}.{suffix}"'
    return answer
