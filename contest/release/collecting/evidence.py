"""Collects what was published of the survey and of the ethics questionnaires.

It reads `contest.sources.releases` alone. Of the ethics scores those are given whose nominee stands in a
published ranking.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.release.sheets import Sheet
from contest.sources.releases import PublishedSurvey, published_ethics, published_survey
from contest.standings.models import StandingRow


def survey_sheets(session: Session, contest: Contest) -> list[Sheet]:
    """The survey's units, criteria and breakdowns."""
    found = published_survey(session, campaign_code=contest.campaign_code)
    means = [
        [row.kato, code, mean]
        for _unit, _adults, row in found.units
        for code, mean in sorted(row.criterion_means.items())
        if mean is not None
    ]
    criteria = [
        [one.code, one.weight, one.official.kk, one.official.ru, one.official.en] for one in found.criteria
    ]
    return [
        Sheet("survey/units", _units(found)),
        Sheet("survey/criteria", criteria),
        Sheet("survey/criterion_means", means),
        Sheet("survey/groups", found.groups),
        Sheet("survey/strata", found.strata),
        Sheet("survey/variants", found.variants),
        Sheet("survey/turnout", found.turnout),
    ]


def ethics_sheet(session: Session, contest: Contest, people: Mapping[int, StandingRow]) -> Sheet:
    """The ethics scores of those who stand in a published ranking."""
    officials = {row.official_id: nominee for nominee, row in people.items()}
    return Sheet(
        "ethics/officials",
        [
            [
                officials[row.official_id], row.official_id, row.kato, row.n, row.score, row.error,
                row.is_coarse,
            ]
            for row in published_ethics(session, round_code=contest.round_code)
            if row.official_id in officials
        ],
    )  # fmt: skip


def _units(found: PublishedSurvey) -> list[list[object]]:
    return [
        [
            row.kato, unit.name_kk, unit.name_ru, unit.name_en, unit.oblast_kato, unit.district_kato, adults,
            row.n, row.score, row.error, row.reliability, row.margin, row.exceeds_adults, row.mode,
        ]
        for unit, adults, row in found.units
    ]  # fmt: skip
