"""The commission's door to the survey: admission under a rule book, and published numbers.

The ranking comes in here and reads the measure table; profiles are for people to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.rulebook import Exclusion, RuleBook
from contest.sources.state import SourceState
from core.errors import Conflict, NotFound
from core.measures import Measurement, MeasureTable, Period, Subject
from surveys.models import Campaign, CampaignState
from surveys.queries import campaign_by_code, campaign_katos, published_statistics
from surveys.rules import Counting, ExclusionRule, SurveyRules, rules_from_json
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
    session: Session,
    *,
    campaign_code: str,
    contest_code: str,
    book: RuleBook,
    actor: str,
    now: datetime,
    voted: Sequence[Exclusion] | None = None,
) -> None:
    """Admit the contest's campaign under a published rule book.

    :param voted: which days the national commission voted to leave out, in place of what the book proposes.
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
        excluding=_rules(book.survey.excluding), counting=book.survey.counting.value,
    )  # fmt: skip
    if voted is not None:
        rules = _as_voted(rules, voted)
    admit_campaign(
        session, campaign=campaign, rulebook_fingerprint=book.fingerprint, rules=rules, actor=actor, now=now
    )


def exclude_by_vote(
    session: Session, *, campaign_code: str, rules: Sequence[Exclusion], actor: str, now: datetime
) -> None:
    """Leave out what the national commission voted, in every unit; the rest of the admission stays.

    Where days are left out, the score that counts is made without them; both variants are published.

    :raises Conflict: when the campaign is closed, or was never admitted.
    """
    campaign = campaign_by_code(session, campaign_code)
    if campaign.rules_json is None:
        raise Conflict(_l("The survey %(code)s is not admitted under published rules.", code=campaign.code))
    admit_campaign(
        session, campaign=campaign, rulebook_fingerprint=campaign.admitted_by,
        rules=_as_voted(rules_from_json(campaign.rules_json), rules), actor=actor, now=now,
    )  # fmt: skip


def excluded_by_rules(session: Session, *, campaign_code: str) -> tuple[Exclusion, ...]:
    """Which days the campaign leaves out by the rules that it holds now."""
    campaign = campaign_by_code(session, campaign_code)
    if campaign.rules_json is None:
        return ()
    held = rules_from_json(campaign.rules_json).excluding
    return tuple(Exclusion(rule.signal, rule.rarer_than) for rule in held)


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


def _rules(excluding: Sequence[Exclusion]) -> tuple[ExclusionRule, ...]:
    return tuple(ExclusionRule(rule.signal, rule.rarer_than) for rule in excluding)


def _as_voted(rules: SurveyRules, voted: Sequence[Exclusion]) -> SurveyRules:
    counting = Counting.WITHOUT_FLAGGED if voted else Counting.ALL
    return replace(rules, excluding=_rules(voted), counting=counting.value)


def _period(campaign: Campaign) -> Period:
    return Period(campaign.opens_on, campaign.closes_on)
