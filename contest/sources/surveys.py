"""The commission's door to the survey: admission under a rule book, and published numbers.

The ranking comes in here and reads the measure table; profiles are for people to read.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.rulebook import RuleBook
from contest.sources.state import SourceState
from core.errors import Conflict, NotFound
from core.measures import Measurement, MeasureTable, Period, Subject
from surveys.models import Campaign, CampaignState
from surveys.queries import campaign_by_code, campaign_katos, published_statistics
from surveys.rules import ExclusionRule, SurveyRules
from surveys.services import admit_campaign
from surveys.signals import services as signals

MEASURE = "survey"


def survey_state(session: Session, *, campaign_code: str) -> SourceState | None:
    """How far the campaign is; None where it is not drafted."""
    try:
        campaign = campaign_by_code(session, campaign_code)
    except NotFound:
        return None
    return SourceState(
        code=campaign.code, admitted_by=campaign.admitted_by,
        is_open=campaign.state in (CampaignState.OPEN, CampaignState.PAUSED),
        is_closed=campaign.state is CampaignState.CLOSED,
        is_published=campaign.state is CampaignState.CLOSED,
        opens_on=campaign.opens_on, closes_on=campaign.closes_on,
    )  # fmt: skip


def admit_survey(
    session: Session, *, campaign_code: str, contest_code: str, book: RuleBook, actor: str, now: datetime
) -> None:
    """Admit the contest's campaign under a published rule book.

    :raises NotFound: when the campaign is not drafted.
    :raises Conflict: when it belongs to another contest, asks by another criteria set or in another mode.
    """
    campaign = campaign_by_code(session, campaign_code)
    if campaign.contest_code != contest_code:
        raise Conflict(
            _l(
                "The campaign %(campaign)s belongs to the contest %(other)s, not to %(contest)s: "
                "draft one for it.",
                campaign=campaign.code, other=campaign.contest_code, contest=contest_code,
            )
        )  # fmt: skip
    rules = SurveyRules(
        criteria_set=book.survey.criteria_set, modes=book.survey.modes, minimum_n=book.survey.minimum_n,
        prior_degrees=book.survey.prior_degrees, decimals=book.ranking.decimals,
        excluding=tuple(ExclusionRule(rule.signal, rule.rarer_than) for rule in book.survey.excluding),
        counting=book.survey.counting.value,
    )  # fmt: skip
    admit_campaign(
        session, campaign=campaign, rulebook_fingerprint=book.fingerprint, rules=rules, actor=actor, now=now
    )


def release_flags(session: Session, *, campaign_code: str, actor: str, now: datetime) -> None:
    """The results are published: flags that follow from ratings can hint at nothing any more."""
    campaign = campaign_by_code(session, campaign_code)
    signals.release_flags(session, campaign=campaign, actor=actor, now=now)


def asked_units(session: Session, *, campaign_code: str) -> frozenset[str]:
    """The KATO codes of the units that the campaign asks: the territory of the contest."""
    return campaign_katos(session, campaign=campaign_by_code(session, campaign_code))


def survey_table(session: Session, *, campaign_code: str) -> MeasureTable:
    """Every unit's published score.

    :raises Conflict: before the campaign is closed.
    """
    campaign = campaign_by_code(session, campaign_code)
    period = _period(campaign)
    return MeasureTable(
        MEASURE,
        period,
        [
            Measurement(
                Subject("unit", row.kato), MEASURE, period, row.score, row.error, row.n, f"survey:{row.mode}"
            )
            for row in published_statistics(session, campaign_code=campaign_code)
        ],
    )


def criterion_means(session: Session, *, campaign_code: str) -> dict[str, dict[str, Decimal | None]]:
    """Every unit's published mean for each criterion; for nominations that a criterion decides."""
    rows = published_statistics(session, campaign_code=campaign_code)
    return {row.kato: dict(row.criterion_means) for row in rows}


def _period(campaign: Campaign) -> Period:
    return Period(campaign.opens_on, campaign.closes_on)
