"""The rule book: every number and rule that the commission's ranking follows, as frozen data.

Pure: the standard library and `core.words` only. `contest.rulebook_reading` makes a book from TOML; a
book with a fault does not exist. The fingerprint does not depend on how the file is laid out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contest.rulebook_kinds import (
    Combine,
    Counted,
    Counting,
    Decided,
    Derived,
    EligibilityKind,
    Estimator,
    Missing,
    Source,
    Stage,
    Status,
    Step,
    Substitutes,
)
from core.words import Words

#: A rule that came later: it stands in the canonical text only where a book uses it.
_IF_USED = {"if-used": True}


@dataclass(frozen=True, slots=True)
class MarkCriterion:
    """What a member marks, with a whole-number weight inside its component."""

    code: str
    title: Words
    weight: int


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the composite. Only marked components have a scale and criteria.

    :param missing: what happens to a nominee without it.
    :param is_anonymous: whether members mark it without the name and the place of whoever made it.
    """

    code: str
    source: Source
    title: Words
    weight: Decimal
    missing: Missing
    lowest: int = 0
    highest: int = 0
    combine: Combine = Combine.MEAN
    fewest_judges: int = 0
    criteria: tuple[MarkCriterion, ...] = ()
    is_anonymous: bool = field(default=False, metadata=_IF_USED)


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which a member is in conflict with a nominee, or on which a nominee is excluded.

    :param derived: the facts from which a conflict on this ground is found without being declared.
    """

    code: str
    title: Words
    derived: Derived | None = field(default=None, metadata=_IF_USED)


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """One condition of taking part; `value` is its number of months or of documents, 1 where it has none."""

    code: str
    title: Words
    kind: EligibilityKind
    value: int


@dataclass(frozen=True, slots=True)
class SizeClass:
    """A class of the league by the number of adults: from `fewest` on, and fewer than `below`."""

    code: str
    title: Words
    fewest: int
    below: int | None


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """How often a commission may return a standing, and the share of yes and no that yes must exceed."""

    returns: int = 2
    majority: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class StageRules:
    """One stage: its components, how ties break, who is awarded and who goes on.

    :param top: k of "the probability to be among the first k".
    :param finalists: how many of each oblast go on; 0 at the national stage.
    :param substitutes: who decides an item for which conflicts leave too few members.
    """

    components: tuple[Component, ...]
    cascade: tuple[str, ...]
    places: int
    finalists: int
    top: int
    quorum: Fraction
    conflicts: tuple[Ground, ...]
    substitutes: Substitutes = field(default=Substitutes.ALTERNATES, metadata=_IF_USED)

    def component(self, code: str) -> Component | None:
        return next((part for part in self.components if part.code == code), None)

    @property
    def marked(self) -> tuple[Component, ...]:
        """The components that members mark."""
        return tuple(part for part in self.components if part.source is Source.MARKS)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Days that a signal flags as rarer than once in so many honest ones are left out, in every unit."""

    signal: str
    rarer_than: int


@dataclass(frozen=True, slots=True)
class SurveySection:
    """What the survey must be, and how its answers become published numbers.

    A book without exclusion says nothing of it: its text and fingerprint are those of before.

    :param beside: modes whose answers are shown beside the score and never enter it.
    """

    criteria_set: str
    modes: tuple[str, ...]
    minimum_n: int
    prior_degrees: int
    estimator: Estimator
    excluding: tuple[Exclusion, ...] = field(default=(), metadata=_IF_USED)
    counting: Counting = field(default=Counting.ALL, metadata=_IF_USED)
    beside: tuple[str, ...] = field(default=(), metadata=_IF_USED)


@dataclass(frozen=True, slots=True)
class EthicsSection:
    """Which items the ethics questionnaire asks, and from how many answers on it has a score.

    :param conclusion: whether the commissioner writes a conclusion, which people read and nobody scores.
    """

    items_set: str
    minimum_n: int
    conclusion: bool = field(default=False, metadata=_IF_USED)


@dataclass(frozen=True, slots=True)
class RankingSection:
    """Rounding, and the random draws behind the intervals, with their seeds."""

    decimals: int
    coverage: Decimal
    interval_draws: int
    interval_seed: int
    top_draws: int
    top_seed: int


@dataclass(frozen=True, slots=True)
class Nomination:
    """A nomination: best of a component, or of one survey criterion, at a stage, among the finalists.

    Where a vote alone decides, there may be no component: it is an empty text then.
    """

    code: str
    title: Words
    decided: Decided
    stage: Stage
    component: str
    criterion: str | None


@dataclass(frozen=True, slots=True)
class CalendarStep:
    """One step of the calendar, both days included."""

    step: Step
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Terms:
    """How many days objections and appeals have, and which days count."""

    objection_days: int
    appeal_days: int
    counted: Counted = field(default=Counted.CALENDAR, metadata=_IF_USED)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The days besides Saturdays and Sundays on which nobody works: "MM-DD" of each year, or "YYYY-MM-DD".

    :param holidays: of every year; one that falls on a day off makes the next working day free.
    :param others: they move nothing.
    :param working: Saturdays and Sundays of one year on which people work, as the government decides.
    """

    holidays: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    working: tuple[str, ...] = field(default=(), metadata=_IF_USED)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The whole book, checked and frozen."""

    code: str
    status: Status
    title: Words
    regional: StageRules
    national: StageRules
    survey: SurveySection
    ethics: EthicsSection
    ranking: RankingSection
    nominations: tuple[Nomination, ...]
    calendar: tuple[CalendarStep, ...]
    terms: Terms
    keepers: tuple[Words, ...]
    exclusion: tuple[Ground, ...] = field(default=(), metadata=_IF_USED)
    eligibility: tuple[EligibilityRule, ...] = field(default=(), metadata=_IF_USED)
    decision: DecisionRules = field(default=DecisionRules(), metadata=_IF_USED)
    league: tuple[SizeClass, ...] = field(default=(), metadata=_IF_USED)
    days_off: DaysOff = field(default=DaysOff(), metadata=_IF_USED)

    def stage(self, stage: Stage) -> StageRules:
        return self.regional if stage is Stage.REGIONAL else self.national

    def conflict_ground(self, stage: Stage, code: str) -> Ground:
        """What a ground of conflict is called at a stage.

        One declared at the regional stage holds at the national one, whose rules need not name it; one that
        a correction has taken away is called by its code.
        """
        for rules in (self.stage(stage), self.regional, self.national):
            for ground in rules.conflicts:
                if ground.code == code:
                    return ground
        return Ground(code, Words(code, code, code))

    def as_json(self) -> str:
        """One canonical JSON text: the same for the same rules, however the file is laid out."""
        return json.dumps(plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical text."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()


def plain(value: object) -> object:
    """A part of a book as JSON has it; a later rule that the book does not use is not there."""
    if is_dataclass(value):
        return {
            part.name: plain(getattr(value, part.name))
            for part in fields(value)
            if "if-used" not in part.metadata or getattr(value, part.name) != part.default
        }
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (Fraction, date)):
        return str(value)
    return value
