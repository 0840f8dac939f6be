"""What the pages of objections share: the choices of a claim, and the receipt as an answer."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.decisions.services import NATION as NATION_WORDS
from contest.jury.queries import judges_ever
from contest.nominees.models import Nominee
from contest.objections.models import Objection
from contest.objections.receipt import draw_receipt, file_name
from contest.objections.services import objected_to
from contest.standings.models import Standing
from contest.standings.queries import rows_of
from core.accounts.models import Account
from core.places.queries import get_unit
from core.web.edge import database, settings


def claim_choices(session: Session, contest: Contest, standing: Standing | None) -> dict[str, object]:
    """Whose conflict with whom, on which ground, can be claimed against a standing; nobody's without one."""
    if standing is None:
        return {"members": (), "nominees": (), "grounds": ()}
    judges = judges_ever(session, contest, standing.stage, standing.oblast_kato)
    members = session.scalars(select(Account).where(Account.id.in_(judges)).order_by(Account.name))
    numbers = [row.nominee_id for row in rows_of(session, standing)]
    nominees = session.scalars(select(Nominee).where(Nominee.id.in_(numbers)).order_by(Nominee.id))
    return {
        "members": members.all(), "nominees": nominees.all(),
        "grounds": rulebook_of(session, contest).stage(standing.stage).conflicts,
    }  # fmt: skip


def claimed(session: Session, contest: Contest, objection: Objection) -> dict[str, object]:
    """Whose conflict with whom an objection claims, and on which ground; None for another kind."""
    if objection.about_account_id is None:
        return {"member": None, "about": None, "ground": None}
    stage = session.get_one(Standing, objection.standing_id).stage
    grounds = {one.code: one.title for one in rulebook_of(session, contest).stage(stage).conflicts}
    return {
        "member": session.get_one(Account, objection.about_account_id),
        "about": session.get_one(Nominee, objection.about_nominee_id),
        "ground": grounds.get(objection.ground),
    }


def receipt_of(contest: Contest, objection: Objection) -> Response:
    """The receipt of an objection as a file."""
    session, is_demo = database(), settings().is_demo
    to, where = objected_to(session, objection), NATION_WORDS
    if to.oblast_kato is not None:
        unit = get_unit(session, to.oblast_kato)
        where = unit.words
    content = draw_receipt(
        objection, contest=contest, to=to, where=where, is_demo=is_demo,
        nominee=session.get_one(Nominee, objection.nominee_id), terms=rulebook_of(session, contest).terms,
    )  # fmt: skip
    answer = Response(content, content_type="application/pdf")
    answer.headers.set(
        "Content-Disposition", "attachment", filename=file_name(contest, objection, is_demo=is_demo)
    )
    return answer
