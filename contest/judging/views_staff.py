"""The judges' page of a stage for its staff, after the marking is closed, and its files."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from contest.contests.models import Contest
from contest.evidence.files import demo_note, file_answer
from contest.judging.queries import Judging, judging_of
from contest.judging.tables import judging_data, judging_table
from contest.judging.words import combined_words, remarks, signed
from contest.jury.sight import area_in_sight
from core.access import Right, guarded
from core.places.queries import get_unit
from core.web.edge import database, settings

judging_staff = Blueprint(
    "judging_staff", __name__, url_prefix="/staff/contests/<string:code>/stages/<string:stage>"
)


@judging_staff.get("/<string:area>/judges")
@guarded(Right.SEE_STAGE)
def page(code: str, stage: str, area: str) -> str:
    """How the judges agree, how severe each is, and who stands apart."""
    contest, found, oblast = _found(code, stage, area)
    return render_template(
        "contest/judging/judges.html", contest=contest, found=found, stage=stage, area=area,
        unit=oblast and get_unit(database(), oblast), combined_words=combined_words, remarks=remarks,
        signed=signed,
    )  # fmt: skip


@judging_staff.get("/<string:area>/judges.<any(csv, json):form>")
@guarded(Right.SEE_STAGE)
def file(code: str, stage: str, area: str, form: str) -> Response:
    """The same as a file."""
    contest, found, _oblast = _found(code, stage, area)
    table = judging_table(found, title=_("The judges"), note=demo_note())
    data = judging_data(found, is_demo=settings().is_demo)
    return file_answer(table, data, form, name=f"{contest.code}-{stage}-{area}-judges")


def _found(code: str, stage: str, area: str) -> tuple[Contest, Judging, str | None]:
    contest, chosen, oblast = area_in_sight(code, stage, area)
    return contest, judging_of(database(), contest, stage=chosen, oblast_kato=oblast), oblast
