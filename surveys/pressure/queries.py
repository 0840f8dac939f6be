"""Reads of the reports of pressure: the agency's list, and the counts that others may see.

Only reads, and no web. Whoever is not the agency gets a unit's count in steps, from the floor of
`core.disclosure` on: a village where one person reported must not start to look for that person.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.disclosure import may_show_count, turnout_step
from surveys.models import Campaign
from surveys.pressure.models import PressureReport


def pressure_counts(session: Session, *, campaign: Campaign) -> dict[str, int]:
    """The units with at least five reports: their number of reports, rounded down to steps of 5."""
    rows = session.execute(
        select(PressureReport.kato, func.count())
        .where(PressureReport.campaign_id == campaign.id)
        .group_by(PressureReport.kato)
        .order_by(PressureReport.kato)
    )
    return {kato: turnout_step(n) for kato, n in rows if may_show_count(n)}


def reports_by_unit(session: Session, *, campaign: Campaign) -> dict[str, list[PressureReport]]:
    """Every report of a campaign, for the agency's eyes: by KATO code, within a unit in no order."""
    rows: Iterable[PressureReport] = session.scalars(
        select(PressureReport)
        .where(PressureReport.campaign_id == campaign.id)
        .order_by(PressureReport.kato, PressureReport.key)
    )
    found: dict[str, list[PressureReport]] = {}
    for report in rows:
        found.setdefault(report.kato, []).append(report)
    return found


def report_totals(session: Session) -> dict[int, int]:
    """How many reports each campaign has, for the agency's eyes, by the campaign's number."""
    rows = session.execute(
        select(PressureReport.campaign_id, func.count()).group_by(PressureReport.campaign_id)
    )
    return dict(rows.all())
