"""From the classifier's abbreviated text to a unit's kind and names that can be read aloud.

Pure: only the standard library and the transliteration. `Қараауыл а.о.` and `Карааульский с.о.`
become `Қараауыл ауылдық округі`, `Карааульский сельский округ` and `Qaraauyl rural okrug`; an
abbreviation that is not in the tables below stays as the classifier writes it.
"""

from __future__ import annotations

import re
from enum import StrEnum

from core.places.transliteration import SLIPS, transliterate


class UnitLevel(StrEnum):
    """The four levels of the classifier, from above."""

    OBLAST = "oblast"
    DISTRICT = "district"
    SUB_DISTRICT = "sub_district"
    SETTLEMENT = "settlement"


class UnitKind(StrEnum):
    """What a unit is."""

    OBLAST = "oblast"
    CITY = "city"
    DISTRICT = "district"
    CITY_AREA = "city_area"
    CITY_DISTRICT = "city_district"
    RURAL_OKRUG = "rural_okrug"
    VILLAGE = "village"
    SETTLEMENT = "settlement"
    TOWN = "town"
    LOCALITY = "locality"


#: How the Russian text of a unit below the district names its kind (the Kazakh `а.ә.` is ambiguous).
_KINDS = (
    (re.compile(r"(^|\s)с\.\s?о\b"), UnitKind.RURAL_OKRUG),
    (re.compile(r"(^|\s)с\.\s?а\b"), UnitKind.VILLAGE),
    (re.compile(r"(^|\s)п\.\s?а\b"), UnitKind.SETTLEMENT),
    (re.compile(r"(^|\s)г\.\s?а\b"), UnitKind.TOWN),
    (re.compile(r"(^|\s)р\.\s?а\b|(^|\s)район\b"), UnitKind.CITY_DISTRICT),
    (re.compile(r"^г\."), UnitKind.CITY),
)
_PLACES = (
    (re.compile(r"^с\.(?!\s?[оа]\.)"), UnitKind.VILLAGE),
    (re.compile(r"^п\.(?!\s?а\.)"), UnitKind.SETTLEMENT),
    (re.compile(r"^г\."), UnitKind.TOWN),
    (re.compile(r"^район\b"), UnitKind.CITY_DISTRICT),
)

#: What ends a Kazakh name in the classifier: `а.о.`, `а.о`, `атын.а.о.`, `а.ә.`, `к.`, `Қ.Ә.` ...
_KAZAKH_END = re.compile(
    r"[\s\xa0]*(?:[акқ]\s?\.\s?[оә]\s?\.?|(?:а|к|қ|с)\.|[ҚГ]\.[ӘА]\.|(?<=[\s.])[ас]|(?<=\.)ауыл)$"
)
_KAZAKH_START = re.compile(r"^а\.(?=\w)")
_NAMED_AFTER = re.compile(r"[\s\xa0]+(?:атындағы|ат(?:ын)?\.)$")
_RUSSIAN_MARK = re.compile(
    r"(^|\s)(?:(?:с\.\s?[оа]|п\.\s?а|г\.\s?а|р\.\s?а|Г\.А)\.?|(?:с|п|г)\.)(?=\s|$|[«\"\w])"
)
_IMENI = re.compile(r"^(?:им\.|имени)\s*")

_KAZAKH = {
    UnitKind.RURAL_OKRUG: "ауылдық округі", UnitKind.VILLAGE: "ауылы", UnitKind.SETTLEMENT: "кенті",
    UnitKind.TOWN: "қаласы", UnitKind.CITY: "қаласы", UnitKind.CITY_AREA: "қаласы",
    UnitKind.CITY_DISTRICT: "ауданы", UnitKind.DISTRICT: "ауданы", UnitKind.OBLAST: "облысы",
}  # fmt: skip
_ENGLISH = {
    UnitKind.RURAL_OKRUG: "rural okrug", UnitKind.VILLAGE: "village", UnitKind.SETTLEMENT: "settlement",
    UnitKind.TOWN: "town", UnitKind.CITY: "city", UnitKind.CITY_AREA: "city",
    UnitKind.CITY_DISTRICT: "district", UnitKind.DISTRICT: "district", UnitKind.OBLAST: "oblast",
}  # fmt: skip
#: Before a name that stands as a noun, and after one that stands as an adjective.
_RUSSIAN = {
    UnitKind.RURAL_OKRUG: ("сельский округ", "сельский округ"),
    UnitKind.VILLAGE: ("село", "сельская администрация"),
    UnitKind.SETTLEMENT: ("посёлок", "поселковая администрация"),
    UnitKind.TOWN: ("город", "городская администрация"),
    UnitKind.CITY: ("город", "город"),
    UnitKind.CITY_DISTRICT: ("район", "район"),
}
_ADJECTIVE = re.compile(r"(?:ий|ый|ой|ая)$")
_DIRECTIONS = {"Солтүстік": "North", "Батыс": "West", "Шығыс": "East"}
#: Abbreviations of small places, expanded where they begin or end a name.
_SMALL_KAZAKH = {"уч.": "учаскесі", "ст.": "стансасы", "рзд.": "разъезі"}
_SMALL_RUSSIAN = {"уч.": "участок", "ст.": "станция", "рзд.": "разъезд", "отг.": "отгонный участок"}


def kind_of(level: UnitLevel, official_ru: str) -> UnitKind:
    """The kind of a unit, by its level and the classifier's Russian text.

    :raises ValueError: for a unit between district and settlement whose kind the text does not say.
    """
    text = clean(official_ru)
    if level is UnitLevel.OBLAST:
        return UnitKind.CITY if text.startswith("г.") else UnitKind.OBLAST
    if level is UnitLevel.DISTRICT:
        return UnitKind.CITY_AREA if text.endswith("Г.А.") else UnitKind.DISTRICT
    if level is UnitLevel.SETTLEMENT:
        return next((kind for mark, kind in _PLACES if mark.search(text)), UnitKind.LOCALITY)
    for mark, kind in _KINDS:
        if mark.search(text):
            return kind
    raise ValueError(f"{official_ru!r} does not say what it is: expected с.о., с.а., п.а., г.а., г. or район")


def clean(official: str) -> str:
    """The classifier's text with single plain blanks and without slips of the keyboard."""
    return " ".join(official.translate(SLIPS).replace("\xa0", " ").split())


def proper_kk(official_kk: str) -> str:
    """The Kazakh name alone, without what it is the name of.

    >>> proper_kk("Қанай би атын.а.о."), proper_kk("Жылыой ауданы")
    ('Қанай би', 'Жылыой')
    """
    return _NAMED_AFTER.sub("", _kazakh_stem(official_kk))


def proper_ru(official_ru: str) -> str:
    """The Russian name alone, as the classifier inflects it.

    >>> proper_ru("с.о.им.Канай би"), proper_ru("Карааульский с.о.")
    ('Канай би', 'Карааульский')
    """
    return _IMENI.sub("", _russian_stem(official_ru))


def readable_kk(kind: UnitKind, official_kk: str) -> str:
    """The Kazakh name with its kind in full words."""
    if kind is UnitKind.LOCALITY:
        return _expand(clean(official_kk), _SMALL_KAZAKH)
    stem = _kazakh_stem(official_kk)
    named = _NAMED_AFTER.search(stem)
    if named:
        stem = f"{stem[: named.start()]} атындағы"
    return f"{stem} {_KAZAKH[kind]}"


def readable_ru(kind: UnitKind, official_ru: str, *, centre_ru: str | None = None) -> str:
    """The Russian name with its kind in full words.

    :param centre_ru: the text of the settlement after which a village, settlement or town
        administration is called: it says `посёлок Шортанды` for `Шортандинская п.а.`.
    """
    if kind in (UnitKind.OBLAST, UnitKind.DISTRICT):
        return re.sub(r"^Район\b", "район", clean(official_ru)).replace("район им.", "район имени ")
    if kind is UnitKind.CITY_AREA:
        return f"город {_russian_stem(official_ru)}"
    if kind is UnitKind.LOCALITY:
        return _expand(clean(official_ru), _SMALL_RUSSIAN)
    if kind is UnitKind.CITY_DISTRICT and "район" in official_ru:
        return clean(official_ru)
    stem = _russian_stem(official_ru if centre_ru is None else centre_ru)
    before, after = _RUSSIAN[kind]
    stem = _IMENI.sub("имени ", stem)
    is_after = centre_ru is None and (
        (_mark_is_last(official_ru) and _ADJECTIVE.search(stem))
        or (kind is UnitKind.RURAL_OKRUG and stem.endswith("ский"))
    )
    return f"{stem} {after}" if is_after else f"{before} {stem}"


def readable_en(kind: UnitKind, official_kk: str) -> str:
    """The English form: the Kazakh name in Latin letters and the kind in English."""
    if kind is UnitKind.LOCALITY:
        return transliterate(_expand(clean(official_kk), _SMALL_KAZAKH))
    words = proper_kk(official_kk).split()
    if kind is UnitKind.OBLAST and words[0] in _DIRECTIONS:
        return f"{_DIRECTIONS[words[0]]} Kazakhstan oblast"
    return f"{transliterate(' '.join(words))} {_ENGLISH[kind]}"


def _kazakh_stem(official_kk: str) -> str:
    text = clean(official_kk)
    for word in ("облысы", "ауданы", "қаласы"):
        if text.endswith(word):
            return re.sub(r"(\s|(?<=\.))" + word + "$", "", text).strip()
    # Twice, because the classifier now and then writes the mark twice.
    return _KAZAKH_START.sub("", _KAZAKH_END.sub("", _KAZAKH_END.sub("", text))).strip()


def _russian_stem(official_ru: str) -> str:
    text = clean(official_ru)
    return " ".join(_RUSSIAN_MARK.sub(r"\1", text, count=1).split())


def _mark_is_last(official_ru: str) -> bool:
    text = clean(official_ru)
    found = _RUSSIAN_MARK.search(text)
    return found is not None and found.end() >= len(text)


def _expand(text: str, words: dict[str, str]) -> str:
    for short, full in words.items():
        if text.startswith(short):
            return f"{full} {text.removeprefix(short).strip()}"
        if text.endswith(f" {short}"):
            return f"{text.removesuffix(short).strip()} {full}"
    return text
