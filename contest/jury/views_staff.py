"""The page of all marks of a stage, judge by judge, once its marking is closed."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from contest.contests.areas import parse_area
from contest.contests.queries import contest_by_code
from contest.jury.revealed import revealed_marks
from core.access import Right, guarded, require
from core.places.queries import get_unit
from core.web.edge import database

jury_staff = Blueprint("jury_staff", __name__, url_prefix="/staff/contests/<string:code>/stages")


@jury_staff.get("/<string:stage>/<string:area>/marks")
@guarded(Right.SEE_STAGE)
def marks(code: str, stage: str, area: str) -> str:
    """Every mark of every judge."""
    chosen, oblast = parse_area(stage, area)
    require(Right.SEE_STAGE, oblast=oblast)
    contest = contest_by_code(database(), code)
    unit = oblast and get_unit(database(), oblast)
    rules, found = revealed_marks(database(), contest, chosen, oblast)
    criteria = [(part, criterion) for part in rules.marked for criterion in part.criteria]
    return render_template(
        "contest/jury/marks.html", contest=contest, stage=chosen, area=area, found=found, criteria=criteria,
        unit=unit, heads=[_("Member"), *(str(criterion.title) for _part, criterion in criteria)],
    )  # fmt: skip
