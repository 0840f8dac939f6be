"""The words of a printed conclusion, in Kazakh and Russian, equal in content, and what fits on its one page.

Pure: the words are data, and widths are estimated on the safe side.
"""

from __future__ import annotations

from math import ceil

LANGUAGES = ("kk", "ru")
DEMONSTRATION = {"kk": "КӨРСЕТІЛІМ", "ru": "ДЕМОНСТРАЦИЯ"}
HEADING = {
    "kk": "Әдеп жөніндегі уәкілдің қорытындысы",
    "ru": "Заключение уполномоченного по этике",
}
ABOUT = {
    "kk": "№ {number} сауалнама, раунд {round}, {version}-нұсқа",
    "ru": "Анкета № {number}, раунд {round}, версия {version}",
}
AKIM = {"kk": "Әкім: {name}, {unit}, {oblast}", "ru": "Аким: {name}, {unit}, {oblast}"}
SCORE = {"kk": "Ұпай, 0–100", "ru": "Балл, 0–100"}
ERROR = {"kk": "Стандартты қате", "ru": "Стандартная ошибка"}
ANSWERS = {"kk": "Есепке алынған жауаптар", "ru": "Учтённые ответы"}
AGREEMENT = {"kk": "Жауаптардың үйлесуі", "ru": "Согласованность ответов"}
COARSE = {
    "kk": "Оннан аз адам жауап берді: ұпай 5-тік қадаммен дөңгелектелген, басқа сан көрсетілмейді.",
    "ru": "Ответили меньше десяти человек: балл округлён с шагом 5, другие числа не показываются.",
}
NO_NUMBER = {
    "kk": (
        "Сан көрсетілмейді: жауап тым аз болды немесе сан әркімнің не айтқанын білдіріп қояр еді. Бұл әкімге "
        "де, әріптестеріне де қарсы айтылған сөз емес."
    ),
    "ru": (
        "Число не показывается: ответов было слишком мало, или оно выдало бы, что сказал каждый. Это не "
        "говорит ни против акима, ни против его коллег."
    ),
}
NOT_YET = {"kk": "раунд толық ашылғаннан кейін", "ru": "после вскрытия всего раунда"}
VERDICTS = {
    "complies": {"kk": "Сәйкес келеді", "ru": "Соответствует"},
    "complies-with-remarks": {"kk": "Ескертулермен сәйкес келеді", "ru": "Соответствует с замечаниями"},
    "does-not-comply": {"kk": "Сәйкес келмейді", "ru": "Не соответствует"},
}
REASONS = {"kk": "Негіздеме", "ru": "Обоснование"}
WEIGHT = {
    "kk": (
        "Қорытынды конкурстық комиссияға дәлел ретінде беріледі. Ол өздігінен ешкімді конкурстан шығармайды: "
        "комиссия жарияланған ережелер бойынша дауыс береді."
    ),
    "ru": (
        "Заключение передаётся конкурсной комиссии как свидетельство. Само по себе оно никого не исключает "
        "из конкурса: комиссия голосует по опубликованным правилам."
    ),
}
SIGNED = {"kk": "Жүйеде қол қойылды: {name}, {day}", "ru": "Подписано в системе: {name}, {day}"}
BY_HAND = {"kk": "Қолы", "ru": "Подпись"}

LONGEST_REASONS = 1600
#: The column of the reasons on paper, in millimetres, and the sizes of type from the nicest to the smallest.
WIDTH, HEIGHT = 87, 132
SIZES = (11, 10, 9, 8)
_POINT, _LEADING = 25.4 / 72, 1.35
_WIDE = frozenset("жфшщыюЖМФШЩЫЮ@%—")


def type_size(*texts: str) -> int | None:
    """The largest size in points at which each text fits its column; None where one is too long.

    >>> type_size("Ескерту жоқ.", "Замечаний нет."), type_size("щ" * 5000)
    (11, None)
    """
    return next((size for size in SIZES if all(_height(text, size) <= HEIGHT for text in texts)), None)


def _height(text: str, size: int) -> float:
    # A tenth of each line is left for words that do not fit its end.
    line = 0.9 * WIDTH / (size * _POINT)
    lines = sum(max(1, ceil(sum(map(_em, part)) / line)) for part in text.splitlines())
    return lines * size * _LEADING * _POINT


def _em(letter: str) -> float:
    if letter in _WIDE:
        return 0.95
    return 0.3 if letter in " .,:;()-" else 0.78 if letter.isupper() else 0.57
