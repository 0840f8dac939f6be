"""What a published rule book does to its survey and ethics round, and what a correction leaves alone.

Written like the services. Sources are admitted by the book; whatever something frozen, published or asked
rests on is not corrected any more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.conditions import refuse_unless_done, source_days
from contest.contests.models import Contest, ContestState
from contest.decisions.queries import voted_exclusion
from contest.jury.models import Marking
from contest.rulebook import RuleBook, StageRules
from contest.sources.beside import admit_beside
from contest.sources.ethics import admit_ethics, ethics_state
from contest.sources.survey_pages import criteria_words
from contest.sources.surveys import admit_survey, survey_state
from core.errors import BadInput, Conflict


def admit_sources(session: Session, contest: Contest, book: RuleBook, *, actor: str, now: datetime) -> None:
    """Admit both sources under the book; what is past that point keeps the edition it was admitted under.

    :raises BadInput: for a nomination by a criterion that the book's own set does not ask.
    """
    asked = criteria_words(book.survey.criteria_set)
    for nomination in book.nominations:
        if asked and nomination.criterion is not None and nomination.criterion not in asked:
            raise BadInput(
                _l(
                    "The nomination “%(title)s” goes by the criterion “%(criterion)s”, and the survey asks "
                    "by %(asked)s: choose one of these.",
                    title=nomination.title, criterion=nomination.criterion, asked=", ".join(asked),
                )
            )  # fmt: skip
    facts = {"contest_code": contest.code, "book": book, "actor": actor, "now": now}
    survey = survey_state(session, campaign_code=contest.campaign_code)
    if survey is None or not survey.is_closed:
        voted = voted_exclusion(session, contest)
        admit_survey(session, campaign_code=contest.campaign_code, voted=voted, **facts)
    admit_beside(session, contest_code=contest.code, book=book, actor=actor, now=now)
    ethics = ethics_state(session, round_code=contest.round_code)
    if ethics is None or not (ethics.is_open or ethics.is_closed):
        admit_ethics(session, round_code=contest.round_code, **facts)


def refuse_what_rests(session: Session, contest: Contest, before: RuleBook, after: RuleBook) -> None:
    """Refuse a correction of what something frozen, published or asked already rests on."""
    if contest.state is ContestState.PUBLISHED:
        raise Conflict(_l("The results are published: their rules cannot be corrected any more."))
    seen = session.scalars(
        select(Marking.id).where(Marking.contest_id == contest.id, Marking.closed_at.is_not(None))
    ).first()
    if seen is not None and replace(after, calendar=before.calendar, days_off=before.days_off) != before:
        raise Conflict(
            _l("Scores can be seen since a marking was closed: only the calendar can still be corrected.")
        )
    opened = set(session.scalars(select(Marking.stage).where(Marking.contest_id == contest.id)))
    if any(_marked(before.stage(stage)) != _marked(after.stage(stage)) for stage in opened):
        raise Conflict(
            _l("The marking is opened: what members mark, and on which scale, cannot be corrected any more.")
        )
    refuse_unless_done(source_days(session, contest, after))
    survey = survey_state(session, campaign_code=contest.campaign_code)
    ethics = ethics_state(session, round_code=contest.round_code)
    if survey is not None and survey.is_closed and _numbers_of(before) != _numbers_of(after):
        raise Conflict(_l("The survey is closed: a correction cannot change how its numbers were made."))
    if ethics is not None and (ethics.is_open or ethics.is_closed) and before.ethics != after.ethics:
        raise Conflict(_l("The ethics round is open or over: a correction cannot change its rules."))


def _numbers_of(book: RuleBook) -> tuple[object, ...]:
    """What decides the survey's published numbers; the estimator comes later."""
    survey = book.survey
    return (
        survey.criteria_set, survey.modes, survey.minimum_n, survey.prior_degrees, survey.excluding,
        survey.counting, book.ranking.decimals,
    )  # fmt: skip


def _marked(rules: StageRules) -> tuple[object, ...]:
    """What a mark that was given says something about; titles and weights may still be put right."""
    return tuple(
        (part.code, part.lowest, part.highest, part.is_anonymous, [one.code for one in part.criteria])
        for part in rules.marked
    )
