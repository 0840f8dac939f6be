"""The public robustness pages: of the published national ranking and of each oblast's, with their files.

Judges stand under letters here, and nothing is shown before publication.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from contest.contests.models import Contest
from contest.evidence.files import demo_note, file_answer
from contest.publication.kept import rows_of
from contest.publication.queries import known_contest
from contest.robustness.queries import Robustness, published_robustness
from contest.robustness.tables import robustness_data, robustness_table
from contest.robustness.words import line_words, why_words
from contest.rulebook import Stage
from contest.standings.queries import published_standing
from core.access import public
from core.places.queries import get_unit
from core.web.edge import database, settings

robustness_public = Blueprint("robustness_public", __name__, url_prefix="/results/<string:code>")


@robustness_public.get("/robustness")
@public
def national(code: str) -> str:
    """How steady the places of the national ranking are."""
    return _page(*_national(code))


@robustness_public.get("/robustness.<any(csv, json):form>")
@public
def national_file(code: str, form: str) -> Response:
    """The same as a file."""
    return _file(*_national(code), form)


@robustness_public.get("/oblasts/<string:kato>/robustness")
@public
def oblast(code: str, kato: str) -> str:
    """How steady the places of an oblast's ranking are."""
    return _page(*_oblast(code, kato))


@robustness_public.get("/oblasts/<string:kato>/robustness.<any(csv, json):form>")
@public
def oblast_file(code: str, kato: str, form: str) -> Response:
    """The same as a file."""
    return _file(*_oblast(code, kato), form)


def _national(code: str) -> tuple[Contest, Robustness]:
    return _kept(code, stage=Stage.NATIONAL, oblast_kato=None)


def _oblast(code: str, kato: str) -> tuple[Contest, Robustness]:
    return _kept(code, stage=Stage.REGIONAL, oblast_kato=kato)


def _kept(code: str, **area: Stage | str | None) -> tuple[Contest, Robustness]:
    """Computed once a process: a published standing never changes, nor do the numbers that it reads."""
    session, contest = database(), known_contest(database(), code)
    view = published_standing(session, contest_code=code, **area)
    about = ("robustness", None if view is None else view.standing.id)
    [found] = rows_of(about, lambda: [published_robustness(session, contest, **area)])
    return contest, found


def _page(contest: Contest, found: Robustness) -> str:
    return render_template(
        "contest/robustness/public.html", contest=contest, found=found, line_words=line_words,
        why_words=why_words, unit=found.oblast_kato and get_unit(database(), found.oblast_kato),
    )  # fmt: skip


def _file(contest: Contest, found: Robustness, form: str) -> Response:
    table = robustness_table(found, title=_("How steady the places are"), note=demo_note())
    data = robustness_data(found, is_demo=settings().is_demo)
    area = found.oblast_kato or found.stage.value
    return file_answer(table, data, form, name=f"{contest.code}-{area}-robustness")
