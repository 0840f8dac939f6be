"""The reader's words for every choice that a rule book offers, and its values as a person writes them.

Used by the pages of the rules and by the differences of a correction, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from flask_babel import format_date, format_percent
from flask_babel import lazy_gettext as _l

from contest.contests.words import STEPS
from contest.rulebook import (
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

MODES: dict[str, object] = {
    "open": _l("open: anyone could answer, also from elsewhere"),
    "codes": _l("by codes: one code, one answer"),
    "verified": _l("verified: one signed-in person, one answer"),
}

SIGNALS: dict[str, object] = {
    "burst": _l("a burst of answers within minutes"),
    "busy-day": _l("far more answers on a day than on the others"),
    "no-script": _l("answers of a machine without a browser"),
    "one-source": _l("many answers from one source"),
    "straight-lines": _l("the same rating in every row"),
    "trap": _l("answers that fell into the trap for machines"),
}

CHOICES: dict[type[StrEnum], Mapping[StrEnum, object]] = {
    Combine: {
        Combine.MEAN: _l("mean of the members"),
        Combine.TRIMMED: _l("mean of the members without the highest and the lowest"),
        Combine.MEDIAN: _l("median of the members"),
        Combine.ADJUSTED: _l("mean of the members, each one's severity levelled out"),
    },
    Counted: {
        Counted.CALENDAR: _l("every day counts"),
        Counted.WORKING: _l("working days alone count"),
    },
    Counting: {
        Counting.ALL: _l("all answers count"),
        Counting.WITHOUT_FLAGGED: _l("answers of flagged days do not count"),
    },
    Decided: {
        Decided.FORMULA: _l("decided by the numbers alone"),
        Decided.VOTE: _l("decided by a vote of the national commission"),
        Decided.BOTH: _l("the numbers propose, a vote of the national commission confirms"),
    },
    Derived: {
        Derived.OWN_NOMINEE: _l("who proposed the nominee"),
        Derived.KINSHIP: _l("kinship"),
        Derived.EMPLOYER: _l("the employer"),
        Derived.SUBORDINATION: _l("who is whose superior"),
        Derived.DISTRICT: _l("the district"),
        Derived.OBLAST: _l("the oblast"),
        Derived.DATA: _l("other recorded facts"),
    },
    EligibilityKind: {
        EligibilityKind.MONTHS_IN_POST: _l("months in the post, at least"),
        EligibilityKind.NO_PENALTY_MONTHS: _l("months without a penalty, at least"),
        EligibilityKind.CONSENT: _l("consent is given"),
        EligibilityKind.DOCUMENTS: _l("documents, at least"),
        EligibilityKind.ELECTED_OR_APPOINTED: _l("is elected or appointed"),
    },
    Estimator: {
        Estimator.SHRUNKEN: _l("drawn towards the common mean, the more so the less sure it is"),
        Estimator.PLAIN: _l("as it is"),
    },
    Missing: {
        Missing.REWEIGH: _l("the others take its weight, and the page says so"),
        Missing.NOT_ELIGIBLE: _l("no place"),
    },
    Source: {
        Source.SURVEY: _l("published score of the residents' survey"),
        Source.ETHICS: _l("published score of the ethics questionnaires"),
        Source.MARKS: _l("marks of the commission"),
    },
    Stage: {Stage.REGIONAL: STEPS[Step.REGIONAL], Stage.NATIONAL: STEPS[Step.NATIONAL]},
    Status: {Status.PROPOSED: _l("a proposal"), Status.OFFICIAL: _l("the text of a legal act")},
    Step: STEPS,
    Substitutes: {
        Substitutes.ALTERNATES: _l("alternates take the seats of those in conflict"),
        Substitutes.NATIONAL: _l("the national commission decides instead"),
    },
}


def choice_words(choice: StrEnum) -> object:
    """One of a rule book's choices in the reader's words."""
    return CHOICES[type(choice)][choice]


def yearly_days(texts: Iterable[str]) -> str:
    """Days of every year, or of one, as a person writes them."""
    return ", ".join(
        format_date(date.fromisoformat(text), "long") if text.count("-") == 2
        else format_date(date.fromisoformat(f"2000-{text}"), "d MMMM")
        for text in texts
    )  # fmt: skip


def rule_value(value: object) -> str:
    """A value of a rule book as a person writes it."""
    if value is None or value == ():
        return "–"
    if isinstance(value, StrEnum):
        return str(choice_words(value))
    if isinstance(value, bool):
        return str(_l("yes") if value else _l("no"))
    if isinstance(value, Decimal):
        return format_percent(value, format="0.#\u00a0%")
    if isinstance(value, date):
        return format_date(value, "long")
    return str(value)
