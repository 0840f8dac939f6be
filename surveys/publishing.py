"""Publishes a campaign's numbers at its closing, once and for good: units, groups, strata, variants.

Writes; never commits. May import the ground, this room's models, queries and pure modules. Everything
comes from the tallies of the modes that count; what is kept back is stored as unknown.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Set
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.places.models import AGE_BANDS, SEXES, PopulationStratum
from core.places.queries import population_by_kato
from core.storage import Base
from surveys.breakdown import (
    Area,
    Level,
    Numbers,
    Variant,
    fits_shown_turnout,
    group_numbers,
    stratum_numbers,
    variant_numbers,
)
from surveys.criteria import criteria_from_json
from surveys.models import (
    Campaign,
    GroupStatistic,
    Statistic,
    StratumStatistic,
    StratumTally,
    Tally,
    VariantStatistic,
)
from surveys.publication import UnitNumbers, pooled_over, published_numbers
from surveys.queries import campaign_units, subject_of, tallies_by_unit, tally_sum, unit_adults
from surveys.rules import Counting, Mode, SurveyRules, rules_from_json
from surveys.tallies import TallySum, total_of
from surveys.weighting import Stratum

ASKED = tuple((band, sex) for band in AGE_BANDS for sex in SEXES)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What is published besides the units' own numbers."""

    groups: dict[tuple[Level, str], Numbers]
    strata: dict[tuple[str, Stratum], Numbers]
    variants: dict[tuple[str, Variant], Numbers]


@dataclass(frozen=True, slots=True)
class _Flagged:
    """A unit with days that stand out: all of its answers, those of the other days, and whether both fit."""

    everything: TallySum
    without: TallySum
    fits: bool


def publish_statistics(
    session: Session,
    *,
    campaign: Campaign,
    flagged: Collection[tuple[str, date]] = (),
    actor: str,
    now: datetime,
) -> dict[str, UnitNumbers]:
    """Publish the numbers of every unit and what is built from them; returns those of the units.

    :param flagged: the days, each with a unit's KATO code, that stand out by the rule for all units. The
        rules say whether a unit's own numbers count them; the other way of counting stands beside, where
        disclosure control allows both.
    """
    units, broken_down = computed_statistics(
        session, campaign=campaign, flagged=flagged, closed_on=day_of(now)
    )
    for model, rows in statistic_rows(units, broken_down).items():
        if rows:
            session.execute(insert(model), [{"campaign_id": campaign.id, **row} for row in rows])
    audit.record(
        session, actor=actor, action="campaign.publish", subject=subject_of(campaign),
        scored=sum(unit.score is not None for unit in units.values()), flagged_days=len(set(flagged)),
        **statistic_digests(units, broken_down),
    )  # fmt: skip
    return units


def computed_statistics(
    session: Session, *, campaign: Campaign, flagged: Collection[tuple[str, date]], closed_on: date
) -> tuple[dict[str, UnitNumbers], Breakdown]:
    """Everything that is published of a campaign, from its tallies alone; writes nothing."""
    rules = rules_from_json(campaign.rules_json or "")
    everything = tallies_by_unit(session, campaign=campaign, modes=rules.modes)
    standing_out = _flagged(session, campaign, rules, everything, flagged, closed_on)
    own = dict(everything)
    if rules.counting == Counting.WITHOUT_FLAGGED:
        own |= {kato: unit.without for kato, unit in standing_out.items()}
    units = published_numbers(
        own, adults=unit_adults(session, campaign=campaign),
        criteria=criteria_from_json(campaign.criteria_json), rules=rules,
    )  # fmt: skip
    return units, _breakdown(session, campaign, rules, own, standing_out)


def statistic_digests(units: Mapping[str, UnitNumbers], made: Breakdown) -> dict[str, str]:
    """What the journal keeps of the published numbers."""
    return {"statistics": _digest(units), "breakdown": _digest(_by_name(made))}


def _breakdown(
    session: Session,
    campaign: Campaign,
    rules: SurveyRules,
    own: Mapping[str, TallySum],
    standing_out: Mapping[str, _Flagged],
) -> Breakdown:
    pooled = pooled_over(own.values())
    areas = {
        unit.kato: Area(unit.oblast_kato, unit.district_kato)
        for unit in campaign_units(session, campaign=campaign)
    }
    made = Breakdown(group_numbers(own, areas=areas, pooled=pooled, rules=rules), {}, {})
    counts_all = rules.counting == Counting.ALL
    other = Variant.WITHOUT_FLAGGED if counts_all else Variant.ALL
    for kato, unit in standing_out.items():
        numbers = variant_numbers(unit.everything, unit.without, variant=other, pooled=pooled, rules=rules)
        made.variants[kato, other] = numbers if unit.fits else Numbers()
    strata = _strata(session, campaign, rules)
    adults = _adults_by_stratum(session, strata)
    for kato, tallies in strata.items():
        # Strata are not kept by day: beside a unit without its flagged days, they would count these days.
        if counts_all or kato not in standing_out:
            by_stratum, weighted = stratum_numbers(
                tallies, asked=ASKED, adults=adults.get(kato, {}), pooled=pooled, rules=rules
            )
            made.strata.update({(kato, stratum): numbers for stratum, numbers in by_stratum.items()})
            if weighted:
                made.variants[kato, Variant.WEIGHTED] = weighted
    return made


def _flagged(
    session: Session,
    campaign: Campaign,
    rules: SurveyRules,
    everything: Mapping[str, TallySum],
    flagged: Collection[tuple[str, date]],
    closed_on: date,
) -> dict[str, _Flagged]:
    days: dict[str, set[date]] = defaultdict(set)
    for kato, day in flagged:
        days[kato].add(day)
    rows: dict[str, list[Tally]] = defaultdict(list)
    wanted = select(Tally).where(Tally.campaign_id == campaign.id, Tally.kato.in_(sorted(days)))
    for row in session.scalars(wanted):
        rows[row.kato].append(row)
    return {
        kato: _one_flagged(campaign, rules, everything[kato], rows[kato], days[kato], closed_on)
        for kato in sorted(days)
    }


def _one_flagged(
    campaign: Campaign,
    rules: SurveyRules,
    everything: TallySum,
    rows: list[Tally],
    days: Set[date],
    closed_on: date,
) -> _Flagged:
    counted = [tally_sum(row) for row in rows if row.day not in days and row.mode.value in rules.modes]
    without = total_of(counted, len(everything.counts))
    answers: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in rows:
        answers[row.origin].append((row.day, row.n))
    fits = fits_shown_turnout(
        answers, flagged=days, n_flagged=everything.scored - without.scored, n_without=without.scored,
        last_day=campaign.closes_on, closed_on=closed_on,
    )  # fmt: skip
    return _Flagged(everything, without, fits)


def _strata(session: Session, campaign: Campaign, rules: SurveyRules) -> dict[str, dict[Stratum, TallySum]]:
    """The sums of each group of age and sex of the units that are asked for them."""
    rows = select(StratumTally).where(
        StratumTally.campaign_id == campaign.id, StratumTally.mode.in_([Mode(mode) for mode in rules.modes])
    )
    sums: dict[str, dict[Stratum, TallySum]] = defaultdict(dict)
    for row in session.scalars(rows):
        unit, stratum = sums[row.kato], (row.age_band, row.sex)
        unit[stratum] = unit[stratum] + tally_sum(row) if stratum in unit else tally_sum(row)
    return dict(sorted(sums.items()))


def _adults_by_stratum(session: Session, katos: Collection[str]) -> dict[str, dict[Stratum, int]]:
    """The adults of each unit by age band and sex, where they are known; its latest revision."""
    latest = population_by_kato(session, katos)
    found: dict[str, dict[Stratum, int]] = defaultdict(dict)
    for row in session.scalars(
        select(PopulationStratum).where(PopulationStratum.unit_kato.in_(sorted(katos)))
    ):
        known = latest[row.unit_kato]
        if (row.as_of_on, row.revision) == (known.as_of_on, known.revision):
            found[row.unit_kato][row.age_band, row.sex] = row.residents
    return found


def statistic_rows(units: Mapping[str, UnitNumbers], made: Breakdown) -> dict[type[Base], list[dict]]:
    """The rows of each table of published numbers, without the campaign."""
    rows = [
        {
            "kato": kato, "n": unit.n, "score": unit.score, "error": unit.error,
            "criterion_means": _means_text(unit), "reliability": unit.reliability, "margin": unit.margin,
            "exceeds_adults": unit.exceeds_adults,
        }
        for kato, unit in sorted(units.items())
    ]  # fmt: skip
    return {
        Statistic: rows,
        GroupStatistic: [
            {"level": level, "area": area, **_plain(numbers)}
            for (level, area), numbers in made.groups.items()
        ],
        StratumStatistic: [
            {"kato": kato, "age_band": band, "sex": sex, **_plain(numbers)}
            for (kato, (band, sex)), numbers in made.strata.items()
        ],
        VariantStatistic: [
            {"kato": kato, "variant": variant, **asdict(numbers)}
            for (kato, variant), numbers in made.variants.items()
        ],
    }


def _plain(numbers: Numbers) -> dict[str, object]:
    return {"n": numbers.n, "score": numbers.score, "error": numbers.error}


def _means_text(unit: UnitNumbers) -> str:
    return audit.canonical(
        {code: None if mean is None else str(mean) for code, mean in unit.criterion_means.items()}
    )


def _by_name(made: Breakdown) -> dict[str, Numbers]:
    named = {f"group:{level}:{area}": numbers for (level, area), numbers in made.groups.items()}
    named |= {f"stratum:{kato}:{band}:{sex}": n for (kato, (band, sex)), n in made.strata.items()}
    return named | {f"variant:{kato}:{variant}": n for (kato, variant), n in made.variants.items()}


def _digest(numbers: Mapping[str, UnitNumbers | Numbers]) -> str:
    lines = [[key, _text(asdict(each))] for key, each in sorted(numbers.items())]
    return hashlib.sha256(audit.canonical(lines).encode()).hexdigest()


def _text(value: object) -> object:
    if isinstance(value, dict):
        return {key: _text(each) for key, each in value.items()}
    return None if value is None else str(value)
