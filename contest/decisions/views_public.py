"""The public page of the commissions' decisions, open together with the results."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from contest.decisions.publication import published_decisions
from contest.meetings.words import KINDS as DECISIONS
from contest.objections.words import PUBLIC_KINDS, VERDICTS
from contest.publication.kept import LANGUAGE_ALONE, answer_of
from contest.publication.loading import acts_mark
from contest.publication.queries import known_contest
from core.access import public
from core.web.edge import database

decisions_public = Blueprint("decisions_public", __name__)


@decisions_public.get("/results/<string:code>/decisions")
@public
def decisions(code: str) -> Response:
    """What the commissions decided, with the votes, and what returns and corrections changed."""
    contest = known_contest(database(), code)

    def draw() -> str:
        return render_template(
            "contest/decisions/public.html", contest=contest, names=DECISIONS, kinds=PUBLIC_KINDS,
            verdicts=VERDICTS, found=published_decisions(database(), contest),
        )  # fmt: skip

    return answer_of(acts_mark(database(), contest), draw, arguments=LANGUAGE_ALONE)
