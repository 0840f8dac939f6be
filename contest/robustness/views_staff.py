"""The staff's robustness page of a stage, after its marking is closed, and its files."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from contest.contests.models import Contest
from contest.evidence.files import demo_note, file_answer
from contest.jury.sight import area_in_sight
from contest.robustness.queries import Robustness, robustness_of
from contest.robustness.tables import robustness_data, robustness_table
from contest.robustness.words import line_words, why_words
from core.access import Right, guarded
from core.places.queries import get_unit
from core.web.edge import database, settings

robustness_staff = Blueprint(
    "robustness_staff", __name__, url_prefix="/staff/contests/<string:code>/stages/<string:stage>"
)


@robustness_staff.get("/<string:area>/robustness")
@guarded(Right.SEE_STAGE)
def page(code: str, stage: str, area: str) -> str:
    """How steady the places are when weights move or a part is left out."""
    contest, found = _found(code, stage, area)
    return render_template(
        "contest/robustness/staff.html", contest=contest, found=found, area=area, line_words=line_words,
        why_words=why_words, unit=found.oblast_kato and get_unit(database(), found.oblast_kato),
    )  # fmt: skip


@robustness_staff.get("/<string:area>/robustness.<any(csv, json):form>")
@guarded(Right.SEE_STAGE)
def file(code: str, stage: str, area: str, form: str) -> Response:
    """The same as a file."""
    contest, found = _found(code, stage, area)
    table = robustness_table(found, title=_("How steady the places are"), note=demo_note())
    data = robustness_data(found, is_demo=settings().is_demo)
    return file_answer(table, data, form, name=f"{contest.code}-{stage}-{area}-robustness")


def _found(code: str, stage: str, area: str) -> tuple[Contest, Robustness]:
    contest, chosen, oblast = area_in_sight(code, stage, area)
    return contest, robustness_of(database(), contest, stage=chosen, oblast_kato=oblast)
