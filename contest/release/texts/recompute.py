"""Computes the places of this release a second way, with the standard library and NumPy alone.

Run it in the unpacked folder or give it the ZIP: python recompute.py [ZIP]. It shares no code with the system
that made the release. Scores are drawn to means, weighed, rounded, ranked, parted; exit 0: all agrees.
"""

import csv
import io
import json
import re
import sys
import zipfile
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

GIVEN = sys.argv[1] if len(sys.argv) > 1 else "."
HERE = zipfile.Path(GIVEN) if zipfile.is_zipfile(GIVEN) else Path(GIVEN)
# Somebody else's file must not keep this machine busy for days: no release comes near these.
LARGEST, MOST_ROWS, MOST_STANDINGS = 128 * 1024 * 1024, 500_000, 1_000
PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


def refuse_if(wrong, told):
    if wrong:
        sys.exit(f"{told}: this is no release. Take it from the contest's own page.")


def content_of(name):
    with (HERE / name).open("rb") as file:
        refuse_if(len(content := file.read(LARGEST + 1)) > LARGEST, f"{name} has over {LARGEST} bytes")
    return content


@cache
def rows_of(name):
    rows = list(csv.DictReader(io.StringIO(content_of(f"{name}.csv").decode("utf-8-sig"), newline="")))
    refuse_if(len(rows) > MOST_ROWS, f"{name}.csv has {len(rows)} rows, over {MOST_ROWS}")
    return rows


def table(name, **wanted):
    return [row for row in rows_of(name) if all(row[column] == value for column, value in wanted.items())]


def number(text):
    refuse_if(text and not PLAIN.fullmatch(text), f"{text[:30]} stands for a number")
    return Fraction(text) if text else None


def rounded(value, decimals):
    """Half up, exactly; no value here is negative."""
    return Fraction((value * 10**decimals + Fraction(1, 2)) // 1, 10**decimals)


def drawn(units, book):
    """Empirical Bayes: each score drawn to the mean; the variance between units by Paule and Mandel."""
    used = {unit["kato"]: number(unit["score"]) for unit in units}
    known = [unit for unit in sorted(units, key=lambda unit: unit["kato"]) if unit["score"]]
    if len(known) < 3 or book["survey"]["estimator"] == "plain":
        return used
    score = np.array([float(unit["score"]) for unit in known])
    square = np.array([float(unit["error"]) for unit in known]) ** 2

    def mean(variance):
        return np.average(score, weights=1 / (square + variance))

    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        is_more = ((score - mean(middle)) ** 2 / (square + middle)).sum() > len(known) - 1
        low, high = (middle, high) if is_more else (low, middle)
    for unit, value, error in zip(known, score, square, strict=True):
        found = Decimal(repr(float(mean(low) + low / (low + error) * (value - mean(low)))))
        used[unit["kato"]] = Fraction(found.quantize(Decimal("1e-9"), ROUND_HALF_UP))
    return used


def judged(part, marks, decimals):
    """What the judges' marks of a nominee give: the mean, trimmed mean or median of their weighted means."""
    weights = {criterion["code"]: criterion["weight"] for criterion in part["criteria"]}
    low, span = part["lowest"], part["highest"] - part["lowest"]
    sums = dict.fromkeys({mark["judge"] for mark in marks}, Fraction(0))
    for mark in marks:
        share = Fraction(weights[mark["criterion"]], sum(weights.values()))
        sums[mark["judge"]] += 100 * share * Fraction(int(mark["mark"]) - low, span)
    scores, n = sorted(sums.values()), len(sums)
    if n < max(1, part["fewest_judges"]):
        return None
    cut = {"median": (n - 1) // 2, "trimmed": n // 5}.get(part["combine"], 0)
    return rounded(sum(scores[cut : n - cut]) / (n - 2 * cut), decimals)


def ranked(keys):
    """1, 2, 2, 4 from the highest down; None has no place: 0."""
    order = sorted((key for key in keys if key is not None), reverse=True)
    first = {key: at for at, key in reversed(list(enumerate(order, start=1)))}
    return [0 if key is None else first[key] for key in keys]


def places(row, book, pool):
    """Each nominee's points and place in a standing; equal points are parted by what all of the tied have."""
    rules, decimals, code = book[row["stage"]], book["ranking"]["decimals"], row["standing"]
    people, marks = table("standings/rows", standing=code), table("jury/marks", standing=code)
    given, used = {}, {}
    parts = table("standings/components", standing=code)
    published = {(part["nominee"], part["component"]): number(part["score"]) for part in parts}
    for part in rules["components"]:
        scores = [published[one["nominee"], part["code"]] for one in people]
        given[part["code"]] = used[part["code"]] = scores
        if part["source"] == "survey":
            real = [pool[one["kato"]] for one in people]
            used[part["code"]] = [None if s is None else r for s, r in zip(scores, real, strict=True)]
        elif part["source"] == "marks" and row["is_in_force"] == "true" and part["combine"] != "adjusted":
            own = defaultdict(list)
            for mark in marks:
                if mark["component"] == part["code"]:
                    own[mark["nominee"]].append(mark)
            found = [judged(part, own[one["nominee"]], decimals) for one in people]
            given[part["code"]] = used[part["code"]] = found
    keys = []
    for at in range(len(people)):
        there = [part for part in rules["components"] if used[part["code"]][at] is not None]
        lacks = any(p["missing"] == "not-eligible" and p not in there for p in rules["components"])
        weights = sum(number(part["weight"]) for part in there)
        summed = sum(number(part["weight"]) * used[part["code"]][at] for part in there)
        keys.append(None if lacks or not weights else (rounded(summed / weights, decimals),))
    points = [key and key[0] for key in keys]
    for numbers in (given[code] for code in rules["cascade"]):
        lack = {key for key, value in zip(keys, numbers, strict=True) if value is None}
        keys = [k and (*k, 0 if k in lack else value) for k, value in zip(keys, numbers, strict=True)]
    return people, points, ranked(keys)


def compared(name, key, score, rows, points, order):
    """Say whether the published points and places are those that were found."""
    found = [(point, place) for point, place in zip(points, order, strict=True)]
    wrong = [(row, one) for row, one in zip(rows, found, strict=True)
             if (number(row[score]), int(row["place"])) != one]  # fmt: skip
    print(f"{'DIFFERS' if wrong else 'agrees '}  {name}: {len(rows)} rows")
    for row, (point, place) in wrong:
        told = f"{row[score]}, place {row['place']} published; {point and float(point)}, {place} follow"
        print(f"         {key} {row[key]}: {told}")
    return not wrong


def main():
    agree, books, units = [], {}, table("survey/units")
    for edition in table("rules/editions"):
        text = content_of(f"rules/edition-{edition['version']}.json")
        books[edition["fingerprint"]] = book = json.loads(text)
        refuse_if(book["ranking"]["decimals"] not in range(5), f"{edition['version']}: decimals not 0 to 4")
    for name in ("standings/standings", "league/leagues"):
        refuse_if(len(table(name)) > MOST_STANDINGS, f"{name}.csv has over {MOST_STANDINGS} rows")
    for row in table("standings/standings", is_withheld="false"):
        book, oblast = books[row["rulebook_fingerprint"]], row["oblast_kato"]
        pool = drawn([unit for unit in units if oblast in ("", unit["oblast_kato"])], book)
        agree.append(compared(row["standing"], "nominee", "points", *places(row, book, pool)))
    for row in table("league/leagues"):
        book = books[row["rulebook_fingerprint"]]
        decimals, pool = book["ranking"]["decimals"], drawn(units, book)
        for size in sorted({one["size"] for one in table("league/rows", league=row["league"])}):
            rows = table("league/rows", league=row["league"], size=size)
            points = [pool[one["kato"]] for one in rows]
            points = [point if point is None else rounded(point, decimals) for point in points]
            keys = [s if one["position"] == "ranked" else None for s, one in zip(points, rows, strict=True)]
            agree.append(compared(f"{row['league']} {size}", "kato", "used", rows, points, ranked(keys)))
    print("All agrees." if agree and all(agree) else "NOT everything agrees.")
    return 0 if agree and all(agree) else 1


if __name__ == "__main__":
    sys.exit(main())
