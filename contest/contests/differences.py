"""What a correction of the rules changes, rule by rule, in words that need no knowledge of the file.

Each difference names its place (stage, component, rule) and says what stood there before and what
stands there now. Reads two checked books; knows nothing of editions or the database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.contests.rule_words import MODES, SIGNALS, choice_words, rule_value, yearly_days
from contest.rulebook import CalendarStep, RuleBook
from contest.rulebook_differences import differences

_STEP = re.compile(r"(\w+)(?:\[([^\]]+)\])?")
ABSENT = "–"

#: What the parts of a path are called; a part that is not here is called by its own name.
PARTS: dict[str, object] = {
    "regional": _l("Regional stage"), "national": _l("National stage"), "survey": _l("Survey"),
    "ethics": _l("Ethics"), "ranking": _l("Rounding and intervals"), "terms": _l("Objections and appeals"),
    "calendar": _l("Calendar"), "nominations": _l("Special nominations"),
    "keepers": _l("Keepers of the journal's heads"), "exclusion": _l("Grounds of exclusion"),
    "eligibility": _l("Who may take part"), "decision": _l("Decisions of the commission"),
    "league": _l("League of all posts"), "components": _l("Component"), "criteria": _l("Criterion"),
    "conflicts": _l("Conflict of interests"), "excluding": _l("Days that are left out"),
    "weight": _l("weight"), "source": _l("where it comes from"), "missing": _l("where it is missing"),
    "lowest": _l("lowest mark"), "highest": _l("highest mark"), "combine": _l("how the marks are combined"),
    "fewest_judges": _l("fewest members who mark"), "is_anonymous": _l("marked without name and place"),
    "cascade": _l("what tells equal points apart, in order"), "places": _l("awarded places"),
    "finalists": _l("finalists of each oblast"), "top": _l("first places whose probability is told"),
    "quorum": _l("quorum"), "substitutes": _l("where the quorum falls short"),
    "derived": _l("also found from"), "criteria_set": _l("set of criteria"),
    "modes": _l("answers that count"), "beside": _l("answers that are shown beside"),
    "minimum_n": _l("fewest answers for a score"), "prior_degrees": _l("degrees of the common variance"),
    "estimator": _l("how the score enters"), "counting": _l("which answers count"),
    "signal": _l("signal"), "rarer_than": _l("rarer than once in so many honest days"),
    "items_set": _l("set of statements"), "conclusion": _l("conclusion of the commissioner"),
    "decimals": _l("decimals"), "coverage": _l("certainty of the intervals"),
    "interval_draws": _l("draws for the intervals"), "interval_seed": _l("seed of the intervals"),
    "top_draws": _l("draws for the probabilities"), "top_seed": _l("seed of the probabilities"),
    "decided": _l("how it is decided"), "stage": _l("stage"), "component": _l("component"),
    "criterion": _l("criterion"), "from_on": _l("first day"), "until_on": _l("last day"),
    "days_off": _l("Days off"), "holidays": _l("public holidays"), "others": _l("other days off"),
    "working": _l("working days at weekends"),
    "counted": _l("which days count"), "objection_days": _l("days for an objection"),
    "appeal_days": _l("days for an appeal"),
    "kind": _l("condition"), "value": _l("how many"), "returns": _l("how often a standing may be returned"),
    "majority": _l("share of yes and no that yes must exceed"), "fewest": _l("adults from"),
    "below": _l("adults below"), "code": _l("code"), "status": _l("status"), "title": _l("title"),
    "step": _l("step"), "order": _l("what the list holds, in order"), "kk": _l("in Kazakh"),
    "ru": _l("in Russian"), "en": _l("in English"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that a correction changes; a rule that is not there is a dash."""

    place: str
    before: str
    after: str


def changes_between(before: RuleBook, after: RuleBook) -> tuple[Change, ...]:
    """Every change between two books, in the order of their places."""
    return tuple(
        Change(_place(path, after, before), _value(path, before, old), _value(path, after, new))
        for path, old, new in differences(before, after)
    )


Steps = list[tuple[str, str]]


def _place(path: str, *books: RuleBook) -> str:
    steps, words = _STEP.findall(path), []
    for number, (name, item) in enumerate(steps, 1):
        words.append(str(PARTS.get(name, name)))
        if item:
            words[-1] = _("%(part)s “%(title)s”", part=words[-1], title=_title(steps[:number], books))
    return " → ".join(words)


def _title(steps: Steps, books: Sequence[RuleBook]) -> str:
    """What the item of a list is called in the first book that has it."""
    item = steps[-1][1]
    for book in books:
        found = _follow(book, steps)
        if isinstance(found, CalendarStep):
            return str(choice_words(found.step))
        if found is not None:
            return str(getattr(found, "title", None) or SIGNALS.get(item, item))
    return item


def _follow(found: object, steps: Steps) -> object | None:
    """The value at a path, or None where the book has none there."""
    for name, item in steps:
        found = getattr(found, name, None)
        if item and isinstance(found, tuple):
            found = next((one for n, one in enumerate(found, 1) if item in _names(one, n)), None)
    return found


def _names(item: object, number: int) -> set[str]:
    return {str(getattr(item, key, "")) for key in ("code", "step", "signal")} | {str(number)}


def _value(path: str, book: RuleBook, text: str) -> str:
    """The value at a path in a book; `text` is what the differences say of it."""
    if not text:
        return ABSENT
    *above, (name, _item) = _STEP.findall(path)
    if name == "order":
        *above, (listed, _item) = above
        return ", ".join(_title([*above, (listed, item)], (book,)) for item in text.split(", "))
    if name == "cascade":
        return ", ".join(_title([*above, ("components", code)], (book,)) for code in text.split(", "))
    if name in ("holidays", "others", "working"):
        return yearly_days(text.split(", "))
    if name in ("modes", "beside"):
        return "; ".join(str(MODES[mode]) for mode in text.split(", "))
    value = _follow(book, [*above, (name, "")])
    if name == "component":
        part = book.stage(_follow(book, above).stage).component(text)
        return str(part.title) if part else text
    return text if value is None or isinstance(value, tuple) else rule_value(value)
