"""An announcement made by hand, as the tests of its text, picture and sheet need it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from contest.press.announcement import Announcement, Order, Winner
from core.words import Words


def same(text: str) -> Words:
    return Words(text, text, text)


def winner(name: str, **changes) -> Winner:
    made = Winner(
        name=same(name), unit=Words("Мамай ауылы", "село Мамай", "Mamai village"),
        oblast=Words("Ақмола облысы", "Акмолинская область", "Aqmola oblast"), place=1, nomination=None,
        low=1, high=3,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.fixture
def told() -> Announcement:
    return Announcement(
        contest="2026",
        title=Words("«Үздік ауыл әкімі» конкурсы", "Конкурс «Лучший сельский аким»", "Contest"),
        published_on=date(2026, 9, 28), version=1, replaces_on=None,
        winners=(
            winner("Ахметов Ерлан"),
            winner("Омаров Асқар", place=2, low=1, high=4),
            winner("Ибраев Ержан", place=None, nomination=same("Open"), low=2, high=2),
        ),
        weights=((Words("Сауалнама", "Опрос", "Survey"), "60"), (Words("Кейс", "Кейс", "Cases"), "40")),
        placed=5, maybe_first=2, coverage="95", rules=Order("12-Ө", date(2026, 4, 27)), is_proposed=False,
        awards=(), address="https://auyl.example.kz/results/2026", contact=None, is_demo=False,
    )  # fmt: skip
