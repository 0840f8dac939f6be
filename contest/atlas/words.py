"""What the map says in the reader's words: its quantities, their classes, and the figures of an oblast."""

from __future__ import annotations

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from contest.atlas.classes import OblastFigures, Quantity

TITLES = {
    Quantity.RESULTS: _l("Published rankings"),
    Quantity.VILLAGES: _l("Villages with a score"),
    Quantity.ANSWERS: _l("Answers counted"),
}
#: What the number on an oblast is.
NUMBERS = {
    Quantity.RESULTS: _l(
        "The number is how many nominees stand in the oblast's ranking; a star says that one of them was "
        "awarded at the national stage."
    ),
    Quantity.VILLAGES: _l(
        "The number is the share of the villages asked that have a published score, in per cent."
    ),
    Quantity.ANSWERS: _l("The number is the sum of the villages' published numbers of answers."),
}
#: The classes from the lowest: which pattern of 0 to 4, and what it stands for.
LEGENDS = {
    Quantity.RESULTS: (
        (0, _l("no ranking is published")), (2, _l("the ranking is published")),
        (4, _l("the ranking is published, and there is an award of the national stage")),
    ),
    Quantity.VILLAGES: (
        (0, _l("nobody was asked")), (1, _l("less than a quarter")), (2, _l("from a quarter to a half")),
        (3, _l("from a half to three quarters")), (4, _l("three quarters and more")),
    ),
    Quantity.ANSWERS: (
        (0, _l("none")), (1, _l("1 to 99")), (2, _l("100 to 999")), (3, _l("1,000 to 9,999")),
        (4, _l("10,000 and more")),
    ),
}  # fmt: skip


def number_on_map(quantity: Quantity, figures: OblastFigures) -> str:
    """The short text that stands on an oblast; a dash where there is nothing."""
    if quantity is Quantity.RESULTS:
        star = "\N{BLACK STAR}" if figures.awards else ""
        return "–" if figures.nominees is None else f"{figures.nominees}{star}"
    if quantity is Quantity.VILLAGES:
        return "–" if figures.share is None else str(figures.share)
    return format_decimal(figures.answers) if figures.answers else "–"


def figures_in_words(quantity: Quantity, figures: OblastFigures) -> str:
    """The figure of an oblast as a phrase."""
    if quantity is Quantity.VILLAGES:
        if not figures.asked:
            return _("nobody was asked")
        return _("villages with a score: %(scored)s of %(asked)s", scored=figures.scored, asked=figures.asked)
    if quantity is Quantity.ANSWERS:
        return _("answers counted: %(answers)s", answers=format_decimal(figures.answers))
    if figures.nominees is None:
        return _("no ranking is published")
    nominees = ngettext("%(num)d nominee", "%(num)d nominees", figures.nominees)
    if not figures.awards:
        return nominees
    return f"{nominees}, {_('awards of the national stage: %(awards)s', awards=figures.awards)}"
