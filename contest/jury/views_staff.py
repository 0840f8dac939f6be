"""The page of all marks of a stage, judge by judge, once its marking is closed."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from contest.jury.revealed import revealed_marks
from contest.jury.sight import area_in_sight
from core.access import Right, guarded
from core.places.queries import get_unit
from core.web.edge import database

jury_staff = Blueprint("jury_staff", __name__, url_prefix="/staff/contests/<string:code>/stages")


@jury_staff.get("/<string:stage>/<string:area>/marks")
@guarded(Right.SEE_STAGE)
def marks(code: str, stage: str, area: str) -> str:
    """Every mark of every judge."""
    contest, chosen, oblast = area_in_sight(code, stage, area)
    unit = oblast and get_unit(database(), oblast)
    rules, found = revealed_marks(database(), contest, chosen, oblast)
    criteria = [(part, criterion) for part in rules.marked for criterion in part.criteria]
    return render_template(
        "contest/jury/marks.html", contest=contest, stage=chosen, area=area, found=found, criteria=criteria,
        unit=unit, heads=[_("Member"), *(str(criterion.title) for _part, criterion in criteria)],
    )  # fmt: skip
