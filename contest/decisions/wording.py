"""What stands on the agenda for each kind of decision, in the three languages.

Pure. The titles go into the protocol, so they say the proposal in full and inflect neither name nor place.
"""

from __future__ import annotations

from collections.abc import Sequence

from contest.rulebook import Exclusion, Ground, Nomination
from core.words import Words

#: The signals that can leave a day out, as the survey's pages call them.
SIGNALS = {
    "burst": Words("Бір мезетте көп жауап", "Много ответов сразу", "Many answers at once"),
    "one-source": Words(
        "Бір мекенжайдан көп жауап", "Много ответов с одного адреса", "Many answers from one address"
    ),
    "no-script": Words("Скриптсіз көп жауап", "Много ответов без скрипта", "Many answers without script"),
    "trap": Words(
        "Жасырын өріс толтырылған көп жауап", "Много ответов с заполненным скрытым полем",
        "Many answers that filled the hidden field",
    ),
    "busy-day": Words(
        "Басқалардан әлдеқайда жоғары бір күн", "Один день намного выше остальных",
        "One day far above the others",
    ),
    "straight-lines": Words(
        "Барлығына бірдей баға", "Одинаковая оценка всему", "The same rating for everything"
    ),
}  # fmt: skip


def signals_title(rules: Sequence[Exclusion]) -> Words:
    """Which days are left out, in every unit."""
    if not rules:
        return Words(
            "Сауалнаманың бірде-бір күні есептен шығарылмайды",
            "Ни один день опроса не исключается из подсчёта",
            "No day of the survey is left out of the count",
        )
    parts = [
        (SIGNALS[rule.signal], f"{rule.rarer_than:,}".replace(",", "\N{NO-BREAK SPACE}")) for rule in rules
    ]
    return Words(
        "Барлық аумақта мына белгі тапқан күндер есептен шығарылады: "
        + "; ".join(f"«{name.kk}» (адал {many} күнде бір реттен сирек)" for name, many in parts),
        "Во всех округах исключаются дни, на которые указал признак: "
        + "; ".join(f"«{name.ru}» (реже одного из {many} честных дней)" for name, many in parts),
        "In every unit the days are left out that are flagged by: "
        + "; ".join(f"“{name.en}” (rarer than one in {many} honest days)" for name, many in parts),
    )


def standing_title(where: Words, version: int, digest: str) -> Words:
    """A computed standing, by the beginning of its fingerprint."""
    mark = digest[:16]
    return Words(
        f"Есептелген рейтингті мақұлдау: {where.kk}, {version}-нұсқа, деректердің цифрлық таңбасы {mark}",
        f"Утверждение рассчитанного рейтинга: {where.ru}, версия {version}, контрольная сумма данных {mark}",
        f"Approval of the computed standing: {where.en}, version {version}, fingerprint {mark}",
    )


def exclusion_title(name_kk: str, name_ru: str, ground: Ground) -> Words:
    """A nominee's exclusion and its ground."""
    return Words(
        f"Үміткерді конкурстан шығару: {name_kk}. Негізі: {_lower(ground.title.kk)}",
        f"Исключение претендента: {name_ru}. Основание: {_lower(ground.title.ru)}",
        f"Exclusion of the nominee {name_kk}. Ground: {_lower(ground.title.en)}",
    )


def nomination_title(name_kk: str, name_ru: str, nomination: Nomination) -> Words:
    """A nomination and who gets it."""
    return Words(
        f"«{nomination.title.kk.strip('«»')}» номинациясы: {name_kk}",
        f"Номинация «{nomination.title.ru.strip('«»')}»: {name_ru}",
        f"Nomination “{nomination.title.en}”: {name_kk}",
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
