"""The reader's words for the states of a contest and the steps of its calendar."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from contest.contests.models import ContestState
from contest.rulebook import Step

STATES: dict[ContestState, object] = {
    ContestState.DRAFT: _l("draft"),
    ContestState.RULES_PUBLISHED: _l("rules published"),
    ContestState.OPEN: _l("nominations are open"),
    ContestState.REGIONAL: _l("regional stage"),
    ContestState.NATIONAL: _l("national stage"),
    ContestState.CLOSED: _l("closed, results not published"),
    ContestState.PUBLISHED: _l("results published"),
}

STEPS: dict[Step, object] = {
    Step.NOMINATIONS: _l("Nominations"),
    Step.SURVEY: _l("Residents' survey"),
    Step.ETHICS: _l("Ethics questionnaires"),
    Step.REGIONAL: _l("Regional stage"),
    Step.NATIONAL: _l("National stage"),
    Step.RESULTS: _l("Results"),
}
