"""From a standing's inputs to its rows: the one place where places are made.

Pure: NumPy and pure modules. The inputs are plain JSON with every published number, mark and rule that
is needed, so whoever holds them computes the same rows without the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from contest.composition import NOT_ELIGIBLE, REWEIGH, Composite, break_ties, composite
from contest.jury.scoring import score_of_marks
from contest.rulebook import Component, Estimator, Missing, RuleBook, Source, Stage
from core.disclosure import published
from core.ranking import places, rank_intervals, shrink, top_probability

GUARD_DECIMALS = 9
PROBABILITY_DECIMALS = 4
FIRM = Decimal("0.7")


@dataclass(frozen=True, slots=True)
class PartRow:
    """A component of one nominee: `score` as published, and `used` as it entered the composite."""

    code: str
    weight: Decimal
    score: Decimal | None
    error: Decimal | None
    n: int | None
    used: Decimal | None
    reliability: Decimal | None = None
    is_coarse: bool = False

    def as_dict(self) -> dict[str, object]:
        """What `components_json` keeps: numbers as texts, so that 54.70 stays 54.70."""
        return {
            "code": self.code, "weight": _text(self.weight), "score": _text(self.score),
            "error": _text(self.error), "n": self.n, "used": _text(self.used),
            "reliability": _text(self.reliability), "is_coarse": self.is_coarse,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComputedRow:
    """A nominee's outcome, as :class:`contest.standings.models.StandingRow` keeps it."""

    nominee_id: int
    kato: str
    parts: Mapping[str, PartRow]
    place: int
    composite: Decimal | None
    error: Decimal | None
    shown: Decimal | None
    low: int
    high: int
    top_probability: Decimal | None
    is_finalist: bool
    flags: tuple[str, ...]
    award: str | None


def canonical_inputs(inputs: Mapping[str, Any]) -> str:
    """The inputs as one canonical JSON text."""
    return json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(inputs: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text."""
    return hashlib.sha256(canonical_inputs(inputs).encode()).hexdigest()


def compute_rows(inputs: Mapping[str, Any], book: RuleBook) -> tuple[ComputedRow, ...]:
    """Compute a standing's rows, best place first, from its inputs and its rule book.

    Parameters
    ----------
    inputs : mapping
        `stage`; `units`: [kato, n, score, error] of every unit of the pool; `nominees`: id, kato, `ethics`
        ([n, score, error, is_coarse] or None), `marks` (component -> a list of marks per judge);
        `nominations`: code -> [[nominee, value], ...] for those not decided by a component of this stage.
        Numbers are decimal texts.
    book : RuleBook
        The edition whose fingerprint the inputs name.

    Raises
    ------
    ValueError
        For another book, or numbers that cannot be.

    Notes
    -----
    In the order of methods section 3: the survey score is drawn to the mean of the pool (the units of the
    oblast, or of the nation), the other components stay as published, then the composite, its rounding,
    the places and the tie cascade. Intervals and the probability of the first k use composites with the
    published, undrawn survey score. The order of the rows in the inputs changes nothing.
    """
    if inputs["rulebook"] != book.fingerprint:
        raise ValueError(
            f"the inputs belong to the rule book {inputs['rulebook'][:12]}…, not to {book.fingerprint[:12]}…"
        )
    stage = Stage(inputs["stage"])
    rules = book.stage(stage)
    nominees = sorted(inputs["nominees"], key=lambda row: row["id"])
    pool = _pool(inputs["units"], book.survey.estimator)
    parts = [
        {part.code: _part(part, row, pool, book.ranking.decimals) for part in rules.components}
        for row in nominees
    ]
    weights = {part.code: part.weight for part in rules.components}
    needed = {part.code for part in rules.components if part.missing is Missing.NOT_ELIGIBLE}

    def composed(row: Mapping[str, PartRow], *, used: bool, decimals: int) -> Composite:
        absent = {code for code, part in row.items() if part.score is None}
        return composite(
            {code: part.used if used else part.score for code, part in row.items()},
            weights,
            {code: part.error for code, part in row.items()},
            missing=NOT_ELIGIBLE if absent & needed else REWEIGH,
            decimals=decimals,
        )

    shown = [composed(row, used=True, decimals=book.ranking.decimals) for row in parts]
    exact = [composed(row, used=True, decimals=GUARD_DECIMALS) for row in parts]
    plain = [composed(row, used=False, decimals=GUARD_DECIMALS) for row in parts]
    by_score = places([score.value for score in shown], decimals=book.ranking.decimals)
    shared = [int(number) for number in by_score]
    place = break_ties(shared, [[row[code].score for row in parts] for code in rules.cascade])
    low, high, top = _uncertainty(plain, book, top=rules.top)
    values = _nomination_values(inputs["nominations"], nominees, parts, book)
    awards = _awards([row["id"] for row in nominees], place, values, book, stage)
    rows = [
        ComputedRow(
            nominee_id=nominee["id"], kato=nominee["kato"], parts=parts[index], place=place[index],
            composite=exact[index].value, error=shown[index].standard_error, shown=shown[index].value,
            low=low[index], high=high[index], top_probability=top[index],
            is_finalist=0 < place[index] <= rules.finalists,
            flags=_flags(
                shown[index], parts[index], has_interval=low[index] > 0,
                is_tied=place.count(place[index]) > 1, is_parted=place[index] != shared[index]
                or shared.count(shared[index]) > place.count(place[index]),
            ),
            award=awards.get(nominee["id"]),
        )
        for index, nominee in enumerate(nominees)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.place == 0, row.place, row.nominee_id)))


@dataclass(frozen=True, slots=True)
class _Unit:
    n: int | None
    score: Decimal | None
    error: Decimal | None
    used: Decimal | None
    reliability: Decimal | None


def _pool(units: Sequence[Sequence[Any]], estimator: Estimator) -> dict[str, _Unit]:
    """Every unit's published score, and the one that enters the composite."""
    rows = sorted(units, key=lambda row: row[0])
    scores = [_number(score) for _, _, score, _ in rows]
    # An error of zero, possible where a whole campaign answered alike, is no measured error.
    errors = [_number(error) or None for _, _, _, error in rows]
    known = [
        (float(score), float(error)) if score is not None and error is not None else (np.nan, np.nan)
        for score, error in zip(scores, errors, strict=True)
    ]
    shrunken = shrink([score for score, _ in known], [error for _, error in known])
    pool = {}
    for index, (kato, n, _, error) in enumerate(rows):
        drawn = published(float(shrunken.estimates[index]), GUARD_DECIMALS)
        is_drawn = estimator is Estimator.SHRUNKEN and drawn is not None
        pool[kato] = _Unit(
            n, scores[index], _number(error), drawn if is_drawn else scores[index],
            published(float(shrunken.reliability[index])),
        )  # fmt: skip
    return pool


def _part(part: Component, nominee: Mapping[str, Any], pool: Mapping[str, _Unit], decimals: int) -> PartRow:
    if part.source is Source.SURVEY:
        unit = pool.get(nominee["kato"], _Unit(None, None, None, None, None))
        return PartRow(
            part.code, part.weight, unit.score, unit.error, unit.n, unit.used, reliability=unit.reliability
        )
    if part.source is Source.ETHICS:
        n, score, error, is_coarse = nominee["ethics"] or (None, None, None, False)
        value = _number(score)
        return PartRow(part.code, part.weight, value, _number(error), n, value, is_coarse=is_coarse)
    marks = score_of_marks(nominee["marks"].get(part.code, []), part, decimals=decimals)
    return PartRow(part.code, part.weight, marks.value, marks.error, marks.n, marks.value)


def _uncertainty(
    plain: Sequence[Composite], book: RuleBook, *, top: int
) -> tuple[list[int], list[int], list[Decimal | None]]:
    """Place intervals and the probability of the first k; nothing where an error is unknown or zero."""
    known = [bool(row.eligible and row.standard_error) for row in plain]
    scores = [float(row.value) if is_known else np.nan for row, is_known in zip(plain, known, strict=True)]
    errors = [
        float(row.standard_error) if is_known else np.nan for row, is_known in zip(plain, known, strict=True)
    ]
    ranking = book.ranking
    sets = rank_intervals(
        scores,
        errors,
        coverage=float(ranking.coverage),
        draws=ranking.interval_draws,
        seed=ranking.interval_seed,
    )
    low, high = [int(number) for number in sets.low], [int(number) for number in sets.high]
    if not any(known):
        return low, high, [None] * len(plain)
    chance = top_probability(
        scores, errors, k=min(top, sum(known)), draws=ranking.top_draws, seed=ranking.top_seed
    )
    shown = [
        published(float(number), PROBABILITY_DECIMALS) if is_known else None
        for number, is_known in zip(chance, known, strict=True)
    ]
    return low, high, shown


def _nomination_values(
    given: Mapping[str, Sequence[Sequence[Any]]],
    nominees: Sequence[Mapping[str, Any]],
    parts: Sequence[Mapping[str, PartRow]],
    book: RuleBook,
) -> dict[str, dict[int, Decimal]]:
    """What each nomination is decided by: a component of this stage, or what the inputs bring besides."""
    found: dict[str, dict[int, Decimal]] = {}
    for nomination in book.nominations:
        if nomination.code in given:
            pairs = [(nominee, _number(value)) for nominee, value in given[nomination.code]]
        elif nomination.stage is Stage.NATIONAL:
            pairs = [
                (nominee["id"], row[nomination.component].score)
                for nominee, row in zip(nominees, parts, strict=True)
                if nomination.component in row
            ]
        else:
            pairs = []
        found[nomination.code] = {nominee: value for nominee, value in pairs if value is not None}
    return found


def _awards(
    ids: Sequence[int],
    place: Sequence[int],
    values: Mapping[str, Mapping[int, Decimal]],
    book: RuleBook,
    stage: Stage,
) -> dict[int, str]:
    """Places first; then, at the national stage, each nomination among those without an award."""
    awards = {
        nominee: f"place-{number}"
        for nominee, number in zip(ids, place, strict=True)
        if 0 < number <= book.stage(stage).places
    }
    if stage is Stage.REGIONAL:
        return awards
    placed = {nominee for nominee, number in zip(ids, place, strict=True) if number}
    for nomination in book.nominations:
        open_to = {
            nominee: value
            for nominee, value in values[nomination.code].items()
            if nominee in placed and nominee not in awards
        }
        best = max(open_to.values(), default=None)
        for nominee, value in open_to.items():
            if value == best:
                awards[nominee] = f"nomination:{nomination.code}"
    return awards


def _flags(
    shown: Composite, parts: Mapping[str, PartRow], *, has_interval: bool, is_tied: bool, is_parted: bool
) -> tuple[str, ...]:
    flags = [f"missing:{code}" for code in shown.missing]
    if not shown.eligible:
        return (*flags, "not-eligible")
    if shown.reweighed:
        flags.append("reweighed")
    flags += [f"coarse:{code}" for code, part in parts.items() if part.is_coarse]
    flags += [
        f"not-firm:{code}"
        for code, part in parts.items()
        if part.reliability is not None and part.reliability < FIRM
    ]
    if is_parted:
        flags.append("tie-broken")
    if is_tied:
        flags.append("tied")
    if not has_interval:
        flags.append("no-interval")
    return tuple(flags)


def _number(text: object) -> Decimal | None:
    return None if text is None else Decimal(str(text))


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
