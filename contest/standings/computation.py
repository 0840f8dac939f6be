"""From a standing's inputs to its rows: the one place where places are made.

Pure: pure modules alone. The inputs are plain JSON with every published number, mark and rule that
is needed, so whoever holds them computes the same rows without the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contest.composition import NOT_ELIGIBLE, REWEIGH, Composite, break_ties, composite
from contest.jury.scoring import MarkScore, scores_of_marks
from contest.pool import FIRM, GUARD_DECIMALS, UNMEASURED, Measured, decimal_of, pool_of
from contest.rulebook import Combine, Component, Missing, RuleBook, Source, Stage, StageRules
from contest.standings.awards import NominationVote, awards_of
from contest.standings.uncertainty import uncertainty
from core.ranking import places


@dataclass(frozen=True, slots=True)
class PartRow:
    """A component of one nominee: `score` as published, and `used` as it entered the composite.

    `mean` is the plain mean of the judges, shown beside a marked score; `is_fallback` says that it counts
    because the judges could not be compared.
    """

    code: str
    weight: Decimal
    score: Decimal | None
    error: Decimal | None
    n: int | None
    used: Decimal | None
    reliability: Decimal | None = None
    is_coarse: bool = False
    mean: Decimal | None = None
    is_fallback: bool = False

    def as_dict(self) -> dict[str, object]:
        """What `components_json` keeps: numbers as texts, so that 54.70 stays 54.70."""
        kept = {
            "code": self.code, "weight": _text(self.weight), "score": _text(self.score),
            "error": _text(self.error), "n": self.n, "used": _text(self.used),
            "reliability": _text(self.reliability), "is_coarse": self.is_coarse,
        }  # fmt: skip
        return kept if self.mean is None else kept | {"mean": _text(self.mean)}


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
        ([n, score, error, is_coarse] or None), `answered_about` false for whoever did not hold the post on
        every day of the survey (its score is about somebody else too), `marks` (component -> a list of marks
        per judge) and `judges` (component -> those judges' numbers in the same order, needed where severity
        is taken out);
        `nominations`: code -> [[nominee, value], ...] for those not decided by a component of this stage;
        `votes`: code -> [[nominee, yes, is carried], ...] of the decided votes on nominations, the last of a
        nominee counts; `went_on`: the nominees who went on before this was corrected, where they are others
        than by the places. Numbers are decimal texts.
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
    pool = pool_of(inputs["units"], book.survey.estimator)
    marks = _marks(nominees, rules, book.ranking.decimals)
    parts = [{part.code: _part(part, row, pool, marks) for part in rules.components} for row in nominees]
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
    low, high, top = uncertainty(plain, book.ranking, top=rules.top)
    awards = awards_of(
        dict(zip((row["id"] for row in nominees), place, strict=True)),
        values=_nomination_values(inputs["nominations"], nominees, parts, book),
        votes=_votes(inputs.get("votes", {})), book=book, stage=stage,
    )  # fmt: skip
    went_on = inputs.get("went_on")
    by_place = [0 < number <= rules.finalists for number in place]
    gone_on = by_place if went_on is None else [row["id"] in went_on for row in nominees]
    rows = [
        ComputedRow(
            nominee_id=nominee["id"], kato=nominee["kato"], parts=parts[index], place=place[index],
            composite=exact[index].value, error=shown[index].standard_error, shown=shown[index].value,
            low=low[index], high=high[index], top_probability=top[index],
            is_finalist=gone_on[index],
            flags=_flags(
                shown[index], parts[index], place=place[index], interval=(low[index], high[index]),
                is_tied=place.count(place[index]) > 1, is_parted=place[index] != shared[index]
                or shared.count(shared[index]) > place.count(place[index]),
                is_kept=gone_on[index] is not by_place[index],
            ),
            award=awards.get(nominee["id"]),
        )
        for index, nominee in enumerate(nominees)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.place == 0, row.place, row.nominee_id)))


def _marks(
    nominees: Sequence[Mapping[str, Any]], rules: StageRules, decimals: int
) -> dict[tuple[str, int], MarkScore]:
    """The score of every marked component and nominee."""
    found = {}
    for part in rules.marked:
        judged = [_judged(row, part) for row in nominees]
        for row, score in zip(nominees, scores_of_marks(judged, part, decimals=decimals), strict=True):
            found[part.code, row["id"]] = score
    return found


def _judged(nominee: Mapping[str, Any], part: Component) -> dict[int, list[int]]:
    given = nominee["marks"].get(part.code, [])
    numbers = nominee.get("judges", {}).get(part.code)
    if numbers is None and (not given or part.combine is not Combine.ADJUSTED):
        numbers = range(len(given))
    if numbers is None or len(set(numbers)) != len(given):
        raise ValueError(
            f"nominee {nominee['id']}, {part.code}: {len(given)} lists of marks need as many judges' numbers,"
            f" each once, and there are {numbers}"
        )
    return dict(zip(numbers, given, strict=True))


def _part(
    part: Component,
    nominee: Mapping[str, Any],
    pool: Mapping[str, Measured],
    marks: Mapping[tuple[str, int], MarkScore],
) -> PartRow:
    if part.source is Source.SURVEY:
        is_own = nominee.get("answered_about", True)
        unit = pool.get(nominee["kato"], UNMEASURED) if is_own else UNMEASURED
        return PartRow(
            part.code, part.weight, unit.score, unit.error, unit.n, unit.used, reliability=unit.reliability
        )
    if part.source is Source.ETHICS:
        n, score, error, is_coarse = nominee["ethics"] or (None, None, None, False)
        value = decimal_of(score)
        return PartRow(part.code, part.weight, value, decimal_of(error), n, value, is_coarse=is_coarse)
    score = marks[part.code, nominee["id"]]
    return PartRow(
        part.code, part.weight, score.value, score.error, score.n, score.value, mean=score.mean,
        is_fallback=score.is_fallback,
    )  # fmt: skip


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
            pairs = [(nominee, decimal_of(value)) for nominee, value in given[nomination.code]]
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


def _votes(given: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, list[NominationVote]]:
    return {code: [NominationVote(*vote) for vote in votes] for code, votes in given.items()}


def _flags(
    shown: Composite,
    parts: Mapping[str, PartRow],
    *,
    place: int,
    interval: tuple[int, int],
    is_tied: bool,
    is_parted: bool,
    is_kept: bool,
) -> tuple[str, ...]:
    flags = [f"missing:{code}" for code in shown.missing]
    if is_kept:
        flags.append("finalists-kept")
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
    flags += [f"unadjusted:{code}" for code, part in parts.items() if part.is_fallback]
    if is_parted:
        flags.append("tie-broken")
    if is_tied:
        flags.append("tied")
    low, high = interval
    if not low:
        flags.append("no-interval")
    elif not low <= place <= high:
        flags.append("outside-interval")
    return tuple(flags)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
