"""The scenarios of the robustness page in the reader's words, for the page and its files."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.robustness.building import Family, Why
from contest.robustness.queries import ShownLine
from contest.rulebook import Counting

UNAVAILABLE = {
    (Family.COMPONENT, Why.ONE_COMPONENT): _l("Without a component: there is only one."),
    (Family.JUDGE, Why.NO_MARKS): _l("Without a judge: nothing is marked at this stage."),
    (Family.DAYS, Why.NO_FLAGGED_DAYS): _l(
        "Without days that stood out: no day of these nominees' units was found by the rules to stand out."
    ),
    (Family.DAYS, Why.KEPT_BACK): _l(
        "Without days that stood out: these numbers cannot be shown, because together with the published "
        "ones they would tell how a few people answered."
    ),
    (Family.ORIGIN, Why.NOT_PUBLISHED): _l(
        "Without answers on paper, on tablets or on the web: such numbers are not published, because "
        "together with the published ones they would tell how a few people answered."
    ),
}


def line_words(line: ShownLine) -> str:
    """What a line of scenarios changes."""
    if line.family is Family.WEIGHTS:
        return _("Every weight moved by up to a quarter, each by itself")
    if line.family is Family.PLAIN:
        return _("The weights of the rules, survey scores not drawn to the common mean")
    if line.family is Family.COMPONENT:
        return _("Without the component “%(part)s”", part=line.subject[0])
    if line.family is Family.CRITERION:
        part, criterion = line.subject
        return _("%(part)s: without “%(criterion)s”", part=part, criterion=criterion)
    if line.family is Family.JUDGE:
        return _("Without the marks of judge %(letter)s", letter=line.subject[0])
    if line.subject[0] == Counting.ALL:
        return _("With the days that stood out")
    return _("Without the days that stood out")


def why_words(family: Family, why: Why) -> str:
    """Which scenarios there are not, and why."""
    return str(UNAVAILABLE[family, why])
