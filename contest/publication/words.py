"""Template filters of the contest: titles of awards, components, steps and flags in the reader's words."""

from __future__ import annotations

from decimal import Decimal

from flask import g
from flask.blueprints import BlueprintSetupState
from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.calendar import next_step, open_steps
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of, title_of
from contest.contests.rule_words import MODES, SIGNALS, choice_words, yearly_days
from contest.contests.words import STEPS
from contest.rulebook import RuleBook, Stage, Step
from core.web.edge import database
from core.words import Words

FLAGS = {
    "missing": _l("Too few answers or marks to show a number for: %(part)s."),
    "not-eligible": _l("No place: a component that the rules demand is missing."),
    "reweighed": _l("The other components took the weight of the missing one."),
    "coarse": _l("Shown in steps of 5, because fewer than 10 people answered: %(part)s."),
    "not-firm": _l("Not firm enough to compare with others: %(part)s."),
    "unadjusted": _l("The plain mean counts: the judges could not be compared with each other: %(part)s."),
    "tie-broken": _l("Equal points; the order follows the rule book's tie rules."),
    "tied": _l("Equal in everything that the rule book compares: the place is shared."),
    "finalists-kept": _l("Corrected after the national stage had begun: who went on to it stays as it was."),
    "no-interval": _l("How sure the place is cannot be said: an error is unknown."),
    "outside-interval": _l(
        "The place lies outside its interval: places read the survey score drawn to the mean, intervals the "
        "score as it was answered."
    ),
}

#: The same in a few words, for a line of a long list; the sentence stands once under it.
SHORT_FLAGS = {
    "missing": _l("without: %(part)s"),
    "not-eligible": _l("a component is missing"),
    "reweighed": _l("weight passed on"),
    "coarse": _l("in steps of 5: %(part)s"),
    "not-firm": _l("not firm: %(part)s"),
    "unadjusted": _l("plain mean: %(part)s"),
    "tie-broken": _l("equal points, parted by the rules"),
    "tied": _l("shared place"),
    "finalists-kept": _l("who went on stays"),
    "no-interval": _l("no interval"),
    "outside-interval": _l("outside its interval"),
}


def points(value: object) -> str:
    """A score with two decimals, as the language writes them."""
    return format_decimal(Decimal(str(value)), format="0.00")


def share(value: object) -> str:
    """A part of one as a percentage."""
    return format_percent(Decimal(str(value)), format="0.#\u00a0%")


def award_title(award: str, contest: Contest) -> str:
    """“Place 1”, or the nomination's title in the rule book."""
    kind, _sep, code = award.partition(":")
    if kind == "nomination":
        for nomination in _book(contest).nominations:
            if nomination.code == code:
                return str(nomination.title)
    return _("Place %(place)s", place=award.removeprefix("place-"))


def component_title(code: str, contest: Contest, stage: Stage) -> Words | str:
    """A component's title in the rule book."""
    part = _book(contest).stage(stage).component(code)
    return part.title if part else code


def flag_words(flag: str, contest: Contest, stage: Stage) -> str:
    """A flag of a row in the reader's words."""
    kind, _sep, code = flag.partition(":")
    return str(FLAGS[kind]) % {"part": component_title(code, contest, stage)}


def short_flag(flag: str, contest: Contest, stage: Stage) -> str:
    """The same in a few words."""
    kind, _sep, code = flag.partition(":")
    return str(SHORT_FLAGS[kind]) % {"part": component_title(code, contest, stage)}


def _book(contest: Contest) -> RuleBook:
    books = g.setdefault("rulebooks", {})
    if contest.id not in books:
        books[contest.id] = rulebook_of(database(), contest)
    return books[contest.id]


def add_filters(state: BlueprintSetupState) -> None:
    """Hang the filters on the application's templates, with the blueprint."""
    state.app.jinja_env.filters.update(
        points=points,
        share=share,
        award_title=award_title,
        component_title=component_title,
        contest_title=title_of,
        flag_words=flag_words,
        step_words=lambda step: STEPS[Step(step)],
        mode_words=lambda mode: MODES[str(mode)],
        signal_words=lambda signal: SIGNALS[str(signal)],
        choice_words=choice_words,
        yearly_days=yearly_days,
        open_steps=open_steps,
        next_step=next_step,
    )
