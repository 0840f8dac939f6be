"""The words of a poster in Kazakh and Russian, equal in content. Pure: the words are data.

Sentences are built so that no name has to be inflected, and claim no more than the form itself does.
"""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from surveys.rules import Mode

LANGUAGES = ("kk", "ru")
QUESTION = {"kk": "Әкіміңіз қалай жұмыс істеп жүр?", "ru": "Как работает ваш аким?"}
CALL = {"kk": "Өз бағаңызды беріңіз", "ru": "Оцените сами"}
HOW = {
    "kk": "Телефон камерасын кодқа бағыттаңыз немесе мекенжайды теріңіз. Бір минуттай ғана уақыт кетеді.",
    "ru": "Наведите камеру телефона на код или наберите адрес. Это займёт около минуты.",
}
NEEDED = {
    Mode.OPEN: {"kk": "Тіркелудің қажеті жоқ.", "ru": "Регистрироваться не нужно."},
    Mode.CODES: {
        "kk": "Сізге тапсырылған хаттағы код керек болады.",
        "ru": "Понадобится код из письма, которое вам вручили.",
    },
    Mode.VERIFIED: {
        "kk": "Кім екеніңізді растау сұралады; расталған адам мен оның жауабы бірге сақталмайды.",
        "ru": "Попросят подтвердить личность; она не хранится вместе с ответом.",
    },
}
PROTECTION = {
    "kk": (
        "Жауабыңыз мөрленіп қабылданады және басқалардікімен араласып есептеледі: әкім аппараты оны "
        "көрмейді, кейін тек кемінде он жауаптың жиынтығын көреді. Қасыңыздағы адам экраныңызды көре "
        "алады: оңаша жауап беріңіз."
    ),
    "ru": (
        "Ответ принимается запечатанным и считается вперемешку с другими: аппарат акима его не видит, а "
        "позже увидит лишь сводку не менее чем из десяти ответов. Человек рядом может видеть ваш экран: "
        "отвечайте без посторонних глаз."
    ),
}
CONTEST = {
    "kk": "«Үздік ауыл әкімі» конкурсының сауалнамасы",
    "ru": "Опрос конкурса «Лучший сельский аким»",
}
QR_TITLE = {"kk": "Сауалнаманың QR-коды", "ru": "QR-код опроса"}
DEMONSTRATION = {"kk": "КӨРСЕТІЛІМ", "ru": "ДЕМОНСТРАЦИЯ"}


def days(first: date, last: date, language: str) -> str:
    """From the first day to the last, with the years that are needed.

    >>> days(date(2026, 5, 25), date(2026, 6, 20), "ru")
    '25 мая – 20 июня 2026 года'
    >>> days(date(2026, 5, 25), date(2026, 6, 20), "kk")
    '2026 жылғы 25 мамыр – 20 маусым'
    """
    start, end = (format_date(day, "d MMMM", locale=language) for day in (first, last))
    if language == "kk":
        later = "" if first.year == last.year else f"{last.year} жылғы "
        return f"{first.year} жылғы {start} – {later}{end}"
    earlier = "" if first.year == last.year else f" {first.year} года"
    return f"{start}{earlier} – {end} {last.year} года"
