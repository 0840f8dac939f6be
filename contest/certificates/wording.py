"""The words of the documents in Kazakh, Russian and English: a small table, apart from the pages' catalogues.

Pure. Sentences are built so that neither a name nor a place has to be inflected, and no word tells
whether the person is a woman or a man.
"""

from __future__ import annotations

from datetime import date

from contest.certificates.record import AwardKind, CertificateRecord
from contest.rulebook import Stage
from core.words import Words

_ORDINALS = (
    Words("бірінші", "первое", "first"), Words("екінші", "второе", "second"),
    Words("үшінші", "третье", "third"), Words("төртінші", "четвёртое", "fourth"),
    Words("бесінші", "пятое", "fifth"), Words("алтыншы", "шестое", "sixth"),
    Words("жетінші", "седьмое", "seventh"), Words("сегізінші", "восьмое", "eighth"),
    Words("тоғызыншы", "девятое", "ninth"), Words("оныншы", "десятое", "tenth"),
)  # fmt: skip
_MONTHS_KK = (
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
    "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
)  # fmt: skip
_MONTHS_KK_OF = (
    "қаңтардағы", "ақпандағы", "наурыздағы", "сәуірдегі", "мамырдағы", "маусымдағы",
    "шілдедегі", "тамыздағы", "қыркүйектегі", "қазандағы", "қарашадағы", "желтоқсандағы",
)  # fmt: skip
_MONTHS_RU = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip

DIPLOMA = Words("Диплом", "Диплом", "Diploma")
SEAL = Words(
    "Құжаттың электрондық қолтаңбасы", "Электронная подпись документа", "Electronic signature of the document"
)  # fmt: skip
LETTER = Words("Алғыс хат", "Благодарственное письмо", "Letter of thanks")

_FOR_PLACE = {
    Stage.REGIONAL: Words(
        "конкурстың өңірлік кезеңінде {ordinal} орын алғаны үшін марапатталады",
        "награждается за {ordinal} место на региональном этапе конкурса",
        "{ordinal} place at the regional stage",
    ),
    Stage.NATIONAL: Words(
        "конкурстың республикалық кезеңінде {ordinal} орын алғаны үшін марапатталады",
        "награждается за {ordinal} место на республиканском этапе конкурса",
        "{ordinal} place at the national stage",
    ),
}
_FOR = {
    AwardKind.NOMINATION: Words(
        "«{award}» номинациясының жеңімпазы ретінде марапатталады",
        "награждается как победитель номинации «{award}»",
        "winner of the nomination “{award}”",
    ),
    AwardKind.FINALIST: Words(
        "конкурстың финалына\u00a0– республикалық кезеңге шыққаны үшін марапатталады",
        "награждается за выход в финал\u00a0– на республиканский этап конкурса",
        "finalist: went on to the national stage",
    ),
    AwardKind.THANKS: Words(
        "конкурсқа қатысқаны және тұрғындардың игілігі жолындағы еңбегі үшін алғыс хатпен марапатталады",
        "награждается благодарственным письмом за участие в конкурсе и труд на благо жителей",
        "thanks for taking part and for the work for the residents",
    ),
}
#: What stands in the medallion with the number.
PLACE = Words("орын", "место", "place")
_SIGNATORY = {
    Stage.REGIONAL: Words(
        "Өңірлік конкурстық комиссияның төрағасы",
        "Председатель региональной конкурсной комиссии",
        "Chair of the regional contest commission",
    ),
    Stage.NATIONAL: Words(
        "Республикалық конкурстық комиссияның төрағасы",
        "Председатель республиканской конкурсной комиссии",
        "Chair of the national contest commission",
    ),
}
CHECK = Words("Түпнұсқалығын тексеру", "Проверка подлинности", "Check that it is genuine")
DEMONSTRATION = Words("Көрсетілім", "Демонстрация", "Demonstration")
_SERIAL = Words("Тіркеу нөмірі", "Регистрационный номер", "Register number")


def title(record: CertificateRecord) -> Words:
    """Diploma or letter of thanks."""
    return LETTER if record.kind is AwardKind.THANKS else DIPLOMA


def reason(record: CertificateRecord) -> Words:
    """What it is given for, as it stands under the name; in English as it stands in a list."""
    if record.place is not None:
        pattern, ordinal = _FOR_PLACE[record.stage], _ORDINALS[record.place - 1]
        return Words(
            pattern.kk.format(ordinal=ordinal.kk),
            pattern.ru.format(ordinal=ordinal.ru),
            pattern.en.format(ordinal=ordinal.en),
        )
    pattern = _FOR[record.kind]
    return Words(
        pattern.kk.format(award=_bare(record.award_kk)),
        pattern.ru.format(award=_bare(record.award_ru)),
        pattern.en.format(award=_bare(record.award_en)),
    )


def signatory(record: CertificateRecord) -> Words:
    """Who signs."""
    return _SIGNATORY[record.stage]


def order(record: CertificateRecord) -> Words:
    """The order's number and date."""
    number, on = record.order_number, record.order_on
    return Words(
        f"{on.year} жылғы {on.day} {_MONTHS_KK_OF[on.month - 1]} № {number} бұйрық",
        f"Приказ № {number} от {on.day} {_MONTHS_RU[on.month - 1]} {on.year} года",
        f"Order No. {number} of {on.isoformat()}",
    )


def registered(record: CertificateRecord) -> Words:
    """The number in the register and the day of issue."""
    day = _day(record.issued_on)
    return Words(
        f"{_SERIAL.kk} {record.serial} · {day.kk}",
        f"{_SERIAL.ru} {record.serial} · {day.ru}",
        f"{_SERIAL.en} {record.serial} · {day.en}",
    )


def _day(on: date) -> Words:
    return Words(
        f"{on.year} жылғы {on.day} {_MONTHS_KK[on.month - 1]}",
        f"{on.day} {_MONTHS_RU[on.month - 1]} {on.year} года",
        on.isoformat(),
    )


def _bare(text: str) -> str:
    """A nomination's title without its own quotation marks: the sentence has them."""
    return text.strip('«»“”"„ ')
