"""Reads for the robustness page: a standing's numbers and marks, and what the scenarios do to its places.

Staff of a stage see it once its marking is closed, everybody once the standing is published. It reads
published numbers, and marks under letters; names of judges never come in here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_by_fingerprint
from contest.judging.queries import panel_of, refuse_before_closing
from contest.robustness.building import Family, Line, Material, Outcome, SurveyCriterion, Why, outcome_of
from contest.rulebook import RuleBook, Source, Stage
from contest.sources.survey_pages import asked_criteria, other_scores
from contest.sources.surveys import criterion_means
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import (
    compute_standing,
    latest_standing,
    published_standing,
    rows_of,
)
from core.errors import NotFound
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


@dataclass(frozen=True, slots=True)
class _Placed:
    """A nominee with a place, from a frozen row or a computed one."""

    nominee_id: int
    name: str
    kato: str
    place: int
    is_finalist: bool
    award: str | None
    scores: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class _Read:
    """A standing, frozen or computed, as the scenarios need it; `judged` are all its nominees."""

    book: RuleBook
    stage: Stage
    oblast_kato: str | None
    version: int | None
    judged: tuple[int, ...]
    placed: tuple[_Placed, ...]


def robustness_of(session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None) -> Robustness:
    """For staff: of the frozen standing in force, or of the one that would be frozen now.

    :raises Conflict: while marking is not closed, or a source has not published its numbers.
    """
    refuse_before_closing(session, contest, stage, oblast_kato)
    frozen = latest_standing(session, contest, stage, oblast_kato)
    if frozen is not None:
        return _robustness(session, contest, _read_frozen(session, contest, frozen, rows_of(session, frozen)))
    computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    placed = tuple(
        _Placed(
            row.nominee_id, computed.nominees[row.nominee_id].name_kk, row.kato, row.place, row.is_finalist,
            row.award, {code: part.score for code, part in row.parts.items()},
        )
        for row in computed.rows
        if row.place
    )  # fmt: skip
    read = _Read(computed.book, stage, oblast_kato, None, tuple(computed.nominees), placed)
    return _robustness(session, contest, read)


def published_robustness(
    session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None
) -> Robustness:
    """For everybody: of the published standing in force.

    :raises NotFound: while none is published.
    """
    view = published_standing(session, contest_code=contest.code, stage=stage, oblast_kato=oblast_kato)
    if view is None:
        raise NotFound(_l("No ranking is published here yet."))
    return _robustness(session, contest, _read_frozen(session, contest, view.standing, view.rows))


def _read_frozen(
    session: Session, contest: Contest, standing: Standing, rows: Sequence[StandingRow]
) -> _Read:
    placed = tuple(
        _Placed(
            row.nominee_id, row.name_kk, row.kato, row.place, row.is_finalist, row.award,
            {part["code"]: _number(part["score"]) for part in json.loads(row.components_json)},
        )
        for row in rows
        if row.place
    )  # fmt: skip
    return _Read(
        rulebook_by_fingerprint(session, contest, standing.rulebook_fingerprint), standing.stage,
        standing.oblast_kato, standing.version, tuple(row.nominee_id for row in rows), placed,
    )  # fmt: skip


def _robustness(session: Session, contest: Contest, read: _Read) -> Robustness:
    material = _material(session, contest, read)
    outcome, rules = outcome_of(material), material.rules
    held = [one for one in read.placed if one.is_finalist or one.place <= rules.places]
    columns = [outcome.nominees.index(one.nominee_id) for one in held]
    return Robustness(
        read.stage, read.oblast_kato, read.version, len(read.placed), rules.finalists, rules.places,
        tuple(
            _holder(outcome, one, column, rules.finalists if one.is_finalist else rules.places)
            for one, column in zip(held, columns, strict=True)
        ),
        tuple(_shown(outcome, line, columns, material) for line in outcome.lines),
        outcome.unavailable, read.book.ranking.interval_seed,
    )  # fmt: skip


def _material(session: Session, contest: Contest, read: _Read) -> Material:
    rules = read.book.stage(read.stage)
    has_survey = any(part.source is Source.SURVEY for part in rules.components)
    panel = panel_of(session, contest, rules, stage=read.stage, oblast_kato=read.oblast_kato)
    return Material(
        read.book, read.stage, {one.nominee_id: one.place for one in read.placed},
        {one.nominee_id: one.scores for one in read.placed},
        _criteria(session, contest, read.placed) if has_survey else (),
        {
            part.code: {nominee: panel.of_nominee(part.code, nominee) for nominee in read.judged}
            for part in rules.marked
        },
        _other_scores(session, contest, read.placed) if has_survey else {},
    )  # fmt: skip


def _criteria(session: Session, contest: Contest, placed: Sequence[_Placed]) -> tuple[SurveyCriterion, ...]:
    means = criterion_means(session, campaign_code=contest.campaign_code)
    return tuple(
        SurveyCriterion(
            asked.code, asked.title, asked.weight,
            {one.nominee_id: means.get(one.kato, {}).get(asked.code) for one in placed},
        )
        for asked in asked_criteria(session, contest.campaign_code)
    )  # fmt: skip


def _other_scores(session: Session, contest: Contest, placed: Sequence[_Placed]) -> dict[int, Decimal | None]:
    scores = other_scores(session, contest.campaign_code)
    return {one.nominee_id: scores[one.kato] for one in placed if one.kato in scores}


def _holder(outcome: Outcome, one: _Placed, column: int, first: int) -> Holder:
    weights = [line for line in outcome.lines if line.family is Family.WEIGHTS]
    others = [line for line in outcome.lines if line.family is not Family.WEIGHTS]
    every = outcome.steadiness(outcome.lines, first=first)
    groups = [(outcome.steadiness(lines, first=first), _count(lines)) for lines in (weights, others)]
    return Holder(
        one.nominee_id, one.name, one.kato, one.place, one.is_finalist, one.award,
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
