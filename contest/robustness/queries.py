"""Reads for the robustness page: a standing's numbers and marks, and what the scenarios do to its places.

Staff of a stage see it once its marking is closed, everybody once the standing is published. It reads
published numbers, and marks under letters; names of judges never come in here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.evidence.standing import ReadStanding, read_published, read_standing
from contest.judging.letters import marks_by_letter
from contest.robustness.building import Family, Line, Material, Outcome, SurveyCriterion, Why, outcome_of
from contest.rulebook import Source, Stage
from contest.sources.survey_pages import asked_criteria, other_scores
from contest.sources.surveys import criterion_means
from contest.standings.showing import ShownRow
from core.words import Words


@dataclass(frozen=True, slots=True)
class Tally:
    """In how many of so many scenarios something held."""

    held: int
    of: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a prize place or goes on: where the nominee stands over all scenarios.

    `same` counts the scenarios with the very place, `stays` those in which the nominee still goes on, or
    for others is still among the prize places; each first under moved weights, then where something is
    left out.
    """

    nominee_id: int
    name: str
    kato: str
    place: int
    is_finalist: bool
    award: str | None
    same: tuple[Tally, Tally]
    stays: tuple[Tally, Tally]
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the table of scenarios: what changed, and per holder (best place, worst, times kept)."""

    family: Family
    subject: tuple[Words | str, ...]
    scenarios: int
    places: tuple[tuple[int, int, int], ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Robustness:
    """Everything that the robustness page shows of one standing; `version` None before freezing."""

    stage: Stage
    oblast_kato: str | None
    version: int | None
    placed: int
    finalists: int
    prizes: int
    holders: tuple[Holder, ...]
    lines: tuple[ShownLine, ...]
    unavailable: tuple[tuple[Family, Why], ...]
    seed: int

    @property
    def starts_elsewhere(self) -> bool:
        """Whether undrawn survey scores alone, with nothing moved, already change a holder's place."""
        return any(not kept for line in self.lines if line.family is Family.PLAIN for *_, kept in line.places)


def robustness_of(session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None) -> Robustness:
    """For staff: of the frozen standing in force, or of the one that would be frozen now.

    :raises Conflict: while marking is not closed, or a source has not published its numbers.
    """
    read = read_standing(session, contest, stage=stage, oblast_kato=oblast_kato)
    return _robustness(session, contest, read)


def published_robustness(
    session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None
) -> Robustness:
    """For everybody: of the published standing in force.

    :raises NotFound: while none is published.
    """
    read = read_published(session, contest, stage=stage, oblast_kato=oblast_kato)
    return _robustness(session, contest, read)


def _robustness(session: Session, contest: Contest, read: ReadStanding) -> Robustness:
    placed = [row for row in read.rows if row.place]
    material, rules = _material(session, contest, read, placed), read.rules
    outcome = outcome_of(material)
    held = [row for row in placed if row.is_finalist or row.place <= rules.places]
    columns = [outcome.nominees.index(row.nominee_id) for row in held]
    return Robustness(
        read.stage, read.oblast_kato, read.version, len(placed), rules.finalists, rules.places,
        tuple(
            _holder(outcome, row, column, rules.finalists if row.is_finalist else rules.places)
            for row, column in zip(held, columns, strict=True)
        ),
        tuple(_shown(outcome, line, columns, material) for line in outcome.lines),
        outcome.unavailable, read.book.ranking.interval_seed,
    )  # fmt: skip


def _material(session: Session, contest: Contest, read: ReadStanding, placed: Sequence[ShownRow]) -> Material:
    has_survey = any(part.source is Source.SURVEY for part in read.rules.components)
    return Material(
        read.book, read.stage, {row.nominee_id: row.place for row in placed},
        {row.nominee_id: {part["code"]: _number(part["score"]) for part in row.parts} for row in placed},
        _criteria(session, contest, placed) if has_survey else (),
        {part.code: marks_by_letter(read.inputs, part.code) for part in read.rules.marked},
        _other_scores(session, contest, placed) if has_survey else {},
    )  # fmt: skip


def _criteria(session: Session, contest: Contest, placed: Sequence[ShownRow]) -> tuple[SurveyCriterion, ...]:
    means = criterion_means(session, campaign_code=contest.campaign_code)
    return tuple(
        SurveyCriterion(
            asked.code, asked.title, asked.weight,
            {row.nominee_id: means.get(row.unit.kato, {}).get(asked.code) for row in placed},
        )
        for asked in asked_criteria(session, contest.campaign_code)
    )  # fmt: skip


def _other_scores(
    session: Session, contest: Contest, placed: Sequence[ShownRow]
) -> dict[int, Decimal | None]:
    scores = other_scores(session, contest.campaign_code)
    return {row.nominee_id: scores[row.unit.kato] for row in placed if row.unit.kato in scores}


def _holder(outcome: Outcome, row: ShownRow, column: int, first: int) -> Holder:
    weights = [line for line in outcome.lines if line.family is Family.WEIGHTS]
    others = [line for line in outcome.lines if line.family is not Family.WEIGHTS]
    every = outcome.steadiness(outcome.lines, first=first)
    groups = [(outcome.steadiness(lines, first=first), _count(lines)) for lines in (weights, others)]
    return Holder(
        row.nominee_id, row.name_kk, row.unit.kato, row.place, row.is_finalist, row.award,
        same=tuple(Tally(round(found.same[column] * of), of) for found, of in groups),
        stays=tuple(Tally(round(found.among_first[column] * of), of) for found, of in groups),
        best=int(every.best[column]), worst=int(every.worst[column]),
    )  # fmt: skip


def _shown(outcome: Outcome, line: Line, columns: Sequence[int], material: Material) -> ShownLine:
    found, of = outcome.steadiness([line], first=1), _count([line])
    return ShownLine(
        line.family, _subject(line, material), of,
        tuple(
            (int(found.best[column]), int(found.worst[column]), round(found.same[column] * of))
            for column in columns
        ),
        line.unchanged,
    )  # fmt: skip


def _subject(line: Line, material: Material) -> tuple[Words | str, ...]:
    """The titles of what was left out: of a component, of a component and its criterion; a judge's letter."""
    code, _sep, criterion = line.subject.partition(":")
    part = material.rules.component(code)
    if part is None or line.family not in (Family.COMPONENT, Family.CRITERION):
        return (line.subject,) if line.subject else ()
    if not criterion:
        return (part.title,)
    own = material.criteria if part.source is Source.SURVEY else part.criteria
    return part.title, next(one.title for one in own if one.code == criterion)


def _count(lines: Sequence[Line]) -> int:
    return sum(line.places.shape[0] for line in lines)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
