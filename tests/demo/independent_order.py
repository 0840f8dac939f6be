"""A ranking from published numbers alone: twenty lines of NumPy that share no code with the product."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np


def shrunken(x, se):
    """Empirical Bayes with the Paule-Mandel variance, by bisection."""
    x, se = np.array(x, float), np.array(se, float)

    def spread(tau2):
        middle = np.average(x, weights=1 / (se**2 + tau2))
        return ((x - middle) ** 2 / (se**2 + tau2)).sum() - (len(x) - 1)

    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if spread(middle) > 0 else (low, middle)
    tau2 = 0.0 if spread(0.0) <= 0 else low
    return x + se**2 / (se**2 + tau2) * (np.average(x, weights=1 / (se**2 + tau2)) - x)


def points(rows, weights):
    """Composites rounded half up; `rows` maps a nominee to its components (None is missing)."""
    scores = {}
    for name, parts in rows.items():
        there = {code: value for code, value in parts.items() if value is not None}
        total = sum(weights[code] for code in there)
        value = sum(Decimal(repr(round(float(v), 9))) * weights[code] for code, v in there.items()) / total
        scores[name] = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return scores
