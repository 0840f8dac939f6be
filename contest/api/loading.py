"""Loads published rows for the API: read once a process, and kept together with what the pages keep.

What is published under a number never changes; another version has another number. Before publication there
is nothing to load.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.contests.models import Contest, ContestState
from contest.league.models import League
from contest.league.queries import ShownUnit, league_rows
from contest.publication.kept import rows_of
from contest.publication.loading import standing_rows
from contest.publication.queries import Ranked, names_mark
from contest.sources.published_survey import Answered, published_turnout
from contest.standings.models import Standing
from core.errors import NotFound
from core.web.edge import database


def rows(standing: Standing) -> tuple[Ranked, ...]:
    """The rows of a published standing, by place."""
    return standing_rows(database(), standing).thing


def league(frozen: League) -> tuple[ShownUnit, ...]:
    """The rows of a published league, best place first."""
    about = ("league", frozen.id, names_mark(database()))
    return rows_of(about, lambda: league_rows(database(), league=frozen))


def turnout(contest: Contest) -> tuple[Answered, ...]:
    """The turnout of a contest whose results are public, by KATO code.

    :raises NotFound: before that; while a survey runs, its turnout is for its operators.
    """
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("How many answered is published together with the results."))
    about = ("turnout", contest.id, names_mark(database()))
    return rows_of(about, lambda: published_turnout(database(), campaign_code=contest.campaign_code))
