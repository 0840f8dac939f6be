"""What an objection is called on an agenda and on its receipt, in the three languages.

Pure. Sentences are built so that neither a name nor a place has to be inflected.
"""

from __future__ import annotations

from core.words import Words

KINDS = {
    "computation": Words(
        "Есептеу қатесі", "Ошибка в расчёте", "An error of computation"
    ),
    "conflict": Words(
        "Комиссия мүшесінің мүдделер қақтығысы", "Конфликт интересов члена комиссии",
        "A conflict of interests of a member",
    ),
    "exclusion": Words("Конкурстан шығару", "Исключение из конкурса", "The exclusion from the contest"),
}  # fmt: skip


def agenda_title(number: int, kind: str, name_kk: str, name_ru: str, *, is_appeal: bool) -> Words:
    """An objection or an appeal by its number, its kind and who filed it."""
    about = KINDS[kind]
    if is_appeal:
        return Words(
            f"№ {number} апелляция: {name_kk}. {about.kk}", f"Апелляция № {number}: {name_ru}. {about.ru}",
            f"Appeal number {number}: {name_kk}. {about.en}",
        )  # fmt: skip
    return Words(
        f"№ {number} қарсылық: {name_kk}. {about.kk}", f"Возражение № {number}: {name_ru}. {about.ru}",
        f"Objection number {number}: {name_kk}. {about.en}",
    )  # fmt: skip


LANGUAGES = ("kk", "ru")
DEMONSTRATION = {"kk": "КӨРСЕТІЛІМ", "ru": "ДЕМОНСТРАЦИЯ"}
HEADINGS = {
    False: {"kk": "№ {number} қарсылықтың қабылданғаны туралы қолхат",
            "ru": "Расписка о приёме возражения № {number}"},
    True: {"kk": "№ {number} апелляцияның қабылданғаны туралы қолхат",
           "ru": "Расписка о приёме апелляции № {number}"},
}  # fmt: skip
LABELS = {
    "contest": {"kk": "Конкурс", "ru": "Конкурс"},
    "filed": {"kk": "Қабылданған уақыты (Астана уақыты)", "ru": "Время приёма (по времени Астаны)"},
    "by": {"kk": "Кім берді", "ru": "От кого"},
    "to": {"kk": "Нені даулайды", "ru": "Что обжалуется"},
    "kind": {"kk": "Не туралы", "ru": "О чём"},
    "claim": {"kk": "Мәтіні", "ru": "Текст"},
}
ON_PAPER = {
    "kk": "Қағаз түрінде келді, хатшы тіркеді.",
    "ru": "Поступило на бумаге, зарегистрировал секретарь.",
}
NEXT = {
    False: {
        "kk": (
            "Қарсылықты осы кезеңнің комиссиясы отырыста дауыс беріп шешеді; мүдделер қақтығысы бар "
            "мүшелер қатыспайды. Шешім қазақ және орыс тілдеріндегі негіздемесімен осы жүйеде тұрады. "
            "Шешілгенше келесі кезең де, диплом да болмайды. Қабылданбаса, шешім күнінен кейін {days} күн "
            "ішінде республикалық комиссияға апелляция беруге болады."
        ),
        "ru": (
            "Возражение решает голосованием на заседании комиссия этого этапа; члены с конфликтом "
            "интересов не участвуют. Решение с обоснованием на казахском и русском языках стоит в этой "
            "системе. До решения нет ни следующего этапа, ни дипломов. При отказе в течение {days} дней "
            "после дня решения можно подать апелляцию в республиканскую комиссию."
        ),
    },
    True: {
        "kk": (
            "Апелляцияны республикалық комиссия отырыста дауыс беріп шешеді; мүдделер қақтығысы бар "
            "мүшелер қатыспайды. Шешім негіздемесімен осы жүйеде тұрады және конкурс ішінде соңғы болып "
            "саналады."
        ),
        "ru": (
            "Апелляцию решает голосованием на заседании республиканская комиссия; члены с конфликтом "
            "интересов не участвуют. Решение с обоснованием стоит в этой системе и в рамках конкурса "
            "окончательно."
        ),
    },
}
STANDING = {
    "kk": "{where}: рейтинг, {version}-нұсқа, {day}",
    "ru": "{where}: рейтинг, версия {version}, {day}",
}
EXCLUSION = {
    "kk": "{where}: конкурстан шығару, {day}",
    "ru": "{where}: исключение из конкурса, {day}",
}
