"""What must be and what should be seen to before a campaign opens, whatever its mode.

May import the ground, this room's queries and those of its parts. Only reads, and asks the service of a
verified survey whether it answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.clock import day_of
from core.web.days import said_day
from surveys.models import Campaign
from surveys.queries import unit_adults
from surveys.rules import Mode
from surveys.voters.queries import codes_by_unit, units_with_too_many, units_without_codes
from surveys.voters.verification import Verification


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to see to before opening; `is_needed` ones stand in the way."""

    label: object
    done: bool
    remedy: object
    is_needed: bool = True


def checklist(
    session: Session, *, campaign: Campaign, verification: Verification | None = None, now: datetime
) -> list[ChecklistItem]:
    """What must be and what should be seen to before a campaign opens."""
    adults = unit_adults(session, campaign=campaign)
    unknown = sum(number is None for number in adults.values())
    return [
        ChecklistItem(
            _l("Units are chosen: %(count)s", count=len(adults)), bool(adults),
            _l("Draft the campaign again with the units to be asked."),
        ),
        ChecklistItem(
            _l("The last day, %(day)s, is not past", day=said_day(campaign.closes_on)),
            campaign.closes_on >= day_of(now), _l("Move the last day later."),
        ),
        ChecklistItem(
            _l("A published rule book has admitted this campaign"), campaign.admitted_by is not None,
            _l("Publish the rules of the contest “%(code)s”.", code=campaign.contest_code),
        ),
        *_of_mode(session, campaign, verification, now),
        ChecklistItem(
            _l("The number of adults is known for every unit"), not unknown,
            _l("Unknown for %(count)s units: age and sex are not asked there, and the margin of error is "
               "wider. Load the population to change that.", count=unknown),
            is_needed=False,
        ),
    ]  # fmt: skip


def _of_mode(
    session: Session, campaign: Campaign, verification: Verification | None, now: datetime
) -> list[ChecklistItem]:
    if campaign.mode is Mode.CODES:
        return _of_codes(session, campaign, now)
    if campaign.mode is Mode.VERIFIED:
        fault = verification.fault(now=now) if verification else _l("No service is configured.")
        label = _l("The service that confirms who one is answers")
        return [ChecklistItem(label, fault is None, fault)]
    return []


def _of_codes(session: Session, campaign: Campaign, now: datetime) -> list[ChecklistItem]:
    units = codes_by_unit(session, campaign=campaign, as_of=day_of(now))
    without, too_many = units_without_codes(units), units_with_too_many(units)
    return [
        ChecklistItem(
            _l("Every unit has its list of codes"), not without,
            _l("Units without codes: %(count)s. Make them, and give the letters out.", count=without),
        ),
        ChecklistItem(
            _l("No unit has more codes than adults"), not too_many,
            _l("Units with more codes than adults: %(count)s. Withdraw their codes and make new ones.",
               count=too_many),
        ),
    ]  # fmt: skip
