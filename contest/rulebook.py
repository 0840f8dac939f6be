"""The rule book: every number and rule that the commission's ranking follows, as frozen data.

Pure: the standard library and `core.words` only. `contest.rulebook_reading` makes a book from TOML; a
book with a fault does not exist. The fingerprint does not depend on how the file is laid out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.words import Words

#: A rule that came later: it stands in the canonical text only where a book uses it.
_IF_USED = {"if-used": True}


class Stage(StrEnum):
    """The two stages of the contest."""

    REGIONAL = "regional"
    NATIONAL = "national"


class Status(StrEnum):
    """Whether a book is a proposal or the text of a legal act."""

    PROPOSED = "proposed"
    OFFICIAL = "official"


class Source(StrEnum):
    """Where a component's numbers come from."""

    SURVEY = "survey"
    ETHICS = "ethics"
    MARKS = "marks"


class Estimator(StrEnum):
    """Which survey score enters the order: drawn to the common mean, or as it is."""

    SHRUNKEN = "shrunken"
    PLAIN = "plain"


class Missing(StrEnum):
    """What happens to a nominee without one of the components."""

    REWEIGH = "reweigh"
    NOT_ELIGIBLE = "not-eligible"


class Combine(StrEnum):
    """How the judges' marks become one score."""

    MEAN = "mean"
    TRIMMED = "trimmed"
    MEDIAN = "median"
    ADJUSTED = "adjusted"


class Decided(StrEnum):
    """How a nomination is decided: by the numbers, by a vote, or the numbers propose and a vote confirms."""

    FORMULA = "formula"
    VOTE = "vote"
    BOTH = "both"


class Derived(StrEnum):
    """The facts from which a conflict of interests is found even where nobody declares it."""

    OWN_NOMINEE = "own-nominee"
    KINSHIP = "kinship"
    EMPLOYER = "employer"
    SUBORDINATION = "subordination"
    DISTRICT = "district"
    OBLAST = "oblast"
    DATA = "data"


class Substitutes(StrEnum):
    """Who decides where conflicts leave a commission without its quorum."""

    ALTERNATES = "alternates"
    NATIONAL = "national"


class EligibilityKind(StrEnum):
    """What is asked of a nominee; the rule's value is a number of months or of documents."""

    MONTHS_IN_POST = "months-in-post"
    NO_PENALTY_MONTHS = "no-penalty-months"
    CONSENT = "consent"
    DOCUMENTS = "documents"
    ELECTED_OR_APPOINTED = "elected-or-appointed"


class Step(StrEnum):
    """The steps of the calendar, in their order."""

    NOMINATIONS = "nominations"
    SURVEY = "survey"
    ETHICS = "ethics"
    REGIONAL = "regional"
    NATIONAL = "national"
    RESULTS = "results"


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


class Counting(StrEnum):
    """Which ballots the survey's score is made of."""

    ALL = "all"
    WITHOUT_FLAGGED = "without-flagged"


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
    """How many days objections and appeals have."""

    objection_days: int
    appeal_days: int


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

    def stage(self, stage: Stage) -> StageRules:
        return self.regional if stage is Stage.REGIONAL else self.national

    def as_json(self) -> str:
        """One canonical JSON text: the same for the same rules, however the file is laid out."""
        return json.dumps(_plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical text."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()


def differences(before: RuleBook, after: RuleBook) -> tuple[tuple[str, str, str], ...]:
    """What a correction changes, as (path, before, after); an absent value is an empty text.

    A list of rules has a path `order` besides: which of them there are, in their order.
    """
    old, new = dict(_leaves(_plain(before), "")), dict(_leaves(_plain(after), ""))
    return tuple(
        (path, old.get(path, ""), new.get(path, ""))
        for path in sorted(set(old) | set(new))
        if old.get(path) != new.get(path)
    )


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {
            part.name: _plain(getattr(value, part.name))
            for part in fields(value)
            if "if-used" not in part.metadata or getattr(value, part.name) != part.default
        }
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (Fraction, date)):
        return str(value)
    return value


def _leaves(value: object, path: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [leaf for key in value for leaf in _leaves(value[key], f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        if not all(isinstance(item, Mapping) for item in value):
            return [(path, ", ".join(map(str, value)))]
        names = [_name(item, number) for number, item in enumerate(value, 1)]
        leaves = [
            leaf for name, item in zip(names, value, strict=True) for leaf in _leaves(item, f"{path}[{name}]")
        ]
        return leaves + [(f"{path}.order", ", ".join(names))] * (not all(map(str.isdecimal, names)))
    return [(path, str(value))]


def _name(item: object, number: int) -> str:
    """What a list's item is called in a path: its own code, so that one more item renames no other."""
    if isinstance(item, Mapping):
        return str(item.get("code") or item.get("step") or item.get("signal") or number)
    return str(number)
