"""Days and moments as the reader's language writes them: in sentences and in the cells of a page.

May import the language in use and the clock; knows no room and no sentence of one.
"""

from __future__ import annotations

from datetime import date, datetime

from flask import has_request_context
from flask_babel import format_date, format_time
from flask_babel.speaklater import LazyString

from core.clock import KAZAKHSTAN
from core.web.language import language

#: Inside a sentence: without a point that would meet the sentence's own.
IN_A_SENTENCE = {"kk": "y 'жылғы' d MMMM", "ru": "d MMMM y 'года'", "en": "MMMM d, y"}


def said_day(day: date) -> LazyString:
    """A day inside a sentence, in the language of whoever reads it; where nobody reads, as ISO writes it."""
    return LazyString(lambda: _in_words(day))


def said_moment(moment: datetime) -> LazyString:
    """A day and a time of Kazakhstan inside a sentence."""
    here = moment.astimezone(KAZAKHSTAN)
    return LazyString(lambda: f"{_in_words(here.date())}, {here:%H:%M}")


def instant(moment: datetime) -> str:
    """A day and a time in the cell of a page; nobody there reads seconds."""
    return f"{format_date(moment)}, {format_time(moment, 'HH:mm')}"


def _in_words(day: date) -> str:
    if not has_request_context():
        return day.isoformat()
    return format_date(day, IN_A_SENTENCE[language()])
