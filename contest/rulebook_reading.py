"""Makes a rule book from TOML: the book is read as a whole, and every fault is named with its place.

Pure: the standard library, `core.disclosure` and the contest's other pure modules. The floors of
disclosure control cannot be lowered by a book.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from contest.calendar import is_day_off
from contest.rulebook import (
    CalendarStep,
    Combine,
    Component,
    Counted,
    Counting,
    DaysOff,
    Decided,
    DecisionRules,
    Derived,
    EligibilityKind,
    EligibilityRule,
    Estimator,
    EthicsSection,
    Exclusion,
    Ground,
    MarkCriterion,
    Missing,
    Nomination,
    RankingSection,
    RuleBook,
    SizeClass,
    Source,
    Stage,
    StageRules,
    Status,
    Step,
    Substitutes,
    SurveySection,
    Terms,
)
from contest.table_reading import TableReader
from core.disclosure import MINIMUM_CELL, MINIMUM_SCORE
from core.words import Words

SHIPPED = Path(__file__).with_name("rulebooks")
#: The signals of the survey that point at a day, and the commonest rarity that may leave one out.
EXCLUDING_SIGNALS = ("burst", "busy-day", "no-script", "one-source", "straight-lines", "trap")
LEAST_RARITY = 100
MODES = ("open", "codes", "verified")
#: Ten times the longest book that is shipped, and more.
LONGEST_TEXT = 200_000


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
    faults: list[str] = []
    try:
        table = tomllib.loads(text, parse_float=Decimal)
        book = _book(TableReader(table, place, "", faults))
    except (ValueError, RecursionError) as fault:
        # Besides broken TOML: tables in tables without end, and numbers too long even to be named.
        raise BadRuleBook([f"{place}: {fault}"]) from None
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
        regional=_stage(stages.inside("regional"), Stage.REGIONAL),
        national=_stage(stages.inside("national"), Stage.NATIONAL),
        survey=SurveySection(
            criteria_set=survey.code("criteria_set"),
            modes=survey.codes("modes"),
            minimum_n=survey.whole("minimum_n", MINIMUM_SCORE, 10_000),
            prior_degrees=survey.whole("prior_degrees", 1, 1000),
            estimator=survey.choice("estimator", Estimator),
            excluding=tuple(_exclusion(row) for row in survey.rows("excluding", optional=True)),
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
            interval_draws=ranking.whole("interval_draws", 100, 100_000),
            interval_seed=ranking.whole("interval_seed", 0, 2**32 - 1),
            top_draws=ranking.whole("top_draws", 100, 1_000_000),
            top_seed=ranking.whole("top_seed", 0, 2**32 - 1),
        ),
        nominations=tuple(_nomination(row) for row in top.rows("nominations", optional=True)),
        calendar=_calendar(calendar),
        terms=Terms(
            terms.whole("objection_days", 0, 90), terms.whole("appeal_days", 0, 90),
            terms.choice("counted", Counted) if terms.has("counted") else Counted.CALENDAR,
        ),
        keepers=tuple(_keeper(row) for row in top.rows("keepers")),
        exclusion=tuple(_ground(row) for row in top.rows("exclusion", optional=True)),
        eligibility=tuple(_eligibility(row) for row in top.rows("eligibility", optional=True)),
        decision=_decision(top.inside("decision")) if top.has("decision") else DecisionRules(),
        league=_league(top),
        days_off=DaysOff(
            calendar.yearly("holidays") if calendar.has("holidays") else (),
            calendar.yearly("days_off", or_dated=True) if calendar.has("days_off") else (),
        ),
    )  # fmt: skip
    for reader in (top, stages, survey, ethics, ranking, terms, calendar):
        reader.done()
    if book.ranking.coverage == 1:
        ranking.fault("coverage", "is 1; no finite interval covers always, give 0.95")
    _check_survey(survey, book.survey)
    if book.days_off != DaysOff() and is_day_off(book.days_off, book.calendar[0].until_on):
        calendar.fault(
            "nominations.until", f"{book.calendar[0].until_on} is a day off; end on a working day, "
            "so that nobody's last day is lost",
        )  # fmt: skip
    _check_codes(top, "exclusion", [ground.code for ground in book.exclusion])
    _check_codes(top, "eligibility", [rule.code for rule in book.eligibility])
    _check_nominations(top, book)
    return book


def _check_survey(reader: TableReader, survey: SurveySection) -> None:
    for key, modes in (("modes", survey.modes), ("beside", survey.beside)):
        for mode in modes:
            if mode not in MODES:
                reader.fault(key, f"{mode!r} is no survey mode; choose among {', '.join(MODES)}")
    for mode in survey.beside:
        if mode in survey.modes:
            reader.fault("beside", f"{mode!r} counts already; a mode counts or is shown beside, not both")
    _check_codes(reader, "excluding", [rule.signal for rule in survey.excluding])
    if survey.counting is Counting.WITHOUT_FLAGGED and not survey.excluding:
        reader.fault("counting", "is without-flagged, but no signal excludes a day; name one in excluding")


def _check_nominations(top: TableReader, book: RuleBook) -> None:
    _check_codes(top, "nominations", [nomination.code for nomination in book.nominations])
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


def _exclusion(reader: TableReader) -> Exclusion:
    made = Exclusion(reader.code("signal"), reader.whole("rarer_than", LEAST_RARITY, 10**9))
    reader.done()
    if made.signal and made.signal not in EXCLUDING_SIGNALS:
        known = ", ".join(EXCLUDING_SIGNALS)
        reader.fault("signal", f"{made.signal!r} points at no day; choose among {known}")
    return made


def _stage(reader: TableReader, stage: Stage) -> StageRules:
    is_regional = stage is Stage.REGIONAL
    rules = StageRules(
        components=tuple(_component(row) for row in reader.rows("components")),
        cascade=reader.codes("cascade"),
        places=reader.whole("places", 0, 10),
        finalists=reader.whole("finalists", 1, 50) if is_regional else 0,
        top=reader.whole("top", 1, 50),
        quorum=reader.fraction("quorum"),
        conflicts=tuple(_ground(row) for row in reader.rows("conflicts")),
        substitutes=reader.choice("substitutes", Substitutes) if reader.has("substitutes")
        else Substitutes.ALTERNATES,
    )  # fmt: skip
    reader.done()
    total = sum((part.weight for part in rules.components), Decimal(0))
    if total != 1:
        parts = " + ".join(f"{part.code} {part.weight}" for part in rules.components)
        reader.fault("components", f"the weights add up to {total}, not to 1: {parts or 'there are none'}")
    _check_codes(reader, "components", [part.code for part in rules.components])
    _check_codes(reader, "conflicts", [ground.code for ground in rules.conflicts])
    _check_codes(reader, "cascade", list(rules.cascade))
    for source in (Source.SURVEY, Source.ETHICS):
        if sum(part.source is source for part in rules.components) > 1:
            reader.fault("components", f"more than one reads the {source}")
    for code in rules.cascade:
        if rules.component(code) is None:
            reader.fault("cascade", f"{code!r} is no component of this stage")
    if is_regional and Derived.OBLAST in {ground.derived for ground in rules.conflicts}:
        reader.fault("conflicts", "the same oblast is no conflict here: everybody of this stage shares it")
    if not is_regional and rules.substitutes is Substitutes.NATIONAL:
        reader.fault("substitutes", "the national commission cannot stand in for itself; give alternates")
    return rules


def _component(reader: TableReader) -> Component:
    source = reader.choice("source", Source)
    common = (
        reader.code("code"), source, reader.words("title"), reader.share("weight"),
        reader.choice("missing", Missing),
    )  # fmt: skip
    if source is not Source.MARKS:
        reader.done()
        return Component(*common)
    component = Component(
        *common,
        lowest=reader.whole("lowest", 0, 99), highest=reader.whole("highest", 1, 100),
        combine=reader.choice("combine", Combine), fewest_judges=reader.whole("fewest_judges", 1, 50),
        criteria=tuple(_criterion(row) for row in reader.rows("criteria")),
        is_anonymous=reader.flag("is_anonymous") if reader.has("is_anonymous") else False,
    )  # fmt: skip
    reader.done()
    if component.lowest >= component.highest:
        reader.fault("highest", f"is {component.highest}; it must be above the lowest, {component.lowest}")
    if not component.criteria:
        reader.fault("criteria", "there are none; a marked component needs at least one")
    _check_codes(reader, "criteria", [criterion.code for criterion in component.criteria])
    return component


def _criterion(reader: TableReader) -> MarkCriterion:
    made = MarkCriterion(reader.code("code"), reader.words("title"), reader.whole("weight", 1, 100))
    reader.done()
    return made


def _ground(reader: TableReader) -> Ground:
    made = Ground(
        reader.code("code"), reader.words("title"),
        reader.choice("derived", Derived) if reader.has("derived") else None,
    )  # fmt: skip
    reader.done()
    return made


def _eligibility(reader: TableReader) -> EligibilityRule:
    made = EligibilityRule(
        reader.code("code"), reader.words("title"), reader.choice("kind", EligibilityKind),
        reader.whole("value", 0, 600) if reader.has("value") else 1,
    )  # fmt: skip
    reader.done()
    return made


def _decision(reader: TableReader) -> DecisionRules:
    made = DecisionRules(reader.whole("returns", 0, 5), reader.fraction("majority"))
    reader.done()
    if made.majority == 1:
        reader.fault("majority", 'is 1; no vote exceeds everybody, give "1/2" or "2/3"')
    return made


def _league(top: TableReader) -> tuple[SizeClass, ...]:
    """The classes from small to big, without a gap between them."""
    classes = []
    for row in top.rows("league", optional=True):
        made = SizeClass(
            row.code("code"), row.words("title"), row.whole("fewest", 0, 10_000_000),
            row.whole("below", 1, 10_000_000) if row.has("below") else None,
        )  # fmt: skip
        row.done()
        expected = classes[-1].below if classes else 0
        if made.fewest != expected:
            row.fault("fewest", f"is {made.fewest}; it must go on where the class before ends, at {expected}")
        if made.below is not None and made.below <= made.fewest:
            row.fault("below", f"is {made.below}; it must be above the fewest, {made.fewest}")
        classes.append(made)
    if classes and classes[-1].below is not None:
        top.fault("league", f"the last class ends below {classes[-1].below}; leave its end open")
    _check_codes(top, "league", [one.code for one in classes])
    return tuple(classes)


def _keeper(reader: TableReader) -> Words:
    made = reader.words("name")
    reader.done()
    return made


def _nomination(reader: TableReader) -> Nomination:
    decided = reader.choice("decided", Decided)
    is_measured = reader.has("component") or decided is not Decided.VOTE
    made = Nomination(
        code=reader.code("code"), title=reader.words("title"), decided=decided,
        stage=reader.choice("stage", Stage), component=reader.code("component") if is_measured else "",
        criterion=reader.code("criterion") if reader.has("criterion") else None,
    )  # fmt: skip
    reader.done()
    return made


def _calendar(reader: TableReader) -> tuple[CalendarStep, ...]:
    steps = []
    for step in Step:
        row = reader.inside(step)
        made = CalendarStep(step, row.day("from"), row.day("until"))
        row.done()
        if made.from_on > made.until_on:
            row.fault("until", f"{made.until_on} is before {made.from_on}")
        # Nothing begins or ends before the step that it rests on: whoever reads it finds the days in order.
        if steps and made.from_on < steps[-1].from_on:
            row.fault("from", f"{made.from_on} is before the first day of {steps[-1].step}")
        if steps and step is not Step.ETHICS and made.until_on < steps[-1].until_on:
            row.fault("until", f"{made.until_on} is before the last day of {steps[-1].step}")
        steps.append(made)
    return tuple(steps)


def _check_codes(reader: TableReader, key: str, codes: list[str]) -> None:
    for code in sorted({code for code in codes if code and codes.count(code) > 1}):
        reader.fault(key, f"{code!r} stands there twice")
