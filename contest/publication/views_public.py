"""The public pages: the start page, the method, how answers are protected, and the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from contest.contests.differences import changes_between
from contest.contests.models import RuleBookEdition
from contest.contests.queries import (
    book_of,
    edition_in_force,
    edition_of_version,
    editions,
    rulebook_by_fingerprint,
    rulebook_of,
)
from contest.league.queries import published_league
from contest.publication import queries
from contest.publication.finding import results_by_place
from contest.publication.kept import LANGUAGE_ALONE, answer_of
from contest.publication.listing import page_of, wish_from
from contest.publication.loading import standing_rows
from contest.publication.showing import SORTS, Shown, ranking_sheet, terms_of
from contest.publication.tables import as_json, file_answer, ranking_table
from contest.publication.words import add_filters
from contest.rulebook import RuleBook, Stage
from contest.sources.beside import shown_beside
from contest.sources.published_survey import counted_otherwise, days_standing_out
from contest.sources.survey_pages import criteria_words, open_surveys, survey_mode, unit_profile
from contest.sources.surveys import asked_units
from contest.standings.models import Standing
from core import clock
from core.access import public
from core.places.queries import get_unit, search_units, units_by_kato
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
        winners=queries.awarded_by_contest(session),
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
    """Find a village by its name, with the survey that is open there and the results about its akim."""
    session = database()
    text = request.args.get("q", "").strip()[:100]
    surveys = open_surveys(session, today=clock.day_of(clock.present())) if text else []
    found = search_units(session, text, limit=20) if text else []
    return render_template(
        "contest/public/places.html",
        text=text,
        found=found,
        surveys=surveys,
        asked={survey.code: asked_units(session, campaign_code=survey.code) for survey in surveys},
        results=results_by_place(session, {one.post_kato for one in found if one.post_kato}),
    )


@blueprint.get("/results")
@public
def results() -> str:
    """Every contest whose rules are public, by year, with those who won."""
    session = database()
    contests = queries.known_contests(session)
    years = groupby(sorted(contests, key=queries.year_of, reverse=True), key=queries.year_of)
    return render_template(
        "contest/public/results.html",
        years=[(year, list(found)) for year, found in years],
        winners=queries.awarded_by_contest(session),
    )


@blueprint.get("/results/<string:code>")
@public
def contest_results(code: str) -> Response:
    """A contest: its winners first, then the way to everything that is published of it."""
    session = database()
    contest = queries.known_contest(session, code)
    mode, league = survey_mode(session, contest.campaign_code), published_league(session, contest=contest)
    standings = queries.published_in_force(session, contest=contest)

    def draw() -> str:
        found = [queries.Ranking(one, standing_rows(session, one).thing) for one in standings]
        units = units_by_kato(session, {one.oblast_kato for one in standings if one.oblast_kato})
        return render_template(
            "contest/public/contest.html", contest=contest, mode=mode, league=league,
            national=next((one for one in found if one.standing.stage is Stage.NATIONAL), None),
            oblasts=[one for one in found if one.standing.stage is Stage.REGIONAL],
            names={kato: unit.words for kato, unit in units.items()},
        )  # fmt: skip

    about = (contest.state, mode, league and league.id, *_standing_marks(standings))
    return answer_of(about, draw, arguments=LANGUAGE_ALONE)


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
    mark = "DEMO-" if settings().is_demo else ""
    name = f"{mark}{contest.code}-rules-{edition.version}.{suffix}"
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


@blueprint.get("/results/<string:code>/national")
@public
def national(code: str) -> Response:
    """The ranking of the nation's finalists, as it is asked for."""
    return _page(_national(code))


@blueprint.get("/results/<string:code>/national.<any(csv, xlsx, json):suffix>")
@public
def national_file(code: str, suffix: str) -> Response:
    """The national ranking, or what is asked of it, as a file."""
    return _file(_national(code), suffix)


@blueprint.get("/results/<string:code>/oblasts/<string:kato>")
@public
def oblast_results(code: str, kato: str) -> Response:
    """The ranking of one oblast, as it is asked for."""
    return _page(_oblast(code, kato))


@blueprint.get("/results/<string:code>/oblasts/<string:kato>.<any(csv, xlsx, json):suffix>")
@public
def oblast_file(code: str, kato: str, suffix: str) -> Response:
    """An oblast's ranking, or what is asked of it, as a file."""
    return _file(_oblast(code, kato), suffix)


@blueprint.get("/results/<string:code>/nominees/<int:nominee_id>")
@public
def nominee_results(code: str, nominee_id: int) -> Response:
    """One nominee: every component with its error, the place and its interval, the days that stood out."""
    session = database()
    contest = queries.known_contest(session, code)
    standings = queries.standings_of(
        session, queries.published_in_force(session, contest=contest), nominee_id=nominee_id
    )
    found = [
        (queries.Ranking(one, rows), row)
        for one in standings
        for rows in [standing_rows(session, one).thing]
        for row in rows
        if row.nominee_id == nominee_id
    ]
    kato, campaign = found[0][1].kato, contest.campaign_code
    mode, book = survey_mode(session, campaign), rulebook_of(session, contest)
    beside = shown_beside(session, contest_code=contest.code, book=book, kato=kato)
    league = published_league(session, contest=contest)

    def draw() -> str:
        return render_template(
            "contest/public/nominee.html", contest=contest, found=found, mode=mode, beside=beside,
            profile=unit_profile(session, campaign, kato),
            days=days_standing_out(session, campaign_code=campaign).get(kato, ()),
            otherwise=counted_otherwise(session, campaign_code=campaign).get(kato),
            tops={one.id: _book(contest, one).stage(one.stage).top for one in standings}, league=league,
        )  # fmt: skip

    about = (
        contest.state, mode, book.fingerprint, tuple(beside), league and league.id,
        *_standing_marks(standings),
    )  # fmt: skip
    return answer_of(about, draw, arguments=LANGUAGE_ALONE)


def _national(code: str) -> Shown:
    contest = queries.known_contest(database(), code)
    standing = queries.national_standing(database(), contest=contest)
    title, page = _("National ranking of the finalists"), "publication.national"
    return Shown(
        contest, standing, standing_rows(database(), standing), title, page, f"{page}_file", {"code": code}
    )


def _oblast(code: str, kato: str) -> Shown:
    contest = queries.known_contest(database(), code)
    standing = queries.oblast_standing(database(), contest=contest, oblast_kato=kato)
    title, values = str(get_unit(database(), kato).words), {"code": code, "kato": kato}
    return Shown(
        contest, standing, standing_rows(database(), standing), title, "publication.oblast_results",
        "publication.oblast_file", values,
    )  # fmt: skip


def _book(contest: queries.Contest, standing: Standing) -> RuleBook:
    """The rules by which a standing was computed; a correction may have followed."""
    return rulebook_by_fingerprint(database(), contest, standing.rulebook_fingerprint)


def _standing_marks(standings: Sequence[Standing]) -> tuple[object, ...]:
    """What a page that shows these standings is kept under."""
    return (tuple(one.id for one in standings), queries.names_mark(database()))


def _page(shown: Shown) -> Response:
    wish = wish_from(request.args, sorts=SORTS, oblasts=(row.oblast_kato for row in shown.rows.thing))

    def draw() -> str:
        sheet = ranking_sheet(shown, wish, book=_book(shown.contest, shown.standing))
        mode = survey_mode(database(), shown.contest.campaign_code)
        return render_template("contest/public/ranking.html", shown=shown, sheet=sheet, mode=mode)

    most = wish.most_of(len(shown.rows.thing))
    return answer_of((shown.rows.about, shown.contest.state, wish), draw, rows=most)


def _file(shown: Shown, suffix: str) -> Response:
    rows = shown.rows.thing
    wish = wish_from(request.args, sorts=SORTS, oblasts=(row.oblast_kato for row in rows))
    book, stage = _book(shown.contest, shown.standing), shown.standing.stage
    found = page_of(rows, replace(wish, page=None), terms_of(book, stage))
    ranking, is_demo = queries.Ranking(shown.standing, rows), settings().is_demo
    facts = {"contest": shown.contest, "title": shown.title, "first": book.stage(stage).top}
    return file_answer(
        (shown.rows.about, wish), suffix, found, is_demo=is_demo,
        name=f"{shown.contest.code}-{shown.standing.oblast_kato or shown.standing.stage.value}",
        data=lambda: as_json(ranking, found.rows, is_demo=is_demo, selection=wish.selection()),
        table=lambda note: ranking_table(ranking, found.rows, note=note, **facts),
    )  # fmt: skip
