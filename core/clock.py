"""The one clock that edges read; services are told the time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: Kazakhstan has had one time zone since 1 March 2024.
KAZAKHSTAN = ZoneInfo("Asia/Almaty")


def present() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def day_of(instant: datetime) -> date:
    """The calendar day of an instant in Kazakhstan."""
    return instant.astimezone(KAZAKHSTAN).date()
