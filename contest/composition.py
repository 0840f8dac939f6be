"""From published components to a composite score and, where scores are equal, the rule book's tie cascade.

Pure: imports the standard library and `core.disclosure`. Everything is exact decimal arithmetic; it
refuses components that the rule book does not name, numbers outside 0..100 and weights that are not
positive in sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import groupby
from typing import Literal

from core.disclosure import published

REWEIGH = "reweigh"
NOT_ELIGIBLE = "not eligible"
HIGHEST = Decimal(100)
EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Composite:
    """A nominee's composite, rounded half up; None where the nominee is not eligible.

    `missing` names the components that were not there, `reweighed` flags a score that does without them.
    `standard_error` is None where a component's own error is unknown.
    """

    value: Decimal | None
    standard_error: Decimal | None
    missing: tuple[str, ...] = ()
    reweighed: bool = False

    @property
    def eligible(self) -> bool:
        return self.value is not None


def composite(
    components: Mapping[str, Decimal | None],
    weights: Mapping[str, Decimal],
    errors: Mapping[str, Decimal | None],
    *,
    missing: Literal["reweigh", "not eligible"] = REWEIGH,
    decimals: int = 2,
) -> Composite:
    """The weighted mean of a nominee's components, with its error.

    Parameters
    ----------
    components : mapping of code to Decimal or None
        0..100 as published; None, or no entry, is missing.
    weights : mapping of code to Decimal
        The rule book's, of all components; not negative. They are divided by the sum of those that are
        there.
    errors : mapping of code to Decimal or None
        Standard errors as published. A component without an entry carries none (a mark is no sample);
        None is an unknown one.
    missing : {"reweigh", "not eligible"}
        What a missing component means.

    Returns
    -------
    Composite
        `value` sum(w x) / sum(w), `standard_error` sqrt(sum w^2 se^2) / sum(w), both rounded half up.

    Raises
    ------
    ValueError
        For a component without a weight, a number outside 0..100, a negative error or weight, an unknown
        rule.

    Examples
    --------
    >>> weights = {"survey": Decimal("0.35"), "ethics": Decimal("0.25"), "project": Decimal("0.4")}
    >>> row = {"survey": Decimal("41.8"), "ethics": Decimal("36.1"), "project": Decimal("77.6")}
    >>> composite(row, weights, {"survey": Decimal("2")}).value
    Decimal('54.70')
    >>> composite(row | {"ethics": None}, weights, {"survey": Decimal("2")})
    Composite(value=Decimal('60.89'), standard_error=Decimal('0.93'), missing=('ethics',), reweighed=True)
    """
    if missing not in (REWEIGH, NOT_ELIGIBLE):
        raise ValueError(
            f"the rule for a missing component is {missing!r}; use {REWEIGH!r} or {NOT_ELIGIBLE!r}"
        )
    _refuse_impossible(components, weights, errors)
    there = [code for code in weights if components.get(code) is not None]
    absent = tuple(code for code in weights if components.get(code) is None)
    total = sum((Fraction(weights[code]) for code in there), Fraction(0))
    if not total or (absent and missing == NOT_ELIGIBLE):
        return Composite(None, None, absent)
    points = sum((Fraction(weights[code]) * Fraction(components[code]) for code in there), Fraction(0))  # type: ignore[arg-type]
    return Composite(
        published(points / total, decimals),
        _error(there, weights, errors, total, decimals),
        absent,
        bool(absent),
    )


def break_ties(places: Sequence[int], criteria: Sequence[Sequence[Decimal | None]] = ()) -> tuple[int, ...]:
    """Places after the rule book's cascade: equal places are parted by the first criterion that tells
    them apart.

    Parameters
    ----------
    places : sequence of int
        Places by the rounded score, ties shared (1, 2, 2, 4); 0 for nobody's place, which stays 0.
    criteria : sequence of sequences of Decimal or None
        Published numbers of the same nominees, the first to be asked first; higher is better.

    Returns
    -------
    tuple of int
        Who is still equal stays tied. A criterion that one of the tied does not have parts nobody of
        them: it would turn what is unknown into a loss.

    Examples
    --------
    >>> break_ties([1, 2, 2, 2], [[None, Decimal(70), Decimal(80), Decimal(70)]])
    (1, 3, 2, 3)
    """
    for number, criterion in enumerate(criteria):
        if len(criterion) != len(places):
            raise ValueError(
                f"tie criterion {number} has {len(criterion)} numbers for {len(places)} nominees"
            )
    result = list(places)
    for place in sorted(set(places) - {0}):
        tied = [index for index, given in enumerate(places) if given == place]
        following = place
        for group in _parted(tied, criteria):
            for index in group:
                result[index] = following
            following += len(group)
    return tuple(result)


def _parted(tied: list[int], criteria: Sequence[Sequence[Decimal | None]]) -> list[list[int]]:
    if len(tied) == 1 or not criteria:
        return [tied]
    first, rest = criteria[0], criteria[1:]
    numbers = {index: first[index] for index in tied}
    if any(number is None for number in numbers.values()):
        return _parted(tied, rest)
    ordered = sorted(tied, key=lambda index: numbers[index], reverse=True)  # type: ignore[arg-type, return-value]
    groups = [list(group) for _, group in groupby(ordered, key=lambda index: numbers[index])]
    return [part for group in groups for part in _parted(group, rest)]


def _error(
    there: list[str],
    weights: Mapping[str, Decimal],
    errors: Mapping[str, Decimal | None],
    total: Fraction,
    decimals: int,
) -> Decimal | None:
    square = Fraction(0)
    for code in there:
        error = errors.get(code, Decimal(0))
        if error is None:
            return None
        square += (Fraction(weights[code]) * Fraction(error)) ** 2
    square /= total**2
    root = EXACT.sqrt(EXACT.divide(Decimal(square.numerator), Decimal(square.denominator)))
    return published(root, decimals)


def _refuse_impossible(
    components: Mapping[str, Decimal | None],
    weights: Mapping[str, Decimal],
    errors: Mapping[str, Decimal | None],
) -> None:
    for code in (*components, *errors):
        if code not in weights:
            raise ValueError(f"component {code!r} has no weight; the rule book names {', '.join(weights)}")
    for code, weight in weights.items():
        if not Decimal(weight).is_finite() or weight < 0:
            raise ValueError(f"the weight of {code!r} is {weight}; it must be 0 or more")
    if not sum(weights.values()) > 0:
        raise ValueError(f"the weights add up to {sum(weights.values())}; one at least must be above 0")
    for code, value in components.items():
        if value is not None and not (value.is_finite() and 0 <= value <= HIGHEST):
            raise ValueError(
                f"component {code!r} is {value}; it must lie between 0 and {HIGHEST}, or be None"
            )
    for code, error in errors.items():
        if error is not None and not (error.is_finite() and error >= 0):
            raise ValueError(f"the error of {code!r} is {error}; it must be 0 or more, or None where unknown")
