"""One thing each that must be so before a step of a contest: its sources, its stages, the terms that run.

Reads. The lists of each step stand in `checklist`; whoever freezes a standing asks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.calendar import days_of
from contest.contests.models import Contest
from contest.contests.words import STEPS
from contest.jury.models import Marking
from contest.nominees.models import Nominee, NomineeState
from contest.objections.finality import finality_by_area
from contest.objections.words import why_not_final
from contest.rulebook import RuleBook, Stage, Step
from contest.sources.ethics import ethics_state
from contest.sources.surveys import survey_state
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import standings_in_force
from core.errors import Conflict
from core.places.models import Unit
from core.places.queries import units_by_kato
from core.web.days import said_day


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing that must be so before a step, and what to do where it is not."""

    label: object
    done: bool
    remedy: object


def refuse_unless_done(items: Sequence[ChecklistItem]) -> None:
    """Refuse a step whose checklist is not done.

    :raises Conflict: naming the first missing thing and its remedy.
    """
    for item in items:
        if not item.done:
            raise Conflict(_l("Missing: %(what)s. %(remedy)s", what=item.label, remedy=item.remedy))


def source_days(session: Session, contest: Contest, book: RuleBook) -> list[ChecklistItem]:
    """Whether the survey and the ethics round ask on days that the calendar gives them."""
    found = (
        (Step.SURVEY, survey_state(session, campaign_code=contest.campaign_code)),
        (Step.ETHICS, ethics_state(session, round_code=contest.round_code)),
    )
    items = []
    for step, source in found:
        if source is None:
            continue
        row = days_of(book, step)
        items.append(
            ChecklistItem(
                _l(
                    "%(code)s asks on days of “%(step)s” (%(first)s to %(last)s)", code=source.code,
                    step=STEPS[step], first=said_day(row.from_on), last=said_day(row.until_on),
                ),
                row.from_on <= source.opens_on and source.closes_on <= row.until_on,
                _l(
                    "It asks from %(first)s to %(last)s: change its days, or the calendar.",
                    first=said_day(source.opens_on), last=said_day(source.closes_on),
                ),
            )
        )  # fmt: skip
    return items


def sources_closed(session: Session, contest: Contest) -> list[ChecklistItem]:
    """Whether the survey and the ethics round have published their numbers."""
    survey = survey_state(session, campaign_code=contest.campaign_code)
    ethics = ethics_state(session, round_code=contest.round_code)
    return [
        ChecklistItem(
            _l("the survey %(code)s is closed and its numbers are published", code=contest.campaign_code),
            survey is not None and survey.is_published,
            _l("Close the survey after its last day."),
        ),
        ChecklistItem(
            _l("the ethics round %(code)s is closed and its scores are published", code=contest.round_code),
            ethics is not None and ethics.is_published,
            _l("Close the round, open every questionnaire with its shares, and publish the scores."),
        ),
    ]


def freeze_checklist(
    session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None
) -> list[ChecklistItem]:
    """What freezing a standing needs: the marks are in, and both sources have published their numbers."""
    window = session.scalars(
        select(Marking).where(
            Marking.contest_id == contest.id, Marking.stage == stage, Marking.oblast_kato == oblast_kato
        )
    ).first()
    return [
        ChecklistItem(
            _l("marking of this stage is closed"),
            window is not None and window.closed_at is not None,
            _l("Close the marking when every member has confirmed."),
        ),
        *sources_closed(session, contest),
    ]


def final_items(
    session: Session, contest: Contest, standings: Sequence[Standing], now: datetime
) -> list[ChecklistItem]:
    """Whether nobody can object to these standings, or to an exclusion, any more, and else until when."""
    found = finality_by_area(session, contest, standings, now)
    units = units_by_kato(session, {oblast for _stage, oblast in found if oblast})
    frozen = {(one.stage, one.oblast_kato) for one in standings}
    return [
        ChecklistItem(
            _final_label(area in frozen, area[1] and unit_words(units, area[1])),
            one.is_final,
            why_not_final(one),
        )
        for area, one in sorted(found.items(), key=lambda pair: (pair[0][1] is None, pair[0][1] or ""))
    ]


def no_excluded_winner(session: Session, contest: Contest) -> ChecklistItem:
    """Whether nobody who was excluded since holds an award of the national standing."""
    national = [one.id for one in standings_in_force(session, contest) if one.stage is Stage.NATIONAL]
    found = session.scalar(
        select(func.count())
        .select_from(StandingRow)
        .join(Nominee, Nominee.id == StandingRow.nominee_id)
        .where(
            StandingRow.standing_id.in_(national), StandingRow.award.is_not(None),
            Nominee.state == NomineeState.EXCLUDED,
        )
    )  # fmt: skip
    return ChecklistItem(
        _l("nobody who was excluded holds an award of the national standing"), not found,
        _l("Put the computed standing to the vote at a meeting, and freeze the corrected one."),
    )  # fmt: skip


def unit_words(units: dict[str, Unit], kato: str) -> object:
    unit = units.get(kato)
    return unit.words if unit else kato


def _final_label(is_frozen: bool, oblast: object) -> object:
    if is_frozen and oblast is None:
        return _l("nobody can object to the national standing any more")
    if is_frozen:
        return _l("nobody can object to the standing of %(oblast)s any more", oblast=oblast)
    if oblast is None:
        return _l("nobody can object to an exclusion at the national stage any more")
    return _l("nobody can object to an exclusion in %(oblast)s any more", oblast=oblast)
