"""One order under many scenarios: how often a place holds when weights move or a part is left out.

Pure: NumPy and `contest.composition`. Places follow the same rules as those of a standing: composites
over what is there, rounded half up to the published decimals, ties shared and then parted by the rule
book's cascade. It refuses tables whose shapes do not fit and weights below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from contest.composition import break_ties

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DRAWS = 1000
SPREAD = 0.25
GUARD_DECIMALS = 9


@dataclass(frozen=True)
class Steadiness:
    """For each nominee over all scenarios: the share in which the very place is kept, the share in which
    the nominee stays among the first, and the best and the worst place."""

    same: Floats
    among_first: Floats
    best: Integers
    worst: Integers


def weight_draws(weights: ArrayLike, *, draws: int = DRAWS, spread: float = SPREAD, seed: int = 0) -> Floats:
    """Weights that each move by a factor of its own, evenly spread from 1 - spread to 1 + spread.

    Parameters
    ----------
    weights : array_like, shape (components,)
        The rule book's; a composite divides by their sum, so they need not add up to one.
    draws, seed : int
        From the frozen stream `numpy.random.RandomState(seed)`: the same in ten years.

    Returns
    -------
    array, shape (draws, components)

    Examples
    --------
    >>> drawn = weight_draws([0.4, 0.6], draws=3, seed=1)
    >>> drawn.shape, bool(((drawn >= [0.3, 0.45]) & (drawn <= [0.5, 0.75])).all())
    ((3, 2), True)
    """
    given = np.asarray(weights, dtype=float)
    if not 0 <= spread < 1:
        raise ValueError(f"the spread is {spread}; it must be 0 or more, and less than 1")
    factors = np.random.RandomState(seed).uniform(1 - spread, 1 + spread, (draws, given.size))
    return given * factors


def scenario_places(
    scores: ArrayLike, weights: ArrayLike, *, cascade: Sequence[int] = (), decimals: int = 2
) -> Integers:
    """The place of every nominee in every scenario.

    Parameters
    ----------
    scores : array_like, shape (nominees, components) or (scenarios, nominees, components)
        0..100 as published; NaN is missing, and the other components take its weight.
    weights : array_like, shape (scenarios, components)
        Not negative; a component of weight 0 is left out.
    cascade : sequence of int
        The components that part equal composites, the first to be asked first. One that is missing for
        one of the equals parts nobody of them.
    decimals : int
        Composites are rounded half up to so many before they are compared.

    Returns
    -------
    array of int, shape (scenarios, nominees)
        Ties that stay share a place (1, 2, 2, 4); 0 for a nominee of whom nothing is there.

    Notes
    -----
    Components are summed one after the other in their own order, and a composite counts as the decimal
    that it is to nine places, so neither threads nor the noise of binary arithmetic decide anything.

    Examples
    --------
    >>> scenario_places([[80, 50], [60, 90], [70, 70]], [[1, 1], [3, 1], [0, 1]]).tolist()
    [[3, 1, 2], [1, 3, 2], [3, 1, 2]]
    >>> scenario_places([[80, 60], [60, 80]], [[1, 1]], cascade=[1]).tolist()
    [[2, 1]]
    """
    table, moved = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    _refuse_misfits(table, moved)
    composites = _composites(table, moved)
    scaled = np.floor(np.round(composites * 10.0**decimals, GUARD_DECIMALS - decimals) + 0.5)
    keys = np.where(np.isnan(scaled), np.inf, -scaled)
    order = np.argsort(keys, axis=1, kind="stable")
    ranked = np.take_along_axis(keys, order, axis=1)
    is_new = np.ones(ranked.shape, dtype=bool)
    is_new[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    position = np.broadcast_to(np.arange(1, ranked.shape[1] + 1), ranked.shape)
    shared = np.maximum.accumulate(np.where(is_new, position, 0), axis=1)
    places = np.empty(shared.shape, dtype=np.int64)
    np.put_along_axis(places, order, np.where(np.isinf(ranked), 0, shared), axis=1)
    if cascade:
        _part_ties(places, order, is_new & ~np.isinf(ranked), ranked, table, cascade)
    return places


def steadiness(places: ArrayLike, decided: ArrayLike, *, first: int) -> Steadiness:
    """How steady the decided places are over scenarios.

    Parameters
    ----------
    places : array_like of int, shape (scenarios, nominees)
        As `scenario_places` gives them; 0, no place, counts as the last one.
    decided : array_like of int, shape (nominees,)
        The places of the standing.
    first : int
        How many places count as "among the first".

    Examples
    --------
    >>> found = steadiness([[1, 2], [2, 1], [1, 2], [1, 1]], [1, 2], first=1)
    >>> found.same.tolist(), found.among_first.tolist(), found.best.tolist(), found.worst.tolist()
    ([0.75, 0.5], [0.75, 0.5], [1, 1], [2, 2])
    """
    found, kept = np.asarray(places, dtype=np.int64), np.asarray(decided, dtype=np.int64)
    if found.ndim != 2 or found.shape[1:] != kept.shape or not found.shape[0]:
        raise ValueError(
            f"places are scenarios by nominees with one decided place each, and the shapes are"
            f" {found.shape} and {kept.shape}"
        )
    found = np.where(found == 0, found.shape[1], found)
    return Steadiness(
        (found == kept).mean(axis=0), (found <= first).mean(axis=0), found.min(axis=0), found.max(axis=0)
    )


def _refuse_misfits(table: Floats, weights: Floats) -> None:
    if table.ndim not in (2, 3) or weights.ndim != 2 or table.shape[-1] != weights.shape[1]:
        raise ValueError(
            f"scores are nominees by components and weights scenarios by components, and the shapes are"
            f" {table.shape} and {weights.shape}"
        )
    if table.ndim == 3 and table.shape[0] != weights.shape[0]:
        raise ValueError(f"{table.shape[0]} tables of scores and {weights.shape[0]} rows of weights")
    for scenario, component in np.argwhere(~(weights >= 0)):
        raise ValueError(
            f"the weight of component {component} in scenario {scenario} is {weights[scenario, component]};"
            " it must be 0 or more"
        )


def _composites(table: Floats, weights: Floats) -> Floats:
    points = np.zeros((weights.shape[0], table.shape[-2]))
    total = np.zeros_like(points)
    for component in range(weights.shape[1]):
        column = table[..., component]
        is_there = ~np.isnan(column)
        weight = weights[:, component, None]
        points += weight * np.where(is_there, column, 0.0)
        total += weight * is_there
    return np.divide(points, total, out=np.full_like(points, np.nan), where=total > 0)


def _part_ties(
    places: Integers,
    order: Integers,
    starts: NDArray[np.bool_],
    ranked: Floats,
    table: Floats,
    cascade: Sequence[int],
) -> None:
    """Let the cascade part the equals of each scenario, in place; only those who are tied are looked at."""
    tied = np.zeros(starts.shape, dtype=bool)
    tied[:, :-1] = starts[:, :-1] & ~starts[:, 1:] & (ranked[:, :-1] == ranked[:, 1:])
    for scenario, start in np.argwhere(tied):
        run = ranked[scenario] == ranked[scenario, start]
        members = order[scenario, run]
        own = table if table.ndim == 2 else table[scenario]
        numbers = own[np.ix_(members, list(cascade))]
        criteria = [[None if number != number else number for number in column] for column in numbers.T]
        parted = break_ties([1] * members.size, criteria)  # type: ignore[arg-type]
        places[scenario, members] += np.array(parted, dtype=np.int64) - 1
