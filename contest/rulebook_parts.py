"""Reads the parts of a rule book from its tables: stages, components, grounds, classes, nominations, days.

Pure: the standard library and the contest's other pure modules. `contest.rulebook_reading` puts them together
and looks at what concerns more than one of them.
"""

from __future__ import annotations

from decimal import Decimal

from contest.rulebook import (
    CalendarStep,
    Combine,
    Component,
    Decided,
    DecisionRules,
    Derived,
    EligibilityKind,
    EligibilityRule,
    Exclusion,
    Ground,
    MarkCriterion,
    Missing,
    Nomination,
    SizeClass,
    Source,
    Stage,
    StageRules,
    Step,
    Substitutes,
)
from contest.table_reading import TableReader
from core.words import Words

#: The signals of the survey that point at a day, and the commonest rarity that may leave one out.
EXCLUDING_SIGNALS = ("burst", "busy-day", "no-script", "one-source", "straight-lines", "trap")
LEAST_RARITY = 100


def read_stage(reader: TableReader, stage: Stage) -> StageRules:
    is_regional = stage is Stage.REGIONAL
    rules = StageRules(
        components=tuple(_component(row) for row in reader.rows("components")),
        cascade=reader.codes("cascade"),
        places=reader.whole("places", 0, 10),
        finalists=reader.whole("finalists", 1, 50) if is_regional else 0,
        top=reader.whole("top", 1, 50),
        quorum=reader.fraction("quorum"),
        conflicts=tuple(read_ground(row) for row in reader.rows("conflicts")),
        substitutes=reader.choice("substitutes", Substitutes) if reader.has("substitutes")
        else Substitutes.ALTERNATES,
    )  # fmt: skip
    reader.done()
    total = sum((part.weight for part in rules.components), Decimal(0))
    if total != 1:
        parts = " + ".join(f"{part.code} {part.weight}" for part in rules.components)
        reader.fault("components", f"the weights add up to {total}, not to 1: {parts or 'there are none'}")
    refuse_doubles(reader, "components", [part.code for part in rules.components])
    refuse_doubles(reader, "conflicts", [ground.code for ground in rules.conflicts])
    refuse_doubles(reader, "cascade", list(rules.cascade))
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
    refuse_doubles(reader, "criteria", [criterion.code for criterion in component.criteria])
    return component


def _criterion(reader: TableReader) -> MarkCriterion:
    made = MarkCriterion(reader.code("code"), reader.words("title"), reader.whole("weight", 1, 100))
    reader.done()
    return made


def read_ground(reader: TableReader) -> Ground:
    made = Ground(
        reader.code("code"), reader.words("title"),
        reader.choice("derived", Derived) if reader.has("derived") else None,
    )  # fmt: skip
    reader.done()
    return made


def read_eligibility(reader: TableReader) -> EligibilityRule:
    made = EligibilityRule(
        reader.code("code"), reader.words("title"), reader.choice("kind", EligibilityKind),
        reader.whole("value", 0, 600) if reader.has("value") else 1,
    )  # fmt: skip
    reader.done()
    return made


def read_exclusion(reader: TableReader) -> Exclusion:
    made = Exclusion(reader.code("signal"), reader.whole("rarer_than", LEAST_RARITY, 10**9))
    reader.done()
    if made.signal and made.signal not in EXCLUDING_SIGNALS:
        known = ", ".join(EXCLUDING_SIGNALS)
        reader.fault("signal", f"{made.signal!r} points at no day; choose among {known}")
    return made


def read_decision(reader: TableReader) -> DecisionRules:
    made = DecisionRules(reader.whole("returns", 0, 5), reader.fraction("majority"))
    reader.done()
    if made.majority == 1:
        reader.fault("majority", 'is 1; no vote exceeds everybody, give "1/2" or "2/3"')
    return made


def read_league(top: TableReader) -> tuple[SizeClass, ...]:
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
    refuse_doubles(top, "league", [one.code for one in classes])
    return tuple(classes)


def read_keeper(reader: TableReader) -> Words:
    made = reader.words("name")
    reader.done()
    return made


def read_nomination(reader: TableReader) -> Nomination:
    decided = reader.choice("decided", Decided)
    is_measured = reader.has("component") or decided is not Decided.VOTE
    made = Nomination(
        code=reader.code("code"), title=reader.words("title"), decided=decided,
        stage=reader.choice("stage", Stage), component=reader.code("component") if is_measured else "",
        criterion=reader.code("criterion") if reader.has("criterion") else None,
    )  # fmt: skip
    reader.done()
    return made


def read_calendar(reader: TableReader) -> tuple[CalendarStep, ...]:
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


def refuse_doubles(reader: TableReader, key: str, codes: list[str]) -> None:
    for code in sorted({code for code in codes if code and codes.count(code) > 1}):
        reader.fault(key, f"{code!r} stands there twice")
