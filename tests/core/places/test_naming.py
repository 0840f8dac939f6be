"""From the classifier's abbreviations to names, on texts that really stand in it."""

from __future__ import annotations

import pytest

from core.places import naming
from core.places.editions import read_edition
from core.places.naming import UnitKind, UnitLevel
from core.places.transliteration import transliterate

SUB = UnitLevel.SUB_DISTRICT


@pytest.mark.parametrize(
    ("level", "kk", "ru", "kind", "names"),
    [
        (UnitLevel.OBLAST, "Абай облысы", "область Абай", "oblast",
         ("Абай облысы", "область Абай", "Abai oblast")),
        (UnitLevel.OBLAST, "Солтүстік Қазақстан облысы", "Северо-Казахстанская область", "oblast",
         ("Солтүстік Қазақстан облысы", "Северо-Казахстанская область", "North Kazakhstan oblast")),
        (UnitLevel.OBLAST, "Астана қ.", "г.Астана", "city", ("Астана қаласы", "город Астана", "Astana city")),
        (UnitLevel.DISTRICT, "Ақтау Г.А.", "Актау Г.А.", "city_area",
         ("Ақтау қаласы", "город Актау", "Aqtau city")),
        (UnitLevel.DISTRICT, "Ғабит Мүсірепов атын.ауданы", "Район им.Габита Мусрепова", "district",
         ("Ғабит Мүсірепов атындағы ауданы", "район имени Габита Мусрепова", "Gabit Musirepov district")),
        (SUB, "Жиенәлі а.о", "Жиеналинский с.о", "rural_okrug",
         ("Жиенәлі ауылдық округі", "Жиеналинский сельский округ", "Jienali rural okrug")),
        (SUB, "Бурыл а.о .", "Бурылский с.о.", "rural_okrug",
         ("Бурыл ауылдық округі", "Бурылский сельский округ", "Buryl rural okrug")),
        (SUB, "Қойгелді Аухадиев атын.\xa0а.о.", "с.о.им.Койгельды Аухадиева", "rural_okrug",
         ("Қойгелді Аухадиев атындағы ауылдық округі", "сельский округ имени Койгельды Аухадиева",
          "Qoigeldi Auhadiev rural okrug")),
        (SUB, "Байырқұм а.о.", "с.о.Байыркумский", "rural_okrug",
         ("Байырқұм ауылдық округі", "Байыркумский сельский округ", "Baiyrqum rural okrug")),
        (SUB, "Темір Масин ат.а.о.", "с.о.им.Темира Масина", "rural_okrug",
         ("Темір Масин атындағы ауылдық округі", "сельский округ имени Темира Масина",
          "Temir Masin rural okrug")),
        (SUB, "Шаған к.ә.", "Чаганская п.а.", "settlement",
         ("Шаған кенті", "Чаганская поселковая администрация", "Shagan settlement")),
        (SUB, "Әлихан Бөкейхан а.ә.", "Әлихан Бөкейхан р.а.", "city_district",
         ("Әлихан Бөкейхан ауданы", "район Әлихан Бөкейхан", "Alihan Bokeihan district")),
        (SUB, "Тұран ауданы", "район Тұран", "city_district",
         ("Тұран ауданы", "район Тұран", "Turan district")),
        (UnitLevel.SETTLEMENT, "Қараауыл а.", "с.Карааул", "village",
         ("Қараауыл ауылы", "село Карааул", "Qaraauyl village")),
        (UnitLevel.SETTLEMENT, "Форт-Шевченко ќ.", "г.Форт-Шевченко", "town",
         ("Форт-Шевченко қаласы", "город Форт-Шевченко", "Fort-Shevchenko town")),
        (UnitLevel.SETTLEMENT, "Кїшік жал  а.", "с.Кушик жал", "village",
         ("Күшік жал ауылы", "село Кушик жал", "Kushik jal village")),
        (UnitLevel.SETTLEMENT, "Көктұма ст.", "ст.Коктума", "locality",
         ("Көктұма стансасы", "станция Коктума", "Koktuma stansasy")),
        (UnitLevel.SETTLEMENT, "Жаңабаз қыстауы", "зимовка Жанабаз", "locality",
         ("Жаңабаз қыстауы", "зимовка Жанабаз", "Janabaz qystauy")),
    ],
)  # fmt: skip
def test_names_are_readable_in_three_languages(level, kk, ru, kind, names):
    found = naming.kind_of(level, ru)
    assert found.value == kind
    made = naming.readable_kk(found, kk), naming.readable_ru(found, ru), naming.readable_en(found, kk)
    assert made == names


def test_a_settlement_administration_is_called_after_its_settlement():
    name = naming.readable_ru(UnitKind.SETTLEMENT, "Чаганская п.а.", centre_ru="п.Чаган")
    assert name == "посёлок Чаган"


def test_a_unit_whose_kind_is_not_told_is_refused():
    with pytest.raises(ValueError, match="Карааул"):
        naming.kind_of(SUB, "Карааул")


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Қарағанды", "Qaragandy"), ("Түркістан", "Turkistan"), ("Шымкент", "Shymkent"),
        ("Өскемен", "Oskemen"),
        ("Жаңаөзен", "Janaozen"), ("Әулиеата", "Aulieata"), ("Үржар", "Urjar"), ("Щучинск", "Shchuchinsk"),
        ("Юбилейный", "Iubileinyi"), ("Форт-Шевченко 2", "Fort-Shevchenko 2"),
    ],
)  # fmt: skip
def test_transliteration_needs_no_mark_on_any_letter(name: str, latin: str):
    assert transliterate(name) == latin
    assert transliterate(name).isascii()


def test_no_name_of_an_administration_keeps_an_abbreviation_of_its_kind():
    marks = ("а.о", "а.ә", "к.ә", "қ.ә", "с.о", "с.а", "п.а", "г.а", "атын.", "им.")
    left = [
        (unit.name_kk, unit.name_ru)
        for unit in read_edition().units
        if unit.level is SUB and any(mark in f"{unit.name_kk}|{unit.name_ru}" for mark in marks)
    ]
    assert left == []
