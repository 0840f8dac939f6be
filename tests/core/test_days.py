"""Days and moments in sentences and cells: as the reader's language writes them, ISO where nobody reads."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from core.web.days import instant, said_day, said_moment

DAY, MOMENT = date(2026, 5, 9), datetime(2026, 5, 9, 20, 5, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "moment", "cell"),
    [
        ("kk", "2026 жылғы 9 мамыр", "2026 жылғы 10 мамыр, 01:05", "2026 ж. 10 мам., 01:05"),
        ("ru", "9 мая 2026 года", "10 мая 2026 года, 01:05", "10 мая 2026 г., 01:05"),
        ("en", "May 9, 2026", "May 10, 2026, 01:05", "May 10, 2026, 01:05"),
    ],
)
def test_a_reader_sees_days_in_their_language(app: Flask, language: str, day: str, moment: str, cell: str):
    with app.test_request_context(f"/?lang={language}"):
        assert str(said_day(DAY)) == day
        assert str(said_moment(MOMENT)) == moment
        assert instant(MOMENT).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\u00a0", " ") == cell


def test_without_a_reader_a_day_stays_as_iso_writes_it(app: Flask):
    assert str(said_day(DAY)) == "2026-05-09"
    with app.app_context():
        assert str(said_moment(MOMENT)) == "2026-05-10, 01:05"
