"""Reads of the lists of codes: whose a mark is, and each unit's counts.

Only reads. Nothing here says of a single code whether it was used, and what was used comes out a day late,
in steps of 5, as turnout does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.disclosure import turnout_step, turnout_until
from core.errors import Conflict
from core.places.models import Unit
from core.places.queries import adults_by_kato
from surveys.answers import Origin
from surveys.models import Campaign, CampaignState, CampaignUnit, Tally
from surveys.rules import Mode
from surveys.voters.models import Code, CodeCount

CODE_LENGTH = 16
CODE_PURPOSE = "survey-code"


@dataclass(frozen=True, slots=True)
class CodeOwner:
    """Which survey and unit a code is for."""

    campaign_id: int
    kato: str


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """A batch that a unit may have: its number, and how many codes."""

    number: int
    count: int


@dataclass(frozen=True, slots=True)
class UnitCodes:
    """A unit's lists: its batches, its adults, and how many of its codes were used, in steps of 5."""

    kato: str
    oblast_kato: str
    adults: int | None
    batches: tuple[CodeCount, ...]
    used: int

    @property
    def made(self) -> int:
        return sum(batch.made for batch in self.batches)

    @property
    def spoiled(self) -> int:
        return sum(batch.spoiled for batch in self.batches)

    @property
    def returned(self) -> int:
        return sum(batch.returned for batch in self.batches)

    @property
    def may_be_made(self) -> int:
        """How many more codes the unit may have."""
        return max(0, (self.adults or 0) - self.made)

    @property
    def exceeds_made(self) -> bool:
        """More came back or were used than there are: somebody counted wrongly, or letters were copied."""
        return self.used + self.spoiled + self.returned > self.made


def code_owner(session: Session, mark: bytes) -> CodeOwner | None:
    """The survey and unit of a code, by its mark; None where no list has it."""
    row = session.execute(select(Code.campaign_id, Code.kato).where(Code.mark == mark)).first()
    return None if row is None else CodeOwner(*row)


def batches_of(session: Session, *, campaign: Campaign, kato: str) -> list[CodeCount]:
    """The batches of a unit, the first one first."""
    return list(
        session.scalars(
            select(CodeCount)
            .where(CodeCount.campaign_id == campaign.id, CodeCount.kato == kato)
            .order_by(CodeCount.batch)
        )
    )


def code_limits(
    session: Session, *, campaign: Campaign, katos: Collection[str] | None = None
) -> dict[str, int | None]:
    """Each unit's adults: as known now while the campaign is drafted, then as frozen at its opening."""
    rows = select(CampaignUnit.kato, CampaignUnit.adults).where(CampaignUnit.campaign_id == campaign.id)
    if katos is not None:
        rows = rows.where(CampaignUnit.kato.in_(katos))
    frozen = dict(session.execute(rows).all())
    if campaign.state is not CampaignState.DRAFT:
        return frozen
    known = adults_by_kato(session, frozen)
    return {kato: known.get(kato) for kato in frozen}


def planned_batch(session: Session, *, campaign: Campaign, kato: str, count: int | None) -> PlannedBatch:
    """The next batch of a unit's codes, if it may have one.

    :param count: how many; None for as many as the unit may still have.
    :raises Conflict: when the campaign has another mode or is closed, when the unit's adults are unknown,
        or when it would have more codes than adults.
    """
    if campaign.mode is not Mode.CODES:
        raise Conflict(_l("The survey %(code)s is held in another mode, without codes.", code=campaign.code))
    if campaign.state is CampaignState.CLOSED:
        raise Conflict(_l("The survey %(code)s is closed: it takes no more codes.", code=campaign.code))
    batches = batches_of(session, campaign=campaign, kato=kato)
    made, number = sum(batch.made for batch in batches), len(batches) + 1
    adults = code_limits(session, campaign=campaign, katos=[kato]).get(kato)
    if adults is None:
        raise Conflict(
            _l("The number of adults of the unit %(kato)s is not known, so it is not known how many codes it "
               "may have: load the population first.", kato=kato)
        )  # fmt: skip
    count = adults - made if count is None else count
    if count < 1 or made + count > adults:
        raise Conflict(
            _l("%(count)s more codes are not possible for the unit %(kato)s: it has %(adults)s adults and "
               "%(made)s codes already.", count=count, kato=kato, adults=adults, made=made)
        )  # fmt: skip
    return PlannedBatch(number, count)


def codes_by_unit(
    session: Session,
    *,
    campaign: Campaign,
    as_of: date,
    oblasts: Collection[str] | None = None,
    kato: str | None = None,
) -> list[UnitCodes]:
    """Every unit's lists, by KATO code; views pass yesterday.

    :param oblasts: only units of these oblasts; None means all.
    :param kato: only this unit.
    """
    batches: dict[str, list[CodeCount]] = defaultdict(list)
    for row in session.scalars(
        select(CodeCount).where(CodeCount.campaign_id == campaign.id).order_by(CodeCount.batch)
    ):
        batches[row.kato].append(row)
    used, limits = _used(session, campaign, as_of), code_limits(session, campaign=campaign)
    units = (
        select(Unit.kato, Unit.oblast_kato)
        .join(CampaignUnit, CampaignUnit.kato == Unit.kato)
        .where(CampaignUnit.campaign_id == campaign.id)
        .order_by(Unit.kato)
    )
    if oblasts is not None:
        units = units.where(Unit.oblast_kato.in_(oblasts))
    if kato is not None:
        units = units.where(Unit.kato == kato)
    return [
        UnitCodes(one, oblast, limits[one], tuple(batches[one]), turnout_step(used.get(one, 0)))
        for one, oblast in session.execute(units)
    ]


def units_without_codes(units: Sequence[UnitCodes]) -> int:
    """How many units have no list yet."""
    return sum(not unit.batches for unit in units)


def units_with_too_many(units: Sequence[UnitCodes]) -> int:
    """How many units have more codes than adults, since their number was corrected downwards."""
    return sum(unit.made > (unit.adults or 0) for unit in units)


def _used(session: Session, campaign: Campaign, as_of: date) -> dict[str, int]:
    until = turnout_until(yesterday=as_of, last_day=campaign.closes_on)
    rows = session.execute(
        select(Tally.kato, func.sum(Tally.n))
        .where(
            Tally.campaign_id == campaign.id, Tally.mode == Mode.CODES, Tally.origin == Origin.WEB,
            Tally.day <= until,
        )
        .group_by(Tally.kato)
    )  # fmt: skip
    return {kato: int(n) for kato, n in rows}
