"""Reads of the survey: campaigns, the resident's form, tallies, the units' published statistics.

Only reads, and no web. No score leaves this module while its campaign is not closed.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.places.models import Unit
from core.urn.models import Intake
from core.urn.queries import is_counted
from core.words import Words
from surveys.criteria import CriteriaSet, criteria_from_json
from surveys.models import Campaign, CampaignState, CampaignUnit, Statistic, Tally, TallyNumbers
from surveys.publication import is_firm
from surveys.rules import Mode
from surveys.tallies import TallySum, counts_from, empty_tally

BOX_PREFIX = "survey"
_CRITERIA: dict[str, CriteriaSet] = {}


@dataclass(frozen=True, slots=True)
class AskedUnit:
    """What the form of one unit needs of the database: one row."""

    campaign_id: int
    code: str
    title: Words
    mode: Mode
    state: CampaignState
    opens_on: date
    closes_on: date
    criteria_fingerprint: str
    kato: str
    name: Words
    district: Words | None
    oblast: Words
    asks_strata: bool
    adults: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedStatistic:
    """A unit's published numbers; None where there are none to show. `n` is of scored ballots."""

    kato: str
    n: int | None
    score: Decimal | None
    error: Decimal | None
    criterion_means: dict[str, Decimal | None]
    mode: str
    reliability: Decimal | None
    margin: Decimal | None
    exceeds_adults: bool = False

    @property
    def is_firm(self) -> bool | None:
        """Whether the score is firm enough to compare units by it; None where that cannot be told."""
        return is_firm(self.reliability)


def box_of(code: str) -> str:
    """The name of a campaign's box in the urn."""
    return f"{BOX_PREFIX}:{code}"


def subject_of(campaign: Campaign) -> str:
    """How the journal refers to a campaign."""
    return f"campaign:{campaign.code}"


def title_of(campaign: Campaign) -> Words:
    """A campaign's title in the three languages."""
    return Words(campaign.title_kk, campaign.title_ru, campaign.title_en)


def all_campaigns(session: Session) -> list[Campaign]:
    """Every campaign, the latest first."""
    return list(session.scalars(select(Campaign).order_by(Campaign.opens_on.desc(), Campaign.code)))


def open_campaigns(session: Session, *, today: date) -> list[Campaign]:
    """The campaigns that take answers today."""
    return [
        campaign
        for campaign in all_campaigns(session)
        if campaign.state is CampaignState.OPEN and campaign.opens_on <= today <= campaign.closes_on
    ]


def campaign_by_code(session: Session, code: str) -> Campaign:
    """The campaign of a code.

    :raises NotFound: when there is none.
    """
    found = session.scalars(select(Campaign).where(Campaign.code == code)).first()
    if found is None:
        raise NotFound(_l("There is no survey with the code “%(code)s”.", code=code[:40]))
    return found


def criteria_of(session: Session, asked: AskedUnit) -> CriteriaSet:
    """What the campaign of a unit asks; read once a process, since a fingerprint never changes its text."""
    known = _CRITERIA.get(asked.criteria_fingerprint)
    if known is None:
        kept = select(Campaign.criteria_json).where(Campaign.id == asked.campaign_id)
        known = _CRITERIA[asked.criteria_fingerprint] = criteria_from_json(session.scalars(kept).one())
    return known


def _asked_statement() -> Select:
    campaign, asked, unit = Campaign.__table__.c, CampaignUnit.__table__.c, Unit.__table__
    district, oblast = unit.alias("district"), unit.alias("oblast")
    return (
        select(
            campaign.id, campaign.title_kk, campaign.title_ru, campaign.title_en, campaign.mode,
            campaign.state, campaign.opens_on, campaign.closes_on, campaign.criteria_fingerprint,
            asked.asks_strata, unit.c.name_kk, unit.c.name_ru, unit.c.name_en, district.c.name_kk,
            district.c.name_ru, district.c.name_en, oblast.c.name_kk, oblast.c.name_ru, oblast.c.name_en,
            asked.adults,
        )
        .join_from(Campaign.__table__, CampaignUnit.__table__, asked.campaign_id == campaign.id)
        .join(unit, unit.c.kato == asked.kato)
        .join(oblast, oblast.c.kato == unit.c.oblast_kato)
        .outerjoin(district, district.c.kato == unit.c.district_kato)
        .where(campaign.code == bindparam("code"), asked.kato == bindparam("kato"))
    )  # fmt: skip


#: Built once: on the resident's path, building it would cost as much as drawing the page.
_ASKED = _asked_statement()


def asked_unit(session: Session, *, code: str, kato: str) -> AskedUnit:
    """One unit of a campaign with everything its form needs, in one row.

    :raises NotFound: when there is no such campaign, or the unit is not in it.
    """
    row = session.execute(_ASKED, {"code": code, "kato": kato}).first()
    if row is None:
        raise NotFound(
            _l(
                "The unit %(kato)s is not asked in the survey “%(code)s”. Find your village in the list.",
                kato=kato[:9], code=code[:40],
            )
        )  # fmt: skip
    return AskedUnit(
        campaign_id=row[0], code=code, title=Words(*row[1:4]), mode=row[4], state=row[5], opens_on=row[6],
        closes_on=row[7], criteria_fingerprint=row[8], kato=kato, asks_strata=row[9], name=Words(*row[10:13]),
        district=Words(*row[13:16]) if row[13] else None, oblast=Words(*row[16:19]),
        adults=row[19],
    )  # fmt: skip


def is_received(session: Session, *, code: str, trace: bytes) -> bool:
    """Whether an answer with this trace has arrived, mixed or not."""
    waits = select(Intake.box).where(Intake.box == box_of(code), Intake.trace == trace)
    return session.execute(waits).first() is not None or is_counted(session, box_of(code), trace)


def campaign_katos(session: Session, *, campaign: Campaign) -> frozenset[str]:
    """The KATO codes of a campaign's units."""
    return frozenset(
        session.scalars(select(CampaignUnit.kato).where(CampaignUnit.campaign_id == campaign.id))
    )


def unit_adults(session: Session, *, campaign: Campaign) -> dict[str, int | None]:
    """The frozen number of adults of each unit; None where it is unknown."""
    rows = session.execute(
        select(CampaignUnit.kato, CampaignUnit.adults).where(CampaignUnit.campaign_id == campaign.id)
    )
    return dict(rows.all())


def campaign_units(session: Session, *, campaign: Campaign) -> list[Unit]:
    """A campaign's units, by KATO code."""
    return list(
        session.scalars(
            select(Unit)
            .join(CampaignUnit, CampaignUnit.kato == Unit.kato)
            .where(CampaignUnit.campaign_id == campaign.id)
            .order_by(Unit.kato)
        )
    )


def tally_sum(row: TallyNumbers) -> TallySum:
    """A row's sums."""
    return TallySum(
        row.n, row.scored, row.all_equal, row.composite_sum, row.composite_squares, counts_from(row.counts)
    )


def tallies_by_unit(session: Session, *, campaign: Campaign, modes: Collection[str]) -> dict[str, TallySum]:
    """Each unit's sums over all days and origins, of the modes that count; units without answers too."""
    size = len(criteria_from_json(campaign.criteria_json).criteria)
    sums = {kato: empty_tally(size) for kato in sorted(campaign_katos(session, campaign=campaign))}
    counted = [Mode(mode) for mode in modes]
    rows = select(Tally).where(Tally.campaign_id == campaign.id, Tally.mode.in_(counted))
    for row in session.scalars(rows):
        sums[row.kato] += tally_sum(row)
    return sums


def closed_campaign(session: Session, code: str) -> Campaign:
    """The campaign of a code, once it has published numbers.

    :raises Conflict: before it is closed: until then no score exists for anybody.
    """
    campaign = campaign_by_code(session, code)
    if campaign.state is not CampaignState.CLOSED:
        raise Conflict(
            _l("The survey “%(code)s” is not closed: it has no published numbers yet.", code=campaign.code)
        )
    return campaign


def published_statistics(session: Session, *, campaign_code: str) -> tuple[PublishedStatistic, ...]:
    """What was published of every unit, by KATO code.

    :raises Conflict: before the campaign is closed.
    """
    campaign = closed_campaign(session, campaign_code)
    rows = session.scalars(
        select(Statistic).where(Statistic.campaign_id == campaign.id).order_by(Statistic.kato)
    )
    return tuple(
        PublishedStatistic(
            kato=row.kato, n=row.n, score=row.score, error=row.error,
            criterion_means={
                code: None if mean is None else Decimal(mean)
                for code, mean in json.loads(row.criterion_means).items()
            },
            mode=campaign.mode.value, reliability=row.reliability, margin=row.margin,
            exceeds_adults=row.exceeds_adults,
        )
        for row in rows
    )  # fmt: skip
