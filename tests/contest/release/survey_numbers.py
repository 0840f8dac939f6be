"""What an attacker knows from a release's tables about a survey: who is counted in which number."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from core.places.models import AGE_BANDS, SEXES
from surveys.answers import Origin
from surveys.tallies import tally_of
from surveys.weighting import weighted_score
from tests.contest.release.answered import CRITERIA, Person, Truth
from tests.contest.release.attacker import Between, Known, plain

Tables = Mapping[str, Sequence[Mapping[str, str]]]
Group = tuple[str, str, str, bool]
BANDS, BOTH = (*AGE_BANDS, "-"), (*SEXES, "-")


def tables_of(files: Mapping[str, bytes]) -> dict[str, list[dict[str, str]]]:
    """The tables among the files of a release."""
    return {
        name.removesuffix(".csv"): [
            # A lone "-" stands escaped, so that no spreadsheet takes it for a formula.
            {column: cell.removeprefix("'") for column, cell in row.items()}
            for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        ]
        for name, content in files.items()
        if name.endswith(".csv")
    }


class Survey:
    """The published numbers of a survey over the elementary groups of its residents."""

    def __init__(self, tables: Tables, truth: Truth) -> None:
        self.tables, self.truth = tables, truth
        self.scored = [one for one in truth.persons if one.is_scored]
        self.counts = Counter(map(self.group_of, self.scored))

    def group_of(self, one: Person) -> Group:
        return one.kato, one.band, one.sex, (one.kato, one.day) in self.truth.flagged

    def parts(self) -> dict[str, list[str]]:
        """What is tried one by one, by name: all places, and each unit with its strata and variants."""
        places = [name for name, _, _ in self._rows() if not name.startswith(("stratum", "all", "without"))]
        own = {kato: [name for name, _, _ in self._rows() if f" {kato}" in name] for kato in self.truth.katos}
        return {"places": places, **own}

    def possible(self) -> dict[Group, int]:
        """The groups that may have somebody for one who knows which age groups and which days have nobody.

        Always in the same order: the search among them must end alike in every process.
        """
        strata, days = defaultdict(set), defaultdict(set)
        for kato, band, sex, is_flagged in self.counts:
            strata[kato].add((band, sex))
            days[kato].add(is_flagged)
        return {
            (kato, band, sex, is_flagged): self.counts[kato, band, sex, is_flagged]
            for kato in strata
            for (band, sex), is_flagged in itertools.product(sorted(strata[kato]), sorted(days[kato]))
        }

    def _rows(self) -> Iterator[tuple[str, Mapping[str, str], Callable[[Group], bool]]]:
        """Every row of the survey's tables, with whom it counts."""
        own = (lambda group: True) if self.truth.counts_all else (lambda group: not group[3])
        for row in self.tables["survey/units"]:
            yield f"unit {row['kato']}", row, _both(own, lambda g, k=row["kato"]: g[0] == k)
        places = {"district": self.truth.districts, "oblast": self.truth.oblasts}
        for row in self.tables["survey/groups"]:
            where = places.get(row["level"])
            name, area = f"{row['level']} {row['area']}", row["area"]
            yield name, row, _both(own, lambda g, w=where, a=area: w is None or w[g[0]] == a)
        for row in self.tables["survey/strata"]:
            kato, band, sex = row["kato"], row["age_band"], row["sex"]
            yield f"stratum {kato} {band} {sex}", row, _both(own, within(kato, band, sex))
        for row in self.tables["survey/variants"]:
            kato, variant = row["kato"], row["variant"]
            if variant != "weighted":
                is_whole = variant == "all"
                yield (
                    f"{variant} {kato}", row, lambda g, k=kato, w=is_whole: g[0] == k and (w or not g[3])
                )  # fmt: skip

    def known(self, what: str, groups: Mapping[Group, int]) -> list[Known]:
        """The exact sums over groups; of scores the weighted ones too, whose weights anybody can compute."""
        found = [plain(name, filter(inside, groups)) for name, row, inside in self._rows() if row[what]]
        for row in self.tables["survey/variants"] if what == "score" else ():
            if row["variant"] == "weighted" and row["score"]:
                found.append(self._weighted(row["kato"], groups))
        return found

    def _weighted(self, kato: str, groups: Mapping[Group, int]) -> Known:
        strata = defaultdict(list)
        for one in self.scored:
            if one.kato == kato:
                strata[one.band, one.sex].append(one.ratings)
        weighted = weighted_score(
            {stratum: tally_of(given, CRITERIA) for stratum, given in strata.items()}, self.truth.strata[kato]
        )
        parts = {g: Fraction(weighted.weights.get(g[1:3], 0)) for g in groups if g[0] == kato}
        return Known(f"weighted {kato}", parts)

    def over_places(self) -> tuple[list[Between], dict[str, list[str]], Counter]:
        """Units and what lies above them: a unit without a number has fewer than 5."""
        own = Counter(one.kato for one in self.scored if self._counts(one))
        sizes = Counter({kato: own[kato] for kato in self.truth.katos})
        bounds = [
            _exactly(f"unit {row['kato']}", [row["kato"]], row["n"])
            or Between(f"unit {row['kato']}", frozenset([row["kato"]]), 0, 4)
            for row in self.tables["survey/units"]
        ]
        places = {"district": self.truth.districts, "oblast": self.truth.oblasts}
        for row in self.tables["survey/groups"]:
            where = places.get(row["level"])
            inside = [k for k in self.truth.katos if where is None or where[k] == row["area"]]
            bounds += filter(None, [_exactly(f"{row['level']} {row['area']}", inside, row["n"])])
        hidden = {row["kato"] for row in self.tables["survey/units"] if not row["n"]}
        groups = {kato: [kato] for kato in self.truth.katos}
        for where in places.values():
            for area in set(where.values()) - {None}:
                groups[f"small ones of {area}"] = [k for k in hidden if where[k] == area]
        return bounds, groups, sizes

    def within_unit(self, kato: str) -> tuple[list[Between], dict[str, list[Group]], Counter]:
        """Age, sex and flagged days of a unit: nothing is known of what is kept back."""
        groups = [(kato, band, sex, day) for band in BANDS for sex in BOTH for day in (False, True)]
        bounds = [
            _exactly(name, filter(inside, groups), row["n"])
            for name, row, inside in self._rows()
            if row["n"] and row.get("kato") == kato
        ]
        aims = {f"{kato} {b} {s}": filter(within(kato, b, s), groups) for b in BANDS for s in BOTH}
        aims |= {f"{kato} {b} all": [g for g in groups if g[1] == b] for b in BANDS}
        aims |= {f"{kato} all {s}": [g for g in groups if g[2] == s] for s in BOTH}
        aims |= {f"{kato} flagged {d}": [g for g in groups if g[3] is d] for d in (False, True)}
        return (
            bounds,
            {name: list(cells) for name, cells in aims.items()},
            Counter({g: self.counts[g] for g in groups}),
        )

    def counted(self, kato: str) -> list[Person]:
        """Whose answers are in a unit's own score."""
        return [one for one in self.scored if one.kato == kato and self._counts(one)]

    def _counts(self, one: Person) -> bool:
        return self.truth.counts_all or (one.kato, one.day) not in self.truth.flagged

    def answers(self) -> Counter:
        """All answers, those without a score too: by unit, origin, day and whether scored; zeros named."""
        days = sorted({one.day for one in self.truth.persons})
        counted = Counter((one.kato, one.origin, one.day, one.is_scored) for one in self.truth.persons)
        every = itertools.product(self.truth.katos, Origin, days, (True, False))
        return Counter({cell: counted[cell] for cell in every})

    def over_days(
        self, kato: str, shown: Mapping[tuple[str, Origin, date], int]
    ) -> tuple[list[Between], dict[str, list], Counter]:
        """A unit's turnout by origin as it was shown at the end of each day, and its published numbers."""
        cells = Counter({cell: n for cell, n in self.answers().items() if cell[0] == kato})
        bounds = self._counted(kato, cells)
        for (unit, origin, day), n in shown.items():
            if unit == kato:
                inside = [c for c in cells if c[1] == origin and c[2] <= day]
                bounds.append(Between(f"{kato} {origin} until {day}", frozenset(inside), n, n + 4))
        aims = {f"{kato} by {o}": [c for c in cells if c[1] == o] for o in Origin}
        for day in {c[2] for c in cells}:
            aims[f"{kato} on {day}"] = [c for c in cells if c[2] == day]
            aims |= {f"{kato} by {o} on {day}": [c for c in cells if c[1:3] == (o, day)] for o in Origin}
        aims[f"{kato} unscored"] = [c for c in cells if not c[3]]
        return bounds, aims, cells

    def over_origins(
        self, receipts: Mapping[str, object], *, step: int = 10
    ) -> tuple[list[Between], dict[str, list], Counter]:
        """The nation's origins: units' numbers, their turnout, the exact number of receipts, the steps."""
        cells = self.answers()
        bounds = [bound for kato in self.truth.katos for bound in self._counted(kato, cells)]
        for row in self.tables["survey/turnout"]:
            about = row["kato"], row["origin"]
            inside = [c for c in cells if c[:2] == about and c[2] < self.truth.last_day]
            n = int(row["answers_at_least"])
            bounds.append(Between(f"turnout {about}", frozenset(inside), n, n + 4))
        told = {(row["kato"], row["origin"]) for row in self.tables["survey/turnout"]}
        every = {*itertools.product(self.truth.katos, Origin)}
        if told != every:
            # Rows for some alone: whoever has one has somebody, whoever has none has nobody.
            for kato, origin in sorted(every):
                inside = frozenset(c for c in cells if c[:2] == (kato, origin) and c[2] < self.truth.last_day)
                is_told = (kato, origin) in told
                bounds.append(Between(f"row {kato} {origin}", inside, int(is_told), None if is_told else 0))
        digital = frozenset(c for c in cells if c[1] in (Origin.WEB, Origin.TABLET))
        count = receipts["count"] - receipts["unreadable"]
        bounds.append(Between("receipts", digital, count, count))
        for origin, n in receipts["by_origin"].items():
            inside = frozenset(c for c in cells if c[1] == origin)
            bounds.append(Between(f"all by {origin}", inside, n, n + step - 1))
        aims = {f"by {origin}": [c for c in cells if c[1] == origin] for origin in Origin}
        for kato in self.truth.katos:
            aims |= {f"{kato} by {o}": [c for c in cells if c[:2] == (kato, o)] for o in Origin}
        return bounds, aims, cells

    def _counted(self, kato: str, cells: Mapping) -> list[Between]:
        """What the unit's own number and the other way of counting say of its answers."""
        row = next(row for row in self.tables["survey/units"] if row["kato"] == kato)
        scored = [c for c in cells if c[0] == kato and c[3]]
        days = {(kato, c[2]) for c in cells} - (set() if self.truth.counts_all else self.truth.flagged)
        own = [c for c in scored if c[:3:2] in days]
        bounds = [_exactly(f"unit {kato}", own, row["n"]) or Between(f"unit {kato}", frozenset(own), 0, 4)]
        for other in self.tables["survey/variants"]:
            if other["kato"] == kato and other["n"] and other["variant"] != "weighted":
                is_whole = other["variant"] == "all"
                inside = [c for c in scored if is_whole or (kato, c[2]) not in self.truth.flagged]
                bounds.append(_exactly(f"{other['variant']} {kato}", inside, other["n"]))
        if row["adults"]:
            adults, is_over = int(row["adults"]), row["exceeds_adults"] == "true"
            low, high = (adults + 1, None) if is_over else (0, adults)
            bounds.append(
                Between(f"adults {kato}", frozenset(c for c in cells if c[:3:2] in days), low, high)
            )
        return bounds


def within(kato: str, band: str, sex: str) -> Callable[[Group], bool]:
    """Whether a group belongs to a published stratum, where `-` is "all"."""
    return lambda g: g[0] == kato and band in ("-", g[1]) and sex in ("-", g[2])


def _both(first: Callable, second: Callable) -> Callable:
    return lambda group: first(group) and second(group)


def _exactly(name: str, cells: Iterable, n: str) -> Between | None:
    return Between(name, frozenset(cells), int(n), int(n)) if n else None
