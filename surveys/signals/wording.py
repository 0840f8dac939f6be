"""What the signals are called, what a flag says, what it means, and what it does not prove.

Words of the reader's language for pages, files and commands; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_date, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from surveys.signals.counting import BIN_MINUTES, step
from surveys.signals.kinds import Signal
from surveys.signals.models import SurveyFlag

MOST_RARE = 1_000_000


@dataclass(frozen=True, slots=True)
class SignalWords:
    """A signal in words: its name, what it looks at, and what an honest reason can be."""

    name: object
    meaning: object
    caution: object


WORDS: dict[Signal, SignalWords] = {
    Signal.BURST: SignalWords(
        _l("Many answers at once"),
        _l("Within ten minutes to an hour far more answers came than at this hour otherwise, and more than "
           "gatherings of residents bring elsewhere."),
        _l("A large meeting or a holiday at which everybody answered looks the same."),
    ),
    Signal.ONE_SOURCE: SignalWords(
        _l("Many answers from one address"),
        _l("On one day far more answers than usual came from a single network address."),
        _l("A school, a hall or a mobile operator can be one address for hundreds of people."),
    ),
    Signal.NO_SCRIPT: SignalWords(
        _l("Many answers without script"),
        _l("On one day far more answers than usual came from browsers without script, as simple programs "
           "send them."),
        _l("A class of old phones or a browser that saves data looks the same."),
    ),
    Signal.TRAP: SignalWords(
        _l("Many answers that filled the hidden field"),
        _l("On one day many answers filled a field that people do not see, as programs do."),
        _l("Some browsers fill in fields by themselves."),
    ),
    Signal.BUSY_DAY: SignalWords(
        _l("One day far above the others"),
        _l("One day brought far more answers from the web than the unit's other days, gatherings apart."),
        _l("A report in the news or a message in the village's chat looks the same."),
    ),
    Signal.LATE_SURGE: SignalWords(
        _l("A surge at the end"),
        _l("The last tenth of the days brought far more answers from the web than the days before, "
           "gatherings apart."),
        _l("A reminder before the last day looks the same."),
    ),
    Signal.ORIGIN: SignalWords(
        _l("Unusually many answers not from the web"),
        _l("The share of answers on paper, by tablet or by import is far above that of other units."),
        _l("Where there is no internet, paper is the honest way."),
    ),
    Signal.OVER_ADULTS: SignalWords(
        _l("More answers than adults"),
        _l("More answers were given than adults are known to live in the unit."),
        _l("The number of adults may be old or wrong: check it first."),
    ),
    Signal.TURNOUT: SignalWords(
        _l("Turnout far above that of peers"),
        _l("Far more answers were given than in units with as many adults."),
        _l("A village that was asked with care looks the same."),
    ),
    Signal.PRESSURE: SignalWords(
        _l("Reports of pressure"),
        _l("Far more residents than elsewhere reported that they were pressed, or that others answered for "
           "them."),
        _l("Reports are not checked; they ask for a look on the spot."),
    ),
    Signal.STRAIGHT_LINES: SignalWords(
        _l("The same rating for everything"),
        _l("Far more ballots than elsewhere give every criterion the same rating, and more than the unit's "
           "other ballots explain."),
        _l("People who are pleased or angry with everything answer so honestly."),
    ),
    Signal.PATTERN: SignalWords(
        _l("One pattern again and again"),
        _l("One exact sequence of ratings came back far more often than ballots with the same ratings in "
           "another order lead to expect."),
        _l("A matter that divides the village clearly can make answers alike."),
    ),
    Signal.FIVES: SignalWords(
        _l("Far more fives than elsewhere"),
        _l("The share of fives among all ratings is far above that of other units."),
        _l("A unit may simply be that good: this says only that it stands apart."),
    ),
    Signal.ONES: SignalWords(
        _l("Far more ones than elsewhere"),
        _l("The share of ones among all ratings is far above that of other units."),
        _l("A unit may simply be that bad: this says only that it stands apart."),
    ),
    Signal.THIRDS: SignalWords(
        _l("The last third unlike the first"),
        _l("Fives or ones are far more or far less frequent in the last third of the days than in the "
           "first."),
        _l("Something that happened meanwhile, good or bad, looks the same."),
    ),
}  # fmt: skip


def seen_words(flag: SurveyFlag) -> str:
    """What was seen and what was expected, as one sentence; counts in steps of five."""
    numbers = {
        "seen": format_decimal(step(int(flag.seen))),
        "expected": format_decimal(max(1, round(flag.expected))),
        "out_of": format_decimal(step(flag.out_of or 0)),
    }
    if flag.signal is Signal.BURST:
        window = {"minutes": (flag.bins or 0) * BIN_MINUTES, "time": _time(flag.first_bin or 0)}
        return _(
            "At least %(seen)s answers in %(minutes)s minutes from %(time)s on; about %(expected)s are usual "
            "at that hour.", **window, **numbers,
        )  # fmt: skip
    if flag.signal is Signal.ONE_SOURCE:
        return _(
            "At least %(seen)s of some %(out_of)s answers from one address; about %(expected)s are usual "
            "there.", **numbers,
        )  # fmt: skip
    if flag.signal is Signal.OVER_ADULTS:
        return _("At least %(seen)s answers, and %(expected)s adults are known.", **numbers)
    if flag.out_of:
        shares = {"seen": _percent(flag.seen, flag.out_of), "expected": _percent(flag.expected, flag.out_of)}
        return _("%(seen)s; about %(expected)s are usual.", **shares)
    return _("At least %(seen)s answers; about %(expected)s are usual.", **numbers)


def rarity_words(flag: SurveyFlag) -> str:
    """How rare that is, in words: so often would an honest unit show as much."""
    if flag.p == 0:
        return _("cannot be, if the number is right")
    if flag.p * MOST_RARE < 1:
        return _("less than once in a million honest cases")
    return _("about once in %(times)s honest cases", times=format_decimal(_one_figure(1 / flag.p)))


def day_words(flag: SurveyFlag) -> str:
    """The day of a flag, or the whole survey."""
    return format_date(flag.day) if flag.day else _("the whole survey")


def _percent(part: float, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def _time(bin: int) -> str:
    return f"{bin * BIN_MINUTES // 60}:{bin * BIN_MINUTES % 60:02}"


def _one_figure(times: float) -> int:
    """Rounded to one figure: 1,742 is 2,000; more would promise what no model keeps."""
    size = 10 ** (len(str(int(times))) - 1)
    return max(1, round(times / size)) * size
