"""The public page of conflicts of interests: who could not judge whom, in numbers."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from contest.publication.conflicts.queries import published_conflicts
from contest.publication.kept import LANGUAGE_ALONE, answer_of
from contest.publication.loading import acts_mark
from contest.publication.queries import known_contest
from core.access import public
from core.web.edge import database

conflicts_public = Blueprint("conflicts_public", __name__)


@conflicts_public.get("/results/<string:code>/conflicts")
@public
def conflicts(code: str) -> Response:
    """How many members of each commission could not judge, by ground."""
    contest = known_contest(database(), code)

    def draw() -> str:
        return render_template(
            "contest/public/conflicts.html", contest=contest, areas=published_conflicts(database(), contest)
        )

    return answer_of(acts_mark(database(), contest), draw, arguments=LANGUAGE_ALONE)
