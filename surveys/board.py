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

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from core.disclosure import shown_growth, turnout_until
from core.places.models import Unit
from core.words import Words, kazakh_key
from surveys.answers import Origin
from surveys.models import Campaign, CampaignUnit, Tally

RECENT = timedelta(days=7)
_NAMES = ("name_kk", "name_ru", "name_en")
#: Longer campaigns are drawn by week unless days are asked for.
MOST_DAYS = 35

_Growth = Mapping[Origin, Mapping[date, int]]


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
    """A unit's answers, at least: each origin rounded down to steps of 5; 0 reads "fewer than 5"."""

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
    grown = _growth(session, campaign, as_of, oblasts, kato)
    since = turnout_until(yesterday=as_of, last_day=campaign.closes_on) - RECENT
    return [
        UnitTurnout(
            kato=row.kato, oblast_kato=row.oblast_kato, adults=row.adults, name=Words(*row[4:7]),
            place=Words(*row[7:10]), district_kato=row.district_kato, **_sums(grown[row.kato], since),
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
    sums: dict[date, dict[Origin, int]] = defaultdict(lambda: defaultdict(int))
    for by_origin in _growth(session, campaign, as_of, oblasts, kato).values():
        for origin, growth in by_origin.items():
            for day, step in growth.items():
                sums[day][origin] += step
    until = turnout_until(yesterday=as_of, last_day=campaign.closes_on)
    length = timedelta(days=7 if by_week else 1)
    made, start = [], campaign.opens_on
    while start <= until:
        end = min(start + length - timedelta(days=1), until)
        added: dict[Origin, int] = defaultdict(int)
        for day, by_origin in sums.items():
            if start <= day <= end:
                for origin, step in by_origin.items():
                    added[origin] += step
        made.append((start, end, dict(added)))
        start = end + timedelta(days=1)
    most = max((sum(added.values()) for _, _, added in made), default=0)
    return [
        Stretch(start, end, added, sum(added.values()), 100 * sum(added.values()) // most if most else 0)
        for start, end, added in made
    ]


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


def _growth(
    session: Session,
    campaign: Campaign,
    as_of: date,
    oblasts: Collection[str] | None,
    kato: str | None,
) -> Mapping[str, _Growth]:
    """By how much each shown figure grew on each day, by unit and origin."""
    until = turnout_until(yesterday=as_of, last_day=campaign.closes_on)
    rows = (
        select(Tally.kato, Tally.origin, Tally.day, func.sum(Tally.n))
        .where(Tally.campaign_id == campaign.id, Tally.day <= until)
        .group_by(Tally.kato, Tally.origin, Tally.day)
    )
    if kato is not None:
        rows = rows.where(Tally.kato == kato)
    if oblasts is not None:
        rows = rows.join(Unit, Unit.kato == Tally.kato).where(Unit.oblast_kato.in_(sorted(oblasts)))
    counts: dict[tuple[str, Origin], list[tuple[date, int]]] = defaultdict(list)
    for unit, origin, day, n in session.execute(rows):
        counts[unit, origin].append((day, int(n)))
    grown: dict[str, dict[Origin, dict[date, int]]] = defaultdict(dict)
    for (unit, origin), days in counts.items():
        grown[unit][origin] = shown_growth(days)
    return grown


def _sums(grown: _Growth, since: date) -> dict[str, object]:
    by_origin = {origin: sum(growth.values()) for origin, growth in sorted(grown.items())}
    recent = sum(step for growth in grown.values() for day, step in growth.items() if day > since)
    return {"answers": sum(by_origin.values()), "by_origin": by_origin, "recent": recent}


def _add(parts: Iterable[Mapping[Origin, int]]) -> dict[Origin, int]:
    added: dict[Origin, int] = defaultdict(int)
    for part in parts:
        for origin, n in part.items():
            added[origin] += n
    return dict(added)
