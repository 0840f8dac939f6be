"""The public page of the commissions' decisions, open together with the results."""

from __future__ import annotations

from flask import Blueprint, render_template

from contest.decisions.publication import published_decisions
from contest.meetings.words import KINDS as DECISIONS
from contest.objections.words import PUBLIC_KINDS, VERDICTS
from contest.publication.queries import known_contest
from core.access import public
from core.web.edge import database

decisions_public = Blueprint("decisions_public", __name__)


@decisions_public.get("/results/<string:code>/decisions")
@public
def decisions(code: str) -> str:
    """What the commissions decided, with the votes, and what returns and corrections changed."""
    contest = known_contest(database(), code)
    return render_template(
        "contest/decisions/public.html", contest=contest, names=DECISIONS, kinds=PUBLIC_KINDS,
        verdicts=VERDICTS, found=published_decisions(database(), contest),
    )  # fmt: skip
