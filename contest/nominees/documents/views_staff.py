"""The staff's pages of a nominee's documents: hand in, take back, download."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.commissions.queries import people_of
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code
from contest.nominees.documents.files import directory_of
from contest.nominees.documents.forms import StaffDocumentForm
from contest.nominees.documents.queries import get_document
from contest.nominees.documents.receiving import give, receive
from contest.nominees.documents.services import remove_document
from contest.nominees.models import Nominee
from contest.nominees.queries import get_nominee
from contest.rulebook import Stage
from core import clock
from core.access import Right, guarded, may, require
from core.web.edge import database, settings

documents_staff = Blueprint(
    "documents_staff", __name__,
    url_prefix="/staff/contests/<string:code>/nominees/<int:nominee_id>/documents",
)  # fmt: skip


def may_read_documents(contest: Contest, nominee: Nominee) -> bool:
    """Whether the reader may: secretary, agency, and the commissions that judge this nominee."""
    if may(current_user, Right.MANAGE_NOMINEES, oblast=nominee.oblast_kato):
        return True
    regional = people_of(database(), contest, Stage.REGIONAL, nominee.oblast_kato)
    if current_user.id in regional.everyone:
        return True
    national = people_of(database(), contest, Stage.NATIONAL, None)
    return nominee.is_finalist and current_user.id in national.everyone


@documents_staff.post("")
@guarded(Right.MANAGE_NOMINEES)
def add(code: str, nominee_id: int) -> Response:
    """Hand a document in for a nominee."""
    found = _managed(code, nominee_id)
    receive(found, StaffDocumentForm())
    return redirect(url_for("nominees_staff.nominee", code=code, nominee_id=nominee_id))


@documents_staff.get("/<int:document_id>")
@guarded(Right.SEE_STAGE)
def download(code: str, nominee_id: int, document_id: int) -> Response:
    """One document as a download."""
    contest = contest_by_code(database(), code)
    found = get_nominee(database(), contest, nominee_id)
    if not may_read_documents(contest, found):
        require(Right.MANAGE_NOMINEES, oblast=found.oblast_kato)
    return give(get_document(database(), found, document_id))


@documents_staff.post("/<int:document_id>/remove")
@guarded(Right.MANAGE_NOMINEES)
def remove(code: str, nominee_id: int, document_id: int) -> Response:
    """Take a document back before the application is decided."""
    found = _managed(code, nominee_id)
    remove_document(
        database(), nominee=found, document=get_document(database(), found, document_id),
        directory=directory_of(settings().data_directory), actor=current_user.reference, now=clock.present(),
    )  # fmt: skip
    return redirect(url_for("nominees_staff.nominee", code=code, nominee_id=nominee_id))


def _managed(code: str, nominee_id: int) -> Nominee:
    contest: Contest = contest_by_code(database(), code)
    found = get_nominee(database(), contest, nominee_id)
    require(Right.MANAGE_NOMINEES, oblast=found.oblast_kato)
    return found
