"""Computes the places of this release again: a second way, with the standard library and NumPy alone.

Run it in the unpacked folder: python recompute.py [FOLDER]. It shares no code with the system that made the
release. It draws scores to their mean, weighs the components, rounds, ranks, breaks ties; exit code 0 if all agrees.
"""

import csv
import json
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

HERE = Path(sys.argv[1] if len(sys.argv) > 1 else ".")


def table(name):
    with (HERE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rounded(number, decimals):
    """Half up; a float counts as the decimal that it prints as, to nine places."""
    if isinstance(number, float):
        number = Fraction(Decimal(repr(number)).quantize(Decimal("1e-9"), ROUND_HALF_UP))
    whole, rest = divmod(abs(number) * 10**decimals, 1)
    units = int(whole) + (rest >= Fraction(1, 2))
    return (Decimal(units) if number >= 0 else -Decimal(units)).scaleb(-decimals)


def drawn(units, estimator):
    """Empirical Bayes with the variance of Paule and Mandel, found by halving an interval."""
    known = sorted((u[0], float(u[2]), float(u[3])) for u in units if u[2] and u[3] and float(u[3]) > 0)
    scores, squares = np.array([k[1] for k in known]), np.array([k[2] for k in known]) ** 2

    def excess(between):
        weights = 1 / (squares + between)
        mean = (weights * scores).sum() / weights.sum()
        return (weights * (scores - mean) ** 2).sum() - (len(known) - 1), mean

    used = {u[0]: Fraction(u[2]) for u in units if u[2]}
    if len(known) < 3 or estimator == "plain":
        return used
    low, high = 0.0, float(np.ptp(scores)) ** 2 * len(known) + 1
    while excess(low)[0] > 0 and high - low > 1e-13 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle)[0] > 0 else (low, middle)
    between, mean = low, excess(low)[1]
    for (kato, score, _), square in zip(known, squares):
        used[kato] = Fraction(rounded(float(mean + between / (between + square) * (score - mean)), 9))
    return used


def judged(part, given, judges):
    """Each nominee's score by the judges: mean, trimmed mean, median, or freed from severity."""
    low, high, weights = part["lowest"], part["highest"], [c["weight"] for c in part["criteria"]]
    sheets = [[100 * sum(w * Fraction(m - low, high - low) for w, m in zip(weights, marks)) / sum(weights)
               for marks in one] for one in given]  # fmt: skip
    freed = severity_freed(sheets, judges) if part["combine"] == "adjusted" else None
    for place, sheet in enumerate(sheets):
        values, n = sorted(sheet), len(sheet)
        if n < max(1, part["fewest_judges"]):
            yield None
        elif freed is not None:
            yield Fraction(rounded(float(min(max(freed[place], 0), 100)), 9))
        elif part["combine"] == "median":
            yield (values[(n - 1) // 2] + values[n // 2]) / 2
        else:
            cut = n // 5 if part["combine"] == "trimmed" else 0
            yield sum(values[cut : n - cut]) / (n - 2 * cut)


def severity_freed(sheets, judges):
    """Least squares of nominee + judge; none where the judges do not all hang together."""
    cells = [(i, j, float(s)) for i, row in enumerate(sheets) for j, s in zip(judges[i], row)]
    names = sorted({j for _, j, _ in cells})
    design = np.zeros((len(cells), len(sheets) + len(names)))
    for line, (i, j, _) in enumerate(cells):
        design[line, i] = design[line, len(sheets) + names.index(j)] = 1
    if not cells or np.linalg.matrix_rank(design) < len({i for i, _, _ in cells}) + len(names) - 1:
        return None
    found = np.linalg.lstsq(design, np.array([s for _, _, s in cells]), rcond=None)[0]
    return found[: len(sheets)] + found[len(sheets) :].mean()


def ranked(keys):
    """1, 2, 2, 4: each key is (points, criteria of the cascade...); None has no place, 0."""
    return [0 if key is None else 1 + sum(k is not None and k > key for k in keys) for key in keys]


def cascade(points, criteria):
    """Ties are parted by the first criterion that all of the tied have and that tells them apart."""
    keys = [None if p is None else (p,) for p in points]
    for numbers in criteria:
        tied = {k: [i for i, other in enumerate(keys) if other == k] for k in keys if k}
        whole = {k: all(numbers[i] is not None for i in at) for k, at in tied.items()}
        keys = [k and (*k, numbers[i] if whole[k] else 0) for i, k in enumerate(keys)]
    return ranked(keys)


def places_of(inputs, book):
    rules, decimals = book[inputs["stage"]], book["ranking"]["decimals"]
    used, plain = drawn(inputs["units"], book["survey"]["estimator"]), {u[0]: u[2] for u in inputs["units"]}
    nominees, shown, real = inputs["nominees"], {}, {}
    for part in rules["components"]:
        code = part["code"]
        if part["source"] == "marks":
            given = [n["marks"].get(code, []) for n in nominees]
            judges = [n.get("judges", {}).get(code, range(len(g))) for n, g in zip(nominees, given)]
            scores = [
                None if s is None else Fraction(rounded(s, decimals)) for s in judged(part, given, judges)
            ]
            shown[code] = real[code] = scores
        elif part["source"] == "ethics":
            shown[code] = real[code] = [
                n["ethics"] and n["ethics"][1] and Fraction(n["ethics"][1]) for n in nominees
            ]
        else:
            own = [n["kato"] if n.get("answered_about", True) else None for n in nominees]
            shown[code] = [Fraction(plain[k]) if plain.get(k) else None for k in own]
            real[code] = [used.get(k) for k in own]
    points = []
    for i in range(len(nominees)):
        there = [p for p in rules["components"] if real[p["code"]][i] is not None]
        lacks = any(p["missing"] == "not-eligible" and p not in there for p in rules["components"])
        total = sum(Fraction(p["weight"]) for p in there)
        sums = sum(Fraction(p["weight"]) * real[p["code"]][i] for p in there)
        points.append(None if lacks or not total else rounded(sums / total, decimals))
    return [n["id"] for n in nominees], points, cascade(points, [shown[c] for c in rules["cascade"]])


def say(name, faults, count):
    print(f"{'agrees' if not faults else 'DIFFERS'}  {name}: {count} rows")
    for fault in faults:
        print(f"         {fault}")
    return not faults


def main():
    books = {e["fingerprint"]: json.loads((HERE / f"rules/edition-{e['version']}.json").read_text("utf-8"))
             for e in table("rules/editions")}  # fmt: skip
    published = {u["kato"]: u for u in table("survey/units")}
    agree, rows = True, table("standings/rows")
    for standing in table("standings/standings"):
        if standing["is_withheld"] == "true":
            continue
        code = standing["standing"]
        inputs = json.loads((HERE / f"standings/inputs/{code}.json").read_text("utf-8"))
        given = {int(r["nominee"]): (r["points"], int(r["place"])) for r in rows if r["standing"] == code}
        found = {n: ("" if p is None else str(p), place)
                 for n, p, place in zip(*places_of(inputs, books[inputs["rulebook"]]))}  # fmt: skip
        faults = [f"nominee {n}: points and place {given.get(n)} stand there, {found.get(n)} follow"
                  for n in sorted(set(given) | set(found)) if given.get(n) != found.get(n)]  # fmt: skip
        faults += [f"unit {u[0]}: {u[1:4]} were computed with, {published[u[0]]} was published" for u in inputs["units"]
                   if [str(x or "") for x in u[1:4]] != [published[u[0]][c] for c in ("n", "score", "error")]]  # fmt: skip
        agree &= say(code, faults, len(given))
    for league in table("league/leagues"):
        inputs = json.loads((HERE / f"league/inputs/{league['league']}.json").read_text("utf-8"))
        book = books[inputs["rulebook"]]
        used = drawn(inputs["units"], book["survey"]["estimator"])
        rows = [r for r in table("league/rows") if r["league"] == league["league"]]
        faults = []
        for size in {r["size"] for r in rows}:
            mine = [r for r in rows if r["size"] == size]
            points = [rounded(used[r["kato"]], book["ranking"]["decimals"]) if r["position"] == "ranked" else None
                      for r in mine]  # fmt: skip
            faults += [f"unit {r['kato']}: place {r['place']} stands there, {place} follows"
                       for r, place in zip(mine, ranked(points)) if int(r["place"]) != place]  # fmt: skip
        agree &= say(league["league"], faults, len(rows))
    print("All agrees." if agree else "NOT everything agrees.")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
