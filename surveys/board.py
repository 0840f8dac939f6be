"""Reads of the turnout: how many have answered, by unit, origin and day, as it may be shown.

Only reads, and no web. The smallest figure is that of one unit by one origin, a day late and in steps of
5 (`core.disclosure` says why); all else is a sum of shown figures. No score passes through here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Integer, Select, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from core.disclosure import TURNOUT_STEP, turnout_step, turnout_until
from core.places.models import Unit
from core.words import Words, kazakh_key
from surveys.answers import Origin
from surveys.models import Campaign, CampaignUnit, Tally

RECENT = timedelta(days=7)
_NAMES = ("name_kk", "name_ru", "name_en")
#: Longer campaigns are drawn by week unless days are asked for.
MOST_DAYS = 35


class Show(StrEnum):
    """Which units are listed: all, those that nobody answers, those with more answers than adults."""

    ALL = "all"
    SILENT = "silent"
    OVER = "over"


class Order(StrEnum):
    """How units are listed."""

    NAME = "name"
    ANSWERS = "answers"
    SHARE = "share"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class UnitTurnout:
    """A unit's answers, at least: each origin rounded down to steps of 5; one that is missing from
    `by_origin` reads "fewer than 5"."""

    kato: str
    oblast_kato: str
    answers: int
    adults: int | None
    by_origin: dict[Origin, int]
    recent: int
    name: Words
    place: Words
    district_kato: str | None

    @property
    def share(self) -> int | None:
        """Answers per hundred adults, at least; None where the adults are not known."""
        return 100 * self.answers // self.adults if self.adults else None

    @property
    def is_over(self) -> bool:
        """Whether more answered than can have: an error in the data, to be looked into."""
        return self.adults is not None and self.answers > self.adults


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was added in some days, by origin; `height` is its share of the largest stretch, in percent."""

    start_on: date
    end_on: date
    by_origin: dict[Origin, int]
    answers: int
    height: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of shown figures over units."""

    units: int
    answering: int
    answers: int
    recent: int
    by_origin: dict[Origin, int]


def turnout(
    session: Session,
    *,
    campaign: Campaign,
    as_of: date,
    oblasts: Collection[str] | None = None,
    kato: str | None = None,
) -> list[UnitTurnout]:
    """Each unit's mixed answers up to and including a day, by KATO code; views pass yesterday.

    :param oblasts: only units of these oblasts; None means all.
    :param kato: only this unit.
    """
    until = turnout_until(yesterday=as_of, last_day=campaign.closes_on)
    before = func.sum(case((Tally.day <= until - RECENT, Tally.n), else_=0))
    counts: dict[str, dict[Origin, tuple[int, int]]] = defaultdict(dict)
    counted = select(Tally.kato, Tally.origin, func.sum(Tally.n), before).group_by(Tally.kato, Tally.origin)
    for unit, origin, n, n_before in session.execute(_within(counted, campaign, until, oblasts, kato)):
        counts[unit][origin] = (turnout_step(int(n)), turnout_step(int(n_before)))
    return [
        UnitTurnout(
            kato=row.kato, oblast_kato=row.oblast_kato, adults=row.adults, name=Words(*row[4:7]),
            place=Words(*row[7:10]), district_kato=row.district_kato,
            answers=sum(n for n, _ in counts[row.kato].values()),
            # An origin by which fewer than 5 came looks like one by which nobody did.
            by_origin={origin: n for origin, (n, _) in counts[row.kato].items() if n},
            recent=sum(n - n_before for n, n_before in counts[row.kato].values()),
        )
        for row in session.execute(_units(campaign, oblasts, kato))
    ]  # fmt: skip


def trend(
    session: Session,
    *,
    campaign: Campaign,
    as_of: date,
    oblasts: Collection[str] | None = None,
    kato: str | None = None,
    by_week: bool = False,
) -> list[Stretch]:
    """What was added to the shown figures on each day, or in each week, from the first day on."""
    until = turnout_until(yesterday=as_of, last_day=campaign.closes_on)
    length, start = timedelta(days=7 if by_week else 1), campaign.opens_on
    added: dict[date, dict[Origin, int]] = {}
    while start <= until:
        added[start] = defaultdict(int)
        start += length
    for day, origin, step in session.execute(_steps(campaign, until, oblasts, kato)):
        added[campaign.opens_on + (day - campaign.opens_on) // length * length][origin] += int(step)
    most = max((sum(by_origin.values()) for by_origin in added.values()), default=0) or 1
    return [
        Stretch(
            start_on=start, end_on=min(start + length - timedelta(days=1), until), by_origin=dict(by_origin),
            answers=sum(by_origin.values()), height=100 * sum(by_origin.values()) // most,
        )
        for start, by_origin in added.items()
    ]  # fmt: skip


def totals(rows: Iterable[UnitTurnout]) -> Totals:
    """Sums over units."""
    rows = list(rows)
    return Totals(
        units=len(rows), answering=sum(row.answers > 0 for row in rows), answers=sum(r.answers for r in rows),
        recent=sum(row.recent for row in rows), by_origin=_add(row.by_origin for row in rows),
    )  # fmt: skip


def by_oblast(rows: Iterable[UnitTurnout]) -> dict[str, Totals]:
    """Sums over the units of each oblast, by KATO code."""
    parts: dict[str, list[UnitTurnout]] = defaultdict(list)
    for row in rows:
        parts[row.oblast_kato].append(row)
    return {oblast: totals(parts[oblast]) for oblast in sorted(parts)}


def listed(
    rows: Iterable[UnitTurnout], *, show: Show, order: Order, text: str, language: str
) -> list[UnitTurnout]:
    """The units that are asked for, in order; equal ones by name."""
    kept = [
        row
        for row in rows
        if (show is not Show.SILENT or not row.answers)
        and (show is not Show.OVER or row.is_over)
        and (not text or text.casefold() in row.name.in_(language).casefold() or text == row.kato)
    ]
    kept.sort(key=lambda row: (kazakh_key(row.name.in_(language)), row.kato))
    numbers = {Order.ANSWERS: "answers", Order.SHARE: "share", Order.RECENT: "recent"}
    if order in numbers:
        kept.sort(key=lambda row: -(getattr(row, numbers[order]) or 0))
    return kept


def _units(campaign: Campaign, oblasts: Collection[str] | None, kato: str | None) -> Select:
    district, oblast = aliased(Unit), aliased(Unit)
    above = [func.coalesce(getattr(district, name), getattr(oblast, name)) for name in _NAMES]
    rows = (
        select(
            CampaignUnit.kato, Unit.oblast_kato, CampaignUnit.adults, Unit.district_kato,
            *(getattr(Unit, name) for name in _NAMES), *above,
        )
        .join(Unit, Unit.kato == CampaignUnit.kato)
        .join(oblast, oblast.kato == Unit.oblast_kato)
        .outerjoin(district, district.kato == Unit.district_kato)
        .where(CampaignUnit.campaign_id == campaign.id)
        .order_by(CampaignUnit.kato)
    )  # fmt: skip
    if kato is not None:
        rows = rows.where(CampaignUnit.kato == kato)
    return rows if oblasts is None else rows.where(Unit.oblast_kato.in_(sorted(oblasts)))


def _steps(campaign: Campaign, until: date, oblasts: Collection[str] | None, kato: str | None) -> Select:
    """By how much the shown figures grew on each day, by origin, summed in the database: `shown_growth`."""
    daily = select(Tally.kato, Tally.origin, Tally.day, func.sum(Tally.n).label("n"))
    daily = daily.group_by(Tally.kato, Tally.origin, Tally.day)
    rows = _within(daily, campaign, until, oblasts, kato).subquery()
    after = func.sum(rows.c.n).over(partition_by=(rows.c.kato, rows.c.origin), order_by=rows.c.day)
    running = select(
        rows.c.day, rows.c.origin, cast(rows.c.n, Integer).label("n"), cast(after, Integer).label("after")
    ).subquery()
    before = running.c.after - running.c.n
    step = running.c.after - running.c.after % TURNOUT_STEP - (before - before % TURNOUT_STEP)
    grown = select(running.c.day, running.c.origin, func.sum(step)).group_by(running.c.day, running.c.origin)
    return grown.having(func.sum(step) > 0)


def _within(
    rows: Select, campaign: Campaign, until: date, oblasts: Collection[str] | None, kato: str | None
) -> Select:
    rows = rows.where(Tally.campaign_id == campaign.id, Tally.day <= until)
    if kato is not None:
        rows = rows.where(Tally.kato == kato)
    if oblasts is not None:
        rows = rows.join(Unit, Unit.kato == Tally.kato).where(Unit.oblast_kato.in_(sorted(oblasts)))
    return rows


def _add(parts: Iterable[Mapping[Origin, int]]) -> dict[Origin, int]:
    added: dict[Origin, int] = defaultdict(int)
    for part in parts:
        for origin, n in part.items():
            added[origin] += n
    return dict(added)
