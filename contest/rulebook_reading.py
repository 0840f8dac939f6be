"""Makes a rule book from TOML: the book is read as a whole, and every fault is named with its place.

Pure: the standard library, `core.disclosure` and the contest's other pure modules. The floors of
disclosure control cannot be lowered by a book.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from contest.calendar import SATURDAY, is_day_off
from contest.rulebook import (
    Counted,
    Counting,
    DaysOff,
    Decided,
    DecisionRules,
    Estimator,
    EthicsSection,
    RankingSection,
    RuleBook,
    Source,
    Stage,
    Status,
    SurveySection,
    Terms,
)
from contest.rulebook_parts import (
    read_calendar,
    read_decision,
    read_eligibility,
    read_exclusion,
    read_ground,
    read_keeper,
    read_league,
    read_nomination,
    read_stage,
    refuse_doubles,
)
from contest.table_reading import TableReader
from core.disclosure import MINIMUM_CELL, MINIMUM_SCORE

SHIPPED = Path(__file__).with_name("rulebooks")
MODES = ("open", "codes", "verified")
#: Ten times the longest book that is shipped, and more.
LONGEST_TEXT = 200_000
#: A key of thousands of parts takes minutes to read; none of ours has more than three.
_LONG_KEY = re.compile(r"""(?:(?:[\w-]{1,40}|"(?:[^"\\\n]|\\.){0,40}"|'[^'\n]{0,40}')[ \t]*\.[ \t]*){12}""")
#: Less sure places mean little, and cost many times as much to draw.
LEAST_COVERAGE, MOST_COVERAGE = Decimal("0.9"), Decimal("0.9999")


class BadRuleBook(ValueError):
    """A book was refused; `faults` names every fault as `place: what is wrong`."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def shipped_codes() -> tuple[str, ...]:
    """The codes of the books that come with the product."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def shipped_text(code: str) -> str:
    """The text of a book that comes with the product, or a ValueError naming those that do."""
    if code not in shipped_codes():
        raise ValueError(f"there is no rule book {code!r}: choose one of {', '.join(shipped_codes())}")
    return (SHIPPED / f"{code}.toml").read_text("utf-8")


@lru_cache(maxsize=64)
def read_rulebook(text: str, *, place: str = "rule book") -> RuleBook:
    """Read a book from TOML.

    :raises BadRuleBook: with every fault found; each begins with `place` and the key's path.
    """
    if len(text) > LONGEST_TEXT:
        raise BadRuleBook([f"{place}: has {len(text)} characters; no book has more than {LONGEST_TEXT}"])
    if (found := _LONG_KEY.search(text)) is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise BadRuleBook([f"{place}: line {line} has a dozen words joined by dots; no key is so long"])
    faults: list[str] = []
    try:
        table = tomllib.loads(text, parse_float=Decimal)
        book = _book(TableReader(table, place, "", faults))
    except tomllib.TOMLDecodeError as fault:
        raise BadRuleBook([f"{place}: {fault}"]) from None
    except (ArithmeticError, RecursionError, ValueError):
        raise BadRuleBook([f"{place}: a number is beyond all measure, or brackets stand too deep"]) from None
    if faults:
        raise BadRuleBook(faults)
    return book


def _book(top: TableReader) -> RuleBook:
    stages = top.inside("stages")
    survey, ethics = top.inside("survey"), top.inside("ethics")
    ranking, terms, calendar = top.inside("ranking"), top.inside("terms"), top.inside("calendar")
    book = RuleBook(
        code=top.code("code"),
        status=top.choice("status", Status),
        title=top.words("title"),
        regional=read_stage(stages.inside("regional"), Stage.REGIONAL),
        national=read_stage(stages.inside("national"), Stage.NATIONAL),
        survey=SurveySection(
            criteria_set=survey.code("criteria_set"),
            modes=survey.codes("modes"),
            minimum_n=survey.whole("minimum_n", MINIMUM_SCORE, 10_000),
            prior_degrees=survey.whole("prior_degrees", 1, 1000),
            estimator=survey.choice("estimator", Estimator),
            excluding=tuple(read_exclusion(row) for row in survey.rows("excluding", optional=True)),
            counting=survey.choice("counting", Counting) if survey.has("counting") else Counting.ALL,
            beside=survey.codes("beside") if survey.has("beside") else (),
        ),
        ethics=EthicsSection(
            items_set=ethics.code("items_set"),
            minimum_n=ethics.whole("minimum_n", MINIMUM_CELL, 1000),
            conclusion=ethics.flag("conclusion") if ethics.has("conclusion") else False,
        ),
        ranking=RankingSection(
            decimals=ranking.whole("decimals", 0, 4),
            coverage=ranking.share("coverage"),
            interval_draws=ranking.whole("interval_draws", 100, 5_000),
            interval_seed=ranking.whole("interval_seed", 0, 2**32 - 1),
            top_draws=ranking.whole("top_draws", 100, 20_000),
            top_seed=ranking.whole("top_seed", 0, 2**32 - 1),
        ),
        nominations=tuple(read_nomination(row) for row in top.rows("nominations", optional=True)),
        calendar=read_calendar(calendar),
        terms=Terms(
            terms.whole("objection_days", 0, 90), terms.whole("appeal_days", 0, 90),
            terms.choice("counted", Counted) if terms.has("counted") else Counted.CALENDAR,
        ),
        keepers=tuple(read_keeper(row) for row in top.rows("keepers")),
        exclusion=tuple(read_ground(row) for row in top.rows("exclusion", optional=True)),
        eligibility=tuple(read_eligibility(row) for row in top.rows("eligibility", optional=True)),
        decision=read_decision(top.inside("decision")) if top.has("decision") else DecisionRules(),
        league=read_league(top),
        days_off=DaysOff(
            calendar.yearly("holidays") if calendar.has("holidays") else (),
            calendar.yearly("days_off", or_dated=True) if calendar.has("days_off") else (),
            calendar.dated("working_days") if calendar.has("working_days") else (),
        ),
    )  # fmt: skip
    for reader in (top, stages, survey, ethics, ranking, terms, calendar):
        reader.done()
    if book.ranking.coverage == 1:
        ranking.fault("coverage", "is 1; no finite interval covers always, give 0.95")
    elif book.ranking.coverage and not LEAST_COVERAGE <= book.ranking.coverage <= MOST_COVERAGE:
        told = f"is {book.ranking.coverage}; give a number from {LEAST_COVERAGE} to {MOST_COVERAGE}"
        ranking.fault("coverage", told)
    _check_survey(survey, book.survey)
    _check_working_days(calendar, book.days_off)
    if book.days_off != DaysOff() and is_day_off(book.days_off, book.calendar[0].until_on):
        calendar.fault(
            "nominations.until", f"{book.calendar[0].until_on} is a day off; end on a working day, "
            "so that nobody's last day is lost",
        )  # fmt: skip
    refuse_doubles(top, "exclusion", [ground.code for ground in book.exclusion])
    refuse_doubles(top, "eligibility", [rule.code for rule in book.eligibility])
    _check_nominations(top, book)
    return book


def _check_working_days(reader: TableReader, days_off: DaysOff) -> None:
    for text in days_off.working:
        if date.fromisoformat(text).weekday() < SATURDAY:
            reader.fault("working_days", f"{text} is no Saturday or Sunday: it works anyhow")
        elif {text, text[5:]} & {*days_off.holidays, *days_off.others}:
            reader.fault("working_days", f"{text} is a holiday or day off too; name it once")


def _check_survey(reader: TableReader, survey: SurveySection) -> None:
    for key, modes in (("modes", survey.modes), ("beside", survey.beside)):
        for mode in modes:
            if mode not in MODES:
                reader.fault(key, f"{mode!r} is no survey mode; choose among {', '.join(MODES)}")
    for mode in survey.beside:
        if mode in survey.modes:
            reader.fault("beside", f"{mode!r} counts already; a mode counts or is shown beside, not both")
    refuse_doubles(reader, "excluding", [rule.signal for rule in survey.excluding])
    if survey.counting is Counting.WITHOUT_FLAGGED and not survey.excluding:
        reader.fault("counting", "is without-flagged, but no signal excludes a day; name one in excluding")


def _check_nominations(top: TableReader, book: RuleBook) -> None:
    refuse_doubles(top, "nominations", [nomination.code for nomination in book.nominations])
    for number, nomination in enumerate(book.nominations, 1):
        if nomination.decided is Decided.VOTE and not nomination.component:
            continue
        part = book.stage(nomination.stage).component(nomination.component)
        if part is None:
            top.fault(
                f"nominations[{number}].component",
                f"{nomination.component!r} is no component of the {nomination.stage} stage",
            )
        elif nomination.criterion is not None and part.source is not Source.SURVEY:
            top.fault(f"nominations[{number}].criterion", "only the survey has published criterion means")
