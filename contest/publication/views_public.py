"""The public pages: the start page, the method, how answers are protected, and the results."""

from __future__ import annotations

from itertools import pairwise

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import gettext as _

from contest.contests.differences import changes_between
from contest.contests.models import RuleBookEdition
from contest.contests.queries import book_of, edition_in_force, edition_of_version, editions, rulebook_of
from contest.league.queries import published_league
from contest.publication import queries
from contest.publication.tables import SUFFIXES, as_bytes, as_json, ranking_table
from contest.publication.words import add_filters
from contest.rulebook import Stage
from contest.sources.beside import shown_beside
from contest.sources.survey_pages import criteria_words, open_surveys, survey_mode, unit_profile
from contest.sources.surveys import asked_units
from core import clock
from core.access import public
from core.places.queries import get_unit, search_units
from core.web.edge import database, settings

blueprint = Blueprint("publication", __name__)
blueprint.record(add_filters)


@blueprint.get("/")
@public
def home() -> str:
    """What this is, the survey that is open, and the results."""
    session = database()
    return render_template(
        "contest/public/home.html",
        campaigns=open_surveys(session, today=clock.day_of(clock.present())),
        contests=queries.known_contests(session),
    )


@blueprint.get("/method")
@public
def method() -> str:
    """All arithmetic in plain words."""
    return render_template("contest/public/method.html")


@blueprint.get("/protection")
@public
def protection() -> str:
    """What is protected in the survey and what is not."""
    return render_template("contest/public/protection.html")


@blueprint.get("/about-data")
@public
def about_data() -> str:
    """Where the territory and the other data come from, with their licences."""
    return render_template("contest/public/about_data.html")


@blueprint.get("/places")
@public
def places() -> str:
    """Find a village by its name, and the survey about its akim if one is open."""
    session = database()
    text = request.args.get("q", "").strip()[:100]
    surveys = open_surveys(session, today=clock.day_of(clock.present())) if text else []
    return render_template(
        "contest/public/places.html",
        text=text,
        found=search_units(session, text, limit=20) if text else [],
        surveys=surveys,
        asked={survey.code: asked_units(session, campaign_code=survey.code) for survey in surveys},
    )


@blueprint.get("/results")
@public
def results() -> str:
    """Every contest whose rules are public."""
    return render_template("contest/public/results.html", contests=queries.known_contests(database()))


@blueprint.get("/results/<string:code>")
@public
def contest_results(code: str) -> str:
    """A contest: its winners, the national ranking, the oblasts, the rules."""
    session = database()
    contest = queries.known_contest(session, code)
    return render_template(
        "contest/public/contest.html",
        contest=contest,
        national=queries.national_ranking(session, contest=contest),
        oblasts=queries.rankings(session, contest=contest, stage=Stage.REGIONAL),
        mode=survey_mode(session, contest.campaign_code),
        league=published_league(session, contest=contest),
    )


@blueprint.get("/results/<string:code>/rules")
@public
def rules(code: str) -> str:
    """The rule book in force in plain words, its calendar today, and what its corrections changed."""
    contest = queries.known_contest(database(), code)
    return _rules_page(contest, edition_in_force(database(), contest))


@blueprint.get("/results/<string:code>/rules/<int:version>")
@public
def rules_edition(code: str, version: int) -> str:
    """An edition of the rule book, also one that a correction has replaced."""
    contest = queries.known_contest(database(), code)
    return _rules_page(contest, edition_of_version(database(), contest, version))


@blueprint.get("/results/<string:code>/rules/<int:version>.<any(json, toml):suffix>")
@public
def rules_file(code: str, version: int, suffix: str) -> Response:
    """An edition as it was published (TOML), or the canonical text whose SHA-256 is its fingerprint."""
    contest = queries.known_contest(database(), code)
    edition = edition_of_version(database(), contest, version)
    text = edition.text if suffix == "toml" else book_of(edition).as_json()
    answer = Response(text, content_type={"toml": "application/toml", "json": "application/json"}[suffix])
    name = f"{contest.code}-rules-{edition.version}.{suffix}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rules_page(contest: queries.Contest, edition: RuleBookEdition) -> str:
    found = editions(database(), contest)
    corrections = [
        (after, changes_between(book_of(before), book_of(after))) for after, before in pairwise(found)
    ]
    return render_template(
        "contest/public/rules.html",
        contest=contest,
        edition=edition,
        book=book_of(edition),
        criteria=criteria_words(book_of(edition).survey.criteria_set),
        editions=found,
        corrections=corrections,
        today=clock.day_of(clock.present()),
    )


@blueprint.get("/results/<string:code>/oblasts/<string:kato>")
@public
def oblast_results(code: str, kato: str) -> str:
    """The ranking of one oblast."""
    session = database()
    contest = queries.known_contest(session, code)
    return render_template(
        "contest/public/oblast.html",
        contest=contest,
        oblast=queries.unit_words(get_unit(session, kato)),
        ranking=queries.oblast_ranking(session, contest=contest, oblast_kato=kato),
    )


@blueprint.get("/results/<string:code>/nominees/<int:nominee_id>")
@public
def nominee_results(code: str, nominee_id: int) -> str:
    """One nominee: every component with its error, the place and its interval."""
    session = database()
    contest = queries.known_contest(session, code)
    found = queries.nominee_rows(session, contest=contest, nominee_id=nominee_id)
    kato = found[0][1].kato
    return render_template(
        "contest/public/nominee.html",
        contest=contest,
        found=found,
        profile=unit_profile(session, contest.campaign_code, kato),
        beside=shown_beside(
            session, contest_code=contest.code, book=rulebook_of(session, contest), kato=kato
        ),
    )


@blueprint.get("/results/<string:code>/national.<any(csv, xlsx, json):suffix>")
@public
def national_file(code: str, suffix: str) -> Response:
    """The national ranking as a file."""
    contest = queries.known_contest(database(), code)
    ranking = queries.require_national(database(), contest=contest)
    return _file(contest, ranking, suffix, _("National ranking"))


@blueprint.get("/results/<string:code>/oblasts/<string:kato>.<any(csv, xlsx, json):suffix>")
@public
def oblast_file(code: str, kato: str, suffix: str) -> Response:
    """An oblast's ranking as a file."""
    contest = queries.known_contest(database(), code)
    ranking = queries.oblast_ranking(database(), contest=contest, oblast_kato=kato)
    return _file(contest, ranking, suffix, str(queries.unit_words(get_unit(database(), kato))))


def _file(contest: queries.Contest, ranking: queries.Ranking, suffix: str, title: str) -> Response:
    is_demo = settings().is_demo
    if suffix == "json":
        return jsonify(as_json(ranking, is_demo=is_demo))
    table = ranking_table(ranking, title=title, is_demo=is_demo)
    answer = Response(as_bytes(table, suffix), content_type=SUFFIXES[suffix])
    mark = "DEMO-" if is_demo else ""
    area = ranking.standing.oblast_kato or ranking.standing.stage.value
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{contest.code}-{area}.{suffix}"'
    return answer
