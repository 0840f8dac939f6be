"""Surveys shown beside and never counted: campaigns of the contest in other modes, which the book names.

The ranking never comes in here. They are admitted under the same rule book as the survey that counts, so
that none of them opens before the rules, and they ask on the days of the same step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.calendar import days_of
from contest.rulebook import RuleBook, Step
from contest.sources.survey_pages import Profile, unit_profile
from core.errors import Conflict
from core.web.days import said_day
from surveys.models import Campaign, CampaignState
from surveys.rules import Mode, SurveyRules
from surveys.services import admit_campaign


@dataclass(frozen=True, slots=True)
class Beside:
    """A unit's published numbers in a survey that does not count."""

    mode: str
    profile: Profile


def admit_beside(session: Session, *, contest_code: str, book: RuleBook, actor: str, now: datetime) -> None:
    """Admit the contest's campaigns that are shown beside, those that are not closed.

    :raises Conflict: when one asks by another criteria set, or outside the days of the survey.
    """
    row = days_of(book, Step.SURVEY)
    for campaign in _campaigns(session, contest_code, book):
        if campaign.state is CampaignState.CLOSED:
            continue
        if campaign.opens_on < row.from_on or campaign.closes_on > row.until_on:
            raise Conflict(
                _l(
                    "The campaign %(campaign)s asks from %(first)s to %(last)s, outside the days of the "
                    "survey: change its days, or the calendar.",
                    campaign=campaign.code, first=said_day(campaign.opens_on),
                    last=said_day(campaign.closes_on),
                )
            )  # fmt: skip
        rules = SurveyRules(
            criteria_set=book.survey.criteria_set, modes=book.survey.beside, minimum_n=book.survey.minimum_n,
            prior_degrees=book.survey.prior_degrees, decimals=book.ranking.decimals,
        )  # fmt: skip
        admit_campaign(
            session, campaign=campaign, rulebook_fingerprint=book.fingerprint, rules=rules, actor=actor,
            now=now,
        )  # fmt: skip


def shown_beside(session: Session, *, contest_code: str, book: RuleBook, kato: str) -> list[Beside]:
    """What the closed campaigns that do not count say of a unit."""
    found = [
        (campaign.mode.value, unit_profile(session, campaign.code, kato))
        for campaign in _campaigns(session, contest_code, book)
    ]
    return [Beside(mode, profile) for mode, profile in found if profile is not None]


def _campaigns(session: Session, contest_code: str, book: RuleBook) -> list[Campaign]:
    modes = [Mode(mode) for mode in book.survey.beside]
    wanted = select(Campaign).where(Campaign.contest_code == contest_code, Campaign.mode.in_(modes))
    return list(session.scalars(wanted.order_by(Campaign.code)))
