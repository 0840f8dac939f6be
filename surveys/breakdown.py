"""Published numbers besides the units' own: districts, oblasts and the nation, strata of larger units, and
other ways to compute a unit's score.

Pure: the standard library and other pure modules. Everything is a mean over persons; what may stand beside
what is decided by `core.disclosure`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.disclosure import (
    DECIMALS,
    MINIMUM_CELL,
    MINIMUM_SCORE,
    fits_turnout,
    published,
    shown_growth,
    suppress,
)
from core.isolation import Figure, sum_over
from surveys.answers import NOT_GIVEN
from surveys.publication import is_enough, published_score
from surveys.rules import SurveyRules
from surveys.tallies import TallySum, total_of
from surveys.weighting import Stratum, Weighted, weighted_score

NATION = "nation"


class Level(StrEnum):
    """What a group of units is."""

    DISTRICT = "district"
    OBLAST = "oblast"
    NATION = "nation"


class Variant(StrEnum):
    """How else a unit's score is computed: with or without its flagged days, or weighted to its adults."""

    ALL = "all"
    WITHOUT_FLAGGED = "without-flagged"
    WEIGHTED = "weighted"


@dataclass(frozen=True, slots=True)
class Area:
    """Where a unit lies; a unit directly under its oblast has no district."""

    oblast: str
    district: str | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Scored ballots, the mean of the persons' composites and its error; None where they are kept back."""

    n: int | None = None
    score: Decimal | None = None
    error: Decimal | None = None
    design_effect: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A number that could be shown, and the sums that it comes from."""

    figure: Figure
    tally: TallySum


def group_numbers(
    tallies: Mapping[str, TallySum], *, areas: Mapping[str, Area], pooled: float, rules: SurveyRules
) -> dict[tuple[Level, str], Numbers]:
    """What is published of each district, of each oblast and of the nation: every person counts once.

    Notes
    -----
    Units with too few answers count in their groups. No unit's number gives way to a group's: where a group
    less what is shown of it would isolate too few, the group is kept back, districts first.
    """
    groups: dict[tuple[Level, str], list[str]] = defaultdict(list)
    for kato in sorted(tallies):
        groups[Level.NATION, NATION].append(kato)
        groups[Level.OBLAST, areas[kato].oblast].append(kato)
        if areas[kato].district not in (None, kato):
            groups[Level.DISTRICT, areas[kato].district].append(kato)
    ranks = {Level.NATION: 1, Level.OBLAST: 2, Level.DISTRICT: 3}
    candidates = [_Candidate(sum_over(kato, [kato]), tally) for kato, tally in tallies.items()]
    for (level, area), katos in groups.items():
        tally = total_of([tallies[kato] for kato in katos], len(tallies[katos[0]].counts))
        candidates.append(_Candidate(sum_over(f"{level}:{area}", katos, ranks[level]), tally))
    sizes = {kato: tally.scored for kato, tally in tallies.items()}
    # A unit without a number reads "fewer than 5": two of these with 7 together would both have somebody.
    made = _numbers(candidates, sizes, pooled, rules, told_small=sizes)
    return {(level, area): made[f"{level}:{area}"] for level, area in groups}


def stratum_numbers(
    strata: Mapping[Stratum, TallySum],
    *,
    asked: Sequence[Stratum],
    adults: Mapping[Stratum, int],
    pooled: float,
    rules: SurveyRules,
) -> tuple[dict[Stratum, Numbers], Numbers | None]:
    """What is published of a unit by age band, by sex and by both; and its score weighted to its adults.

    Parameters
    ----------
    strata : mapping of (age band, sex) to TallySum
        All ballots of the unit; `-` is "not given" here, and "all" in the result.
    asked : sequence of (age band, sex)
        Every group that could be given.
    adults : mapping of (age band, sex) to int
        The unit's adults in every group; empty where they are not known.

    Notes
    -----
    The weighted score gives way first: it is one equation more about the groups, with weights that anybody
    can compute. It stands only where the count of every group may be shown.
    """
    empty = total_of([], len(next(iter(strata.values())).counts))
    groups = {stratum: strata.get(stratum, empty) for stratum in asked}
    groups |= {stratum: tally for stratum, tally in strata.items() if tally.scored}
    margins = {(band, NOT_GIVEN) for band, _ in asked} | {(NOT_GIVEN, sex) for _, sex in asked}
    wanted = {(NOT_GIVEN, NOT_GIVEN): 0} | dict.fromkeys(sorted(margins), 1) | dict.fromkeys(asked, 2)
    candidates = []
    for stratum, rank in wanted.items():
        parts = [group for group in groups if _is_within(group, stratum)]
        tally = total_of([groups[part] for part in parts], len(empty.counts))
        candidates.append(_Candidate(sum_over(_name(stratum), map(_name, parts), rank), tally))
    sizes = {_name(group): tally.scored for group, tally in groups.items()}
    weighted = weighted_score(groups, adults)
    others = [_weighted_figure(weighted)] if weighted else []
    made = _numbers(candidates, sizes, pooled, rules, others)
    by_stratum = {stratum: made[_name(stratum)] for stratum, rank in wanted.items() if rank}
    is_allowed = Variant.WEIGHTED in made and all(by_stratum[cell].n for cell in asked)
    return by_stratum, _weighted_numbers(weighted, rules) if weighted and is_allowed else None


def variant_numbers(
    everything: TallySum, without: TallySum, *, variant: Variant, pooled: float, rules: SurveyRules
) -> Numbers:
    """A unit's numbers with or without its flagged days, beside the other ones, which are its own.

    They stand only where enough answered on these days, and on the others, to be hidden in.
    """
    sizes = {"without": without.scored, "flagged": everything.scored - without.scored}
    parts = {Variant.ALL: ("without", "flagged"), Variant.WITHOUT_FLAGGED: ("without",)}
    tallies = {Variant.ALL: everything, Variant.WITHOUT_FLAGGED: without}
    candidates = [
        _Candidate(sum_over(each, parts[each], rank=int(each is variant)), tallies[each]) for each in parts
    ]
    return _numbers(candidates, sizes, pooled, rules)[variant]


def fits_shown_turnout(
    answers: Mapping[str, Iterable[tuple[date, int]]],
    *,
    flagged: Set[date],
    n_flagged: int,
    n_without: int,
    last_day: date,
    closed_on: date,
) -> bool:
    """Whether numbers without flagged days may stand beside the turnout that operators saw day by day.

    :param answers: the unit's answers of each day, by origin.
    """
    late = {last_day + timedelta(days=after) for after in range((closed_on - last_day).days + 1)}
    growths = [shown_growth(counts) for counts in answers.values()]
    for is_flagged, n in ((True, n_flagged), (False, n_without)):
        if any((day in flagged) is is_flagged for day in late):
            continue  # What came on days that were never shown leaves room enough.
        grown = [
            sum(step for day, step in growth.items() if day < last_day and (day in flagged) is is_flagged)
            for growth in growths
        ]
        if not fits_turnout(n, shown_growth=sum(grown), figures=sum(step > 0 for step in grown)):
            return False
    return True


def _numbers(
    candidates: Sequence[_Candidate],
    sizes: Mapping[str, int],
    pooled: float,
    rules: SurveyRules,
    others: Sequence[Figure] = (),
    told_small: Collection[str] = (),
) -> dict[str, Numbers]:
    """What remains of the candidates: counts first, then scores among what is counted.

    Of the `others`, scores without a count of their own, those that may be shown are there with no numbers.
    """
    counted = {one.figure.key for one in candidates}
    counted -= suppress([one.figure for one in candidates], sizes, floor=MINIMUM_CELL, told_small=told_small)
    scored = [
        one.figure for one in candidates if one.figure.key in counted and is_enough(one.tally.scored, rules)
    ]
    hidden = suppress([*scored, *others], sizes, floor=MINIMUM_SCORE)
    with_score = {figure.key for figure in scored} - hidden
    made = {figure.key: Numbers() for figure in others if figure.key not in hidden}
    for one in candidates:
        key, n = one.figure.key, one.tally.scored
        score = published_score(one.tally, pooled, rules)[:2] if key in with_score else (None, None)
        made[key] = Numbers(n if key in counted else None, *score)
    return made


def _weighted_figure(weighted: Weighted) -> Figure:
    return Figure(Variant.WEIGHTED, {_name(cell): w for cell, w in weighted.weights.items()}, rank=3)


def _weighted_numbers(weighted: Weighted, rules: SurveyRules) -> Numbers:
    score, error = (published(value, rules.decimals) for value in (weighted.score, weighted.error))
    return Numbers(weighted.n, score, error, published(weighted.design_effect, DECIMALS))


def _is_within(stratum: Stratum, other: Stratum) -> bool:
    """Whether a group belongs to another one, in which `-` stands for all."""
    return all(wanted in (NOT_GIVEN, own) for own, wanted in zip(stratum, other, strict=True))


def _name(stratum: Stratum) -> str:
    return "|".join(stratum)
