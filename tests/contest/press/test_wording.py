"""The announcement's words: what they say of places, weights, doubt, corrections and the demonstration."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from contest.press.announcement import Announcement, Order
from contest.press.wording import picture_words, text_of


def test_the_english_text_word_for_word(told: Announcement):
    told = replace(told, contact="press@example.kz", awards=(Order("7", date(2026, 10, 12)),))
    expected = """Contest
The winners are announced

The results of the national stage of the contest were published on 28 September 2026.

Place 1: Ахметов Ерлан (Aqmola oblast, Mamai village)
Place 2: Омаров Асқар (Aqmola oblast, Mamai village)
Nomination “Open”: Ибраев Ержан (Aqmola oblast, Mamai village)

The result joins, with the weights of the published rules: survey, 60 %; cases, 40 %. Every number that \
it was computed from is published, so anybody can compute it again.

A place cannot be measured exactly: answers of residents and marks of the commission vary by chance. \
With 95 % confidence, for all finalists at once, the places lie between: Ахметов Ерлан, 1–3; \
Омаров Асқар, 1–4; Ибраев Ержан, 2. By these numbers any of 2 of the 5 finalists may be the first.

The rules were approved by order No. 12-Ө of 27 April 2026. Awarded by order No. 7 of 12 October 2026. \
Names and places in Latin letters are transliterated by us.

Results, method, data: https://auyl.example.kz/results/2026

Contact for the press: press@example.kz"""
    assert text_of(told, "en").plain().replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("code", "first", "nomination", "day"),
    [
        (
            "kk", "1-орын: Ахметов Ерлан (Ақмола облысы, Мамай ауылы)", "«Open» номинациясы",
            "2026 жылғы 28 қыркүйек",
        ),
        (
            "ru", "1-е место: Ахметов Ерлан (Акмолинская область, село Мамай)", "Номинация «Open»",
            "28 сентября 2026 года",
        ),
    ],
)  # fmt: skip
def test_places_nominations_and_days_in_each_language(told, code, first, nomination, day):
    text = text_of(told, code)
    assert str(text.winners[0]) == first
    assert text.winners[2].award == nomination
    assert day in text.lead


@pytest.mark.parametrize("code", ["kk", "ru", "en"])
def test_a_corrected_result_says_so_and_what_it_replaces(told, code):
    assert text_of(told, code).correction is None
    corrected = replace(told, version=2, replaces_on=date(2026, 9, 1), published_on=date(2026, 10, 5))
    said = text_of(corrected, code)
    assert said.correction in said.plain()
    assert "https://auyl.example.kz/results/2026/decisions" in said.correction
    assert {word for word in ("1", "5", "2") if word in said.correction} == {"1", "5", "2"}
    mark = {"kk": "Түзетілген нәтиже", "ru": "Исправленный результат", "en": "Corrected result"}[code]
    assert mark in said.correction
    assert mark in picture_words(corrected, code)


def test_a_demonstration_says_so_in_the_text_and_in_the_picture_s_words(told):
    shown = replace(told, is_demo=True)
    assert text_of(shown, "en").plain().startswith("DEMONSTRATION: the ratings are San Diego's of 2015")
    assert picture_words(shown, "ru").startswith("ДЕМОНСТРАЦИЯ. ")
    assert "ДЕМОНСТРАЦИЯ" not in picture_words(told, "ru")


def test_doubt_is_told_as_it_is(told):
    alone = text_of(replace(told, maybe_first=1), "en").uncertainty
    assert alone.endswith("The first place is clearly told apart from the others.")
    unknown = replace(told, winners=tuple(replace(one, low=0, high=0) for one in told.winners))
    assert text_of(unknown, "en").uncertainty.startswith("How sure the places are cannot be said")


def test_without_any_award_the_text_says_that(told):
    assert "No place was awarded." in text_of(replace(told, winners=()), "en").plain()


def test_proposed_weights_are_said_to_be_a_proposal(told):
    assert text_of(replace(told, is_proposed=True), "en").method.endswith("are not public.")
