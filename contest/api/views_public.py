"""The API's addresses, with published data for programs to read, and the page that tells people of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from contest.api import answers, content, loading, queries
from contest.api.answers import address, answer, page_of, wish
from contest.api.description import describe
from contest.api.operations import MOST_PER_PAGE, PER_PAGE
from contest.api.parameters import BadParameter
from contest.contests.models import Contest
from contest.contests.queries import editions
from contest.league import queries as leagues
from contest.publication import queries as results
from contest.publication.queries import known_contest, known_contests
from contest.release.queries import published_releases
from contest.rulebook import Stage
from contest.sources.survey_pages import survey_mode
from contest.standings.models import Standing
from core.access import public
from core.places.queries import units_by_kato
from core.web.edge import database, settings
from core.web.failures import show
from core.web.limits import limiter

PER_MINUTE = 600
_EXAMPLE = "2026"

api_public = Blueprint("api_public", __name__, url_prefix="/api/v1")
api_public.before_request(answers.read_request)
api_public.after_app_request(answers.add_headers)
limiter.limit(f"{PER_MINUTE} per minute")(api_public)
api_guide = Blueprint("api_guide", __name__)


@api_guide.get("/api")
@public
def guide() -> str:
    """The API in words, with examples."""
    known = known_contests(database())
    published = next((found for found in known if found.published_at is not None), None)
    return render_template(
        "contest/api/guide.html", code=published.code if published else _EXAMPLE, base=settings().public_url,
        per_page=PER_PAGE, most=MOST_PER_PAGE, per_minute=PER_MINUTE,
    )  # fmt: skip


@api_public.errorhandler(BadParameter)
def refuse_parameter(error: BadParameter) -> Response:
    """A parameter that cannot be taken is named beside the sentence about it."""
    return show(400, _("This parameter cannot be taken"), error, parameter=error.name)


@api_public.errorhandler(answers.OtherForm)
def refuse_form(error: answers.OtherForm) -> Response:
    """There is JSON only."""
    return show(406, _("There is no such form of this answer"), error)


@api_public.get("")
@public
def index() -> Response:
    """Where everything begins."""
    return answer(
        {
            "version": "1", "units": address(".units"), "contests": address(".contests"),
            "openapi": address(".openapi"), "documentation": address("api_guide.guide"),
        },
        links=[("service-desc", address(".openapi")), ("service-doc", address("api_guide.guide"))],
    )  # fmt: skip


@api_public.get("/openapi.json")
@public
def openapi() -> Response:
    """The description of all addresses; it has a shape of its own, so the demonstration's mark is inside."""
    return answers.plain_answer(describe(public_url=settings().public_url, note=answers.notes()["en"]))


@api_public.get("/units")
@public
def units() -> Response:
    """The present units."""
    asked = wish()
    katos = queries.unit_codes(
        database(), text=asked.get("q"), parent_kato=asked.get("parent"), oblast_kato=asked.get("oblast"),
        kind=asked.get("kind"),
    )  # fmt: skip
    return page_of(
        katos, lambda rows: [content.unit(one) for one in queries.units_in_order(database(), rows)]
    )


@api_public.get("/units/<string:kato>")
@public
def unit(kato: str) -> Response:
    """One unit."""
    return answer(content.whole_unit(queries.known_unit(database(), kato)))


@api_public.get("/contests")
@public
def contests() -> Response:
    """The contests whose rules are public."""
    return page_of(known_contests(database()), lambda rows: [content.contest(found) for found in rows])


@api_public.get("/contests/<string:code>")
@public
def contest(code: str) -> Response:
    """One contest."""
    found = known_contest(database(), code)
    mode = survey_mode(database(), found.campaign_code)
    return answer({**content.contest(found), "survey_mode": mode})


@api_public.get("/contests/<string:code>/standings")
@public
def standings(code: str) -> Response:
    """The published standings."""
    found = known_contest(database(), code)
    frozen = [
        standing
        for stage in (Stage.NATIONAL, Stage.REGIONAL)
        for standing in results.published_standings(database(), contest=found, stage=stage)
    ]
    return page_of(frozen, lambda rows: _standings(rows, found))


@api_public.get("/contests/<string:code>/standings/national")
@public
def national_standing(code: str) -> Response:
    """The national standing."""
    found = known_contest(database(), code)
    return _rows(results.national_standing(database(), contest=found), found)


@api_public.get("/contests/<string:code>/standings/regional/<string:kato>")
@public
def regional_standing(code: str, kato: str) -> Response:
    """An oblast's standing."""
    found = known_contest(database(), code)
    return _rows(results.oblast_standing(database(), contest=found, oblast_kato=kato), found)


@api_public.get("/contests/<string:code>/league")
@public
def league(code: str) -> Response:
    """The classes of the league."""
    found = known_contest(database(), code)
    frozen = leagues.require_league(database(), contest=found)
    classes = leagues.class_summaries(database(), contest=found, league=frozen)
    return page_of(
        classes, lambda rows: [content.league_class(one, found) for one in rows],
        **content.league_facts(frozen),
    )  # fmt: skip


@api_public.get("/contests/<string:code>/league/<string:size>")
@public
def league_class(code: str, size: str) -> Response:
    """The villages of a class."""
    found = known_contest(database(), code)
    frozen = leagues.require_league(database(), contest=found)
    classes = leagues.classes_of(database(), contest=found, league=frozen)
    own, _title = leagues.class_of(classes, code=size)
    return page_of(
        [one for one in loading.league(frozen) if one.row.size == own],
        lambda rows: [content.league_row(one) for one in rows], **content.league_facts(frozen), size=size,
    )  # fmt: skip


@api_public.get("/contests/<string:code>/turnout")
@public
def turnout(code: str) -> Response:
    """How many answered in each unit."""
    oblast = wish().get("oblast")
    rows = loading.turnout(known_contest(database(), code))
    within = [row for row in rows if oblast in (None, row.oblast_kato)]
    return page_of(within, lambda page: [content.unit_turnout(row) for row in page])


@api_public.get("/contests/<string:code>/releases")
@public
def releases(code: str) -> Response:
    """The published releases."""
    found = known_contest(database(), code)
    return page_of(
        published_releases(database(), found), lambda rows: [content.release(one, found) for one in rows]
    )


@api_public.get("/contests/<string:code>/rules")
@public
def rules(code: str) -> Response:
    """The editions of the rule book."""
    found = known_contest(database(), code)
    all_of_them = editions(database(), found)
    return page_of(
        all_of_them,
        lambda rows: [content.edition(one, found, in_force=all_of_them[0].version) for one in rows],
    )


def _standings(frozen: Sequence[Standing], found: Contest) -> list[content.Content]:
    units = units_by_kato(database(), filter(None, (one.oblast_kato for one in frozen)))
    counts = queries.row_counts(database(), frozen)
    return [
        content.standing(
            one, found, counts=counts.get(one.id, (0, 0)), oblast=units.get(one.oblast_kato or "")
        )
        for one in frozen
    ]


def _rows(frozen: Standing, found: Contest) -> Response:
    return page_of(
        loading.rows(frozen), lambda rows: [content.standing_row(row, found) for row in rows],
        standing=_standings([frozen], found)[0],
    )  # fmt: skip
