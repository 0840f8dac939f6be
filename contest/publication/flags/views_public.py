"""The public page of the days that stood out in the survey, with the scores counted both ways."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.publication.kept import LANGUAGE_ALONE, answer_of
from contest.publication.loading import acts_mark
from contest.publication.queries import known_contest
from contest.sources.published_survey import counted_otherwise, days_standing_out, leaves_days_out
from contest.sources.surveys import excluded_by_rules, survey_table
from core.access import public
from core.errors import NotFound
from core.measures import Subject
from core.places.queries import units_by_kato
from core.web.edge import database
from core.words import kazakh_key

flags_public = Blueprint("flags_public", __name__)


@flags_public.get("/results/<string:code>/flags")
@public
def flags(code: str) -> Response:
    """Which days of which units the voted rules leave out, or would, and what that changes."""
    session, contest = database(), known_contest(database(), code)
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("The days that stood out are published together with the results."))
    return answer_of(acts_mark(session, contest), lambda: _drawn(session, contest), arguments=LANGUAGE_ALONE)


def _drawn(session: Session, contest: Contest) -> str:
    facts = {"campaign_code": contest.campaign_code}
    days = days_standing_out(session, **facts)
    units = {kato: unit.words for kato, unit in units_by_kato(session, days).items()}
    table, others = survey_table(session, **facts), counted_otherwise(session, **facts)
    rows = [(units[kato], table.get(Subject("unit", kato)), others.get(kato), days[kato]) for kato in days]
    return render_template(
        "contest/public/flags.html", contest=contest, leaves_out=leaves_days_out(session, **facts),
        rules=excluded_by_rules(session, **facts),
        rows=sorted(rows, key=lambda row: kazakh_key(str(row[0]))),
    )  # fmt: skip
