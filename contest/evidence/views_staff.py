"""The staff's evidence pages after the marking of a stage: the list of nominees, each one's page, its file.

Whoever may see the stage may open them; judges stand by name here, and under letters everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, render_template, url_for

from contest.contests.areas import NATION, parse_area
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code
from contest.evidence.files import demo_note, file_answer
from contest.evidence.queries import evidence_of
from contest.evidence.standing import read_standing
from contest.evidence.tables import evidence_data, evidence_table
from contest.evidence.words import add_filters
from contest.judging.queries import judge_names
from contest.jury.sight import area_in_sight, require_sight
from contest.nominees.documents.models import NomineeDocument
from contest.nominees.documents.views_staff import may_read_documents
from contest.nominees.models import Nominee
from contest.nominees.queries import get_nominee
from contest.rulebook import Stage
from core.access import Right, guarded
from core.places.queries import get_unit
from core.web.edge import database, settings

evidence_staff = Blueprint("evidence_staff", __name__, url_prefix="/staff/contests/<string:code>")
evidence_staff.record(add_filters)


@evidence_staff.get("/stages/<string:stage>/<string:area>/evidence")
@guarded(Right.SEE_STAGE)
def index(code: str, stage: str, area: str) -> str:
    """The judged nominees of a stage."""
    contest, chosen, oblast = area_in_sight(code, stage, area)
    read = read_standing(database(), contest, stage=chosen, oblast_kato=oblast)
    return render_template(
        "contest/evidence/index.html", contest=contest, stage=chosen, area=area, rows=read.rows,
        unit=oblast and get_unit(database(), oblast),
    )  # fmt: skip


@evidence_staff.get("/nominees/<int:nominee_id>/evidence/<string:stage>")
@guarded(Right.SEE_STAGE)
def page(code: str, nominee_id: int, stage: str) -> str:
    """Everything that spoke for a nominee's place."""
    contest, nominee, chosen, oblast = _nominee(code, nominee_id, stage)
    found = evidence_of(database(), nominee, chosen)
    return render_template(
        "contest/evidence/nominee.html", contest=contest, found=found, area=oblast or NATION,
        names=judge_names(database(), contest, found.rules, stage=chosen, inputs=found.inputs),
        link=_document_link(contest, nominee),
    )  # fmt: skip


@evidence_staff.get("/nominees/<int:nominee_id>/evidence/<string:stage>.<any(csv, json):form>")
@guarded(Right.SEE_STAGE)
def file(code: str, nominee_id: int, stage: str, form: str) -> Response:
    """The same as a file; judges stand under letters."""
    contest, nominee, chosen, _oblast = _nominee(code, nominee_id, stage)
    found = evidence_of(database(), nominee, chosen)
    data = evidence_data(found, is_demo=settings().is_demo)
    name = f"{contest.code}-{stage}-{nominee_id}-evidence"
    return file_answer(evidence_table(found, note=demo_note()), data, form, name=name)


def _document_link(contest: Contest, nominee: Nominee) -> Callable[[NomineeDocument], str] | None:
    """Where a document is opened; None for readers who may see only what there is."""
    if not may_read_documents(contest, nominee):
        return None
    return lambda document: url_for(
        "documents_staff.download", code=contest.code, nominee_id=nominee.id, document_id=document.id
    )


def _nominee(code: str, nominee_id: int, stage: str) -> tuple[Contest, Nominee, Stage, str | None]:
    contest = contest_by_code(database(), code)
    nominee = get_nominee(database(), contest, nominee_id)
    area = NATION if stage == Stage.NATIONAL else nominee.oblast_kato
    chosen, oblast = parse_area(stage, area)
    require_sight(contest, oblast)
    return contest, nominee, chosen, oblast
