"""What a rule book can choose among: stages, sources, ways to combine and to decide, steps.

Pure: the standard library alone. The values are the words of the file; `contest.rulebook` gives these names
on to everybody.
"""

from __future__ import annotations

from enum import StrEnum


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


class Counting(StrEnum):
    """Which ballots the survey's score is made of."""

    ALL = "all"
    WITHOUT_FLAGGED = "without-flagged"


class Counted(StrEnum):
    """Which days make a term."""

    CALENDAR = "calendar-days"
    WORKING = "working-days"
