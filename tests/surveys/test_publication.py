"""Published numbers: against plain floating arithmetic, and what disclosure control keeps back."""

from __future__ import annotations

import random
import statistics
from decimal import Decimal

import pytest

from surveys.criteria import shipped
from surveys.publication import UnitNumbers, published_numbers
from surveys.rules import SurveyRules, rules_from_json
from surveys.tallies import tally_of

SIX = shipped("2020-six")
RULES = SurveyRules(criteria_set="2020-six", modes=("open",))


def publish(
    units: dict[str, list[str]], adults: dict[str, int | None] | None = None, rules=RULES
) -> dict[str, UnitNumbers]:
    tallies = {kato: tally_of(ballots, SIX) for kato, ballots in units.items()}
    return published_numbers(tallies, adults=adults or {}, criteria=SIX, rules=rules)


def some(count: int, seed: int, answers: str = "12345-") -> list[str]:
    draw = random.Random(seed)
    return ["".join(draw.choice(answers) for _ in range(6)) for _ in range(count)]


def composite(ratings: str) -> float | None:
    given = [25 * (int(rating) - 1) for rating in ratings if rating != "-"]
    return sum(given) / len(given) if len(given) >= 3 else None


def test_scores_errors_means_and_margins_equal_plain_arithmetic():
    units = {"a": some(40, 1), "b": some(60, 2), "c": some(300, 3), "d": some(3, 4)}
    found = publish(units, {"a": 100, "b": None, "c": 2000})
    persons = {k: [c for c in map(composite, ballots) if c is not None] for k, ballots in units.items()}
    degrees = sum(len(values) - 1 for values in persons.values())
    pooled = sum(statistics.variance(v) * (len(v) - 1) for v in persons.values()) / degrees
    for kato in "abc":
        values, n = persons[kato], len(persons[kato])
        moderated = (10 * pooled + (n - 1) * statistics.variance(values)) / (10 + n - 1)
        error = (moderated / n) ** 0.5
        assert found[kato].n == n
        assert float(found[kato].score) == pytest.approx(statistics.fmean(values), abs=0.005001)
        assert float(found[kato].error) == pytest.approx(error, abs=0.005001)
        size = {"a": 100, "c": 2000}.get(kato)
        factor = (1 - n / size) ** 0.5 if size else 1
        assert float(found[kato].margin) == pytest.approx(1.96 * error * factor, abs=0.006)
        scored = [ballot for ballot in units[kato] if composite(ballot) is not None]
        for place, code in enumerate(SIX.codes):
            rated = [25 * (int(ballot[place]) - 1) for ballot in scored if ballot[place] != "-"]
            assert float(found[kato].criterion_means[code]) == pytest.approx(
                statistics.fmean(rated), abs=0.005001
            )


@pytest.mark.parametrize(
    ("count", "n", "has_score"), [(4, None, False), (5, 5, False), (9, 9, False), (10, 10, True)]
)
def test_floors_count_scored_ballots(count: int, n: int | None, has_score: bool):
    ballots = some(count, 5, "12345") + ["-----5"] * 7
    found = publish({"a": ballots, "b": some(50, 6)})["a"]
    assert (found.n, found.score is not None, found.error is not None) == (n, has_score, has_score)
    assert (found.margin is None) == (found.score is None)


def test_a_criterion_that_fewer_than_ten_answered_has_no_mean():
    ballots = [f"{ballot[:5]}-" for ballot in some(20, 7, "12345")]
    nine, ten = ballots[:11] + some(9, 8, "12345"), ballots[:10] + some(10, 9, "12345")
    found = publish({"nine": nine, "ten": ten})
    assert found["nine"].criterion_means["community"] is None
    assert found["ten"].criterion_means["community"] is not None
    assert found["nine"].criterion_means["rights"] is not None


def test_means_are_kept_back_where_few_left_a_criterion_out():
    """Twelve answered and one left one out: n times score less the weighted means would be this one's own."""
    everybody, one = some(11, 7, "12345"), "54321-"
    ten = [*everybody, *[one] * 10]
    found = publish({"none": [*everybody, "543211"], "one": [*everybody, one], "ten": ten})
    assert set(found["one"].criterion_means.values()) == {None}
    assert found["one"].score is not None
    for shown in ("none", "ten"):
        assert None not in found[shown].criterion_means.values()
    # Nine who left out one each may be four: a scored ballot has half of the criteria.
    nine = [f"{'12345-'[place:]}{'12345-'[:place]}" for place in range(6)] + ["-12345", "1-2345", "12-345"]
    assert set(publish({"nine": everybody + nine})["nine"].criterion_means.values()) == {None}


def test_identical_answers_are_not_certainty():
    found = publish({"same": ["555555"] * 10, "other": some(30, 10, "12345")})
    assert found["same"].score == Decimal("100.00")
    assert found["same"].error > 1
    alone = publish({"same": ["555555"] * 10})["same"]
    assert alone.error == Decimal("0.01")


def test_more_answers_than_adults_are_reported_and_get_no_population_factor():
    found = publish({"a": some(40, 1), "b": some(40, 1)}, {"a": 39, "b": None})
    assert (found["a"].exceeds_adults, found["b"].exceeds_adults) == (True, False)
    assert found["a"].margin == found["b"].margin


def test_reliability_follows_from_the_published_numbers_and_needs_three_units():
    two = publish({"a": some(40, 1), "b": some(40, 2)})
    assert {unit.reliability for unit in two.values()} == {None}
    units = {"a": some(60, 1, "123"), "b": some(60, 2), "c": some(30, 3, "345"), "d": some(5, 4)}
    found = publish(units)
    scores = {k: (float(u.score), float(u.error)) for k, u in found.items() if u.score is not None}
    low, high = 0.0, 1e5  # tau^2 by bisection of sum (x - mu)^2 / (se^2 + tau^2) = p - 1
    for _ in range(200):
        tau = (low + high) / 2
        weights = {k: 1 / (error**2 + tau) for k, (_, error) in scores.items()}
        mean = sum(weights[k] * x for k, (x, _) in scores.items()) / sum(weights.values())
        excess = sum(weights[k] * (x - mean) ** 2 for k, (x, _) in scores.items()) - (len(scores) - 1)
        low, high = (tau, high) if excess > 0 else (low, tau)
    for kato, (_, error) in scores.items():
        assert float(found[kato].reliability) == pytest.approx(tau / (tau + error**2), abs=0.00501)
    assert found["d"].reliability is None


def test_rules_may_ask_for_more_answers_never_for_fewer():
    strict = SurveyRules(criteria_set="2020-six", modes=("open",), minimum_n=30)
    found = publish({"a": some(29, 1, "12345"), "b": some(30, 2, "12345")}, rules=strict)
    assert (found["a"].score, found["a"].n) == (None, 29)
    assert found["b"].score is not None
    with pytest.raises(ValueError, match="minimum_n is 9; the floor is 10"):
        SurveyRules(criteria_set="2020-six", modes=("open",), minimum_n=9)


@pytest.mark.parametrize(
    ("change", "fault"),
    [({"modes": ()}, "name at least one"), ({"modes": ("open", "open")}, "each once"),
     ({"modes": ("post",)}, "'post'"), ({"prior_degrees": 0}, "prior_degrees is 0"),
     ({"decimals": 5}, "decimals is 5"), ({"criteria_set": ""}, "no name")],
)  # fmt: skip
def test_faulty_rules_are_refused(change: dict[str, object], fault: str):
    with pytest.raises(ValueError, match=fault):
        SurveyRules(**{"criteria_set": "2020-six", "modes": ("open",), **change})


def test_rules_keep_their_text():
    assert rules_from_json(RULES.as_json()) == RULES
