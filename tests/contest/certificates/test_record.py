"""A certificate's record: one JSON text for one record, and no record with a fault."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from contest.certificates import wording
from contest.certificates.record import AwardKind, record_from_json
from contest.rulebook import Stage
from tests.contest.certificates.sample import RECORD, live, nomination


def test_a_record_comes_back_from_its_json():
    for record in (RECORD, live(), nomination()):
        assert record_from_json(record.as_json()) == record


def test_the_json_is_canonical():
    text = RECORD.as_json()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert json.loads(text)["format"] == "auyl-uni certificate 1"
    assert '"order_on":"2026-10-15"' in text


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"serial": 0}, "serial is 0"),
        ({"is_demo": False}, "exactly the demonstration's codes begin with DEMO-"),
        ({"place": None}, "place is None for an award of the kind 'place'"),
        ({"place": 11}, "place is 11: give 1 to 10"),
        ({"kind": AwardKind.THANKS}, "place is 1 for an award of the kind 'thanks'"),
        ({"award_kk": "x"}, "award_kk is 'x' for the kind 'place'"),
        ({"name_kk": ""}, "name_kk is ''"),
        ({"name_ru": "Ли  Ян"}, "name_ru is 'Ли  Ян': give one line with single blanks"),
        ({"name_ru": "Ли\nЯн"}, "one line"),
        ({"name_kk": "Ә" * 101}, "name_kk has 101 characters: give at most 100"),
        ({"address": "https://auyl-uni.kz/v/OTHER"}, "it must end with the code"),
    ],
)
def test_a_record_with_a_fault_does_not_exist(changes: dict, fault: str):
    with pytest.raises(ValueError, match=fault):
        replace(RECORD, **changes)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda body: body.pop("format"), "not a record of the format"),
        (lambda body: body.pop("name_kk"), "the field 'name_kk' is missing or unknown"),
        (lambda body: body.update(extra=1), "the field 'extra' is missing or unknown"),
        (lambda body: body.update(serial="12"), "serial is '12'"),
        (lambda body: body.update(place=True), "place is True"),
        (lambda body: body.update(kind="crown"), "crown"),
        (lambda body: body.update(order_on="yesterday"), "yesterday"),
        (lambda body: body.update(name_kk=7), "name_kk is 7"),
    ],
)
def test_a_foreign_json_is_refused(change, fault: str):
    body = json.loads(RECORD.as_json())
    change(body)
    with pytest.raises(ValueError, match=fault):
        record_from_json(json.dumps(body))


def test_what_is_not_json_is_refused():
    for text in ("", "[]", "{", "null"):
        with pytest.raises(ValueError):  # noqa: PT011 (four different faults of the same kind)
            record_from_json(text)


def test_the_words_of_a_place():
    assert (
        wording.reason(RECORD).kk
        == "конкурстың республикалық кезеңінде бірінші орын алғаны үшін марапатталады"
    )
    regional = replace(RECORD, stage=Stage.REGIONAL, place=3)
    assert wording.reason(regional).ru == "награждается за третье место на региональном этапе конкурса"
    assert wording.reason(regional).en == "third place at the regional stage"


def test_the_words_of_a_nomination_have_one_pair_of_quotation_marks():
    assert wording.reason(nomination()).ru == (
        "награждается как победитель номинации «Лучший социально-экономический проект»"
    )
    assert wording.reason(nomination()).kk == (
        "«Үздік әлеуметтік-экономикалық жоба» номинациясының жеңімпазы ретінде марапатталады"
    )


def test_the_order_is_written_as_each_language_writes_it():
    record = replace(RECORD, order_on=date(2026, 5, 9))
    assert wording.order(record).kk == "2026 жылғы 9 мамырдағы № 123-НҚ бұйрық"
    assert wording.order(record).ru == "Приказ № 123-НҚ от 9 мая 2026 года"


@pytest.mark.parametrize(
    ("month", "ending"),
    # Kazakh vowel harmony: back vowels or a voiceless end take -ғы/-дағы, front vowels -дегі or -тегі.
    [(1, "қаңтардағы"), (4, "сәуірдегі"), (7, "шілдедегі"), (9, "қыркүйектегі"), (12, "желтоқсандағы")],
)
def test_the_months_follow_vowel_harmony(month: int, ending: str):
    assert ending in wording.order(replace(RECORD, order_on=date(2026, month, 1))).kk
