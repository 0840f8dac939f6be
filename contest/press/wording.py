"""The words of the announcement in Kazakh, Russian and English, apart from the pages' catalogues.

A small table, because the kit is given in all three languages at once. Sentences are built so that neither
a name nor a place has to be inflected. Dates are written by Babel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from contest.press.announcement import Announcement, Order, Winner
from core.words import Words

HEADLINE = Words("Жеңімпаздар белгілі болды", "Названы победители", "The winners are announced")
DEMONSTRATION = Words("Көрсетілім", "Демонстрация", "Demonstration")
_DEMO = Words(
    "КӨРСЕТІЛІМ: бағалар — Сан-Диегонікі, 2015 жыл; есімдер мен бағалар ойдан шығарылған.",
    "ДЕМОНСТРАЦИЯ: оценки жителей — Сан-Диего, 2015 год; имена и оценки комиссии вымышлены.",
    "DEMONSTRATION: the ratings are San Diego's of 2015, names and marks are made up.",
)
CORRECTED = Words("Түзетілген нәтиже", "Исправленный результат", "Corrected result")
_CORRECTED = Words(
    "{version}-нұсқа, күшіне енген күні: {day}. Не өзгергені және неліктен: {address}",
    "Версия {version}, действует с {day}. Что изменилось и почему: {address}",
    "Version {version}, in force since {day}. What changed and why: {address}",
)
_REPLACES = Words(
    "Бұрынғы хабардың орнына (жарияланған күні: {day}).",
    "Заменяет прежнее сообщение ({day}).",
    "It replaces what was published on {day}.",
)
_WINNERS = Words("Жеңімпаздар", "Победители", "Winners")
_METHOD_TITLE = Words("Қалай есептелді", "Как посчитано", "How it was computed")
_UNCERTAIN_TITLE = Words("Орындар қаншалықты сенімді", "Насколько надёжны места", "How sure the places are")
_LEAD = Words(
    "Конкурстың республикалық кезеңінің қорытындысы жарияланды: {day}.",
    "Итоги республиканского этапа конкурса опубликованы {day}.",
    "The results of the national stage of the contest were published on {day}.",
)
_NOBODY = Words(
    "Бірде-бір орын берілген жоқ.", "Ни одно место не присуждено.", "No place was awarded."
)  # fmt: skip
_PLACE = Words("{place}-орын", "{place}-е место", "Place {place}")
_NOMINATION = Words("«{title}» номинациясы", "Номинация «{title}»", "Nomination “{title}”")
_METHOD = Words(
    "Нәтиже жарияланған ережедегі салмақтар бойынша құралады: {parts}. Ол есептелген сандардың бәрі "
    "жарияланған, сондықтан кез келген адам оны қайта есептей алады.",
    "Результат складывается с весами опубликованных правил: {parts}. Все числа, из которых он получен, "
    "опубликованы, поэтому пересчитать его может каждый.",
    "The result joins, with the weights of the published rules: {parts}. Every number that it was computed "
    "from is published, so anybody can compute it again.",
)
_PROPOSED = Words(
    "Салмақтар — ұсыныс: нағыз конкурстың салмақтары жария емес.",
    "Веса — предложение: веса настоящего конкурса не опубликованы.",
    "The weights are a proposal: those of the real contest are not public.",
)
_UNCERTAIN = Words(
    "Орын дәл өлшенбейді: тұрғындардың жауаптары мен комиссия бағалары кездейсоқ ауытқиды. {coverage}\u00a0% "
    "сенімділікпен, барлық финалист үшін бір мезгілде, орындардың аралығы: {places}.",
    "Место нельзя измерить точно: ответы жителей и оценки комиссии случайно колеблются. С уверенностью "
    "{coverage}\u00a0%, для всех финалистов сразу, места лежат в пределах: {places}.",
    "A place cannot be measured exactly: answers of residents and marks of the commission vary by chance. "
    "With {coverage}\u00a0% confidence, for all finalists at once, the places lie between: {places}.",
)
_UNKNOWN = Words(
    "Орындардың қаншалықты сенімді екенін айту мүмкін емес: қателердің бірі белгісіз.",
    "Насколько надёжны места, сказать нельзя: одна из погрешностей неизвестна.",
    "How sure the places are cannot be said: one of the errors is unknown.",
)
_NOT_TOLD_APART = Words(
    "Осы сандар бойынша бірінші болуы мүмкін финалистер: {placed} ішінен {maybe}.",
    "По этим числам первым может быть любой из {maybe} финалистов; всего их {placed}.",
    "By these numbers any of {maybe} of the {placed} finalists may be the first.",
)
_TOLD_APART = Words(
    "Бірінші орын қалғандарынан анық ажыратылады.",
    "Первое место надёжно отличается от остальных.",
    "The first place is clearly told apart from the others.",
)
_RULES = Words(
    "Ережені бекіткен бұйрық: {order}.", "Правила утверждены приказом {order}.",
    "The rules were approved by order {order}.",
)  # fmt: skip
_AWARDS = Words(
    "Марапаттау туралы бұйрық: {order}.", "Награждение: приказ {order}.", "Awarded by order {order}."
)
_ORDER = Words("№\u00a0{number}, {day}", "№\u00a0{number} от {day}", "No. {number} of {day}")
_DAY = Words("y 'жылғы' d MMMM", "d MMMM y 'года'", "d MMMM y")
_RESULTS = Words("Нәтижелер, әдістеме, деректер", "Результаты, методика, данные", "Results, method, data")
QR_TITLE = Words("Нәтижелердің QR-коды", "QR-код результатов", "QR code of the results")
_CONTACT = Words("Баспасөз үшін байланыс", "Контакт для прессы", "Contact for the press")
_LATIN = Words(
    "Есімдер құжаттардағыдай жазылған.", "Имена написаны как в документах.",
    "Names and places in Latin letters are transliterated by us.",
)  # fmt: skip
MARGINS = Words(
    "Орындардың дәлдік аралығы — нәтижелер бетінде",
    "Насколько места точны — на странице результатов",
    "How sure the places are: see the results",
)
MORE = Words("тағы {count} марапат — нәтижелер бетінде", "ещё награды на странице результатов: {count}",
             "{count} more awards: see the results")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """Who won what: the award, the name, and the oblast with the unit."""

    award: str
    name: str
    where: str

    def __str__(self) -> str:
        return f"{self.award}: {self.name} ({self.where})"


@dataclass(frozen=True, slots=True)
class Text:
    """The announcement in one language; `titles` of the winners, the method and the uncertainty."""

    demo: str | None
    contest: str
    headline: str
    correction: str | None
    lead: str
    titles: tuple[str, str, str]
    winners: tuple[Line, ...]
    nobody: str | None
    method: str
    uncertainty: str
    orders: str
    results: str
    address: str
    contact: str | None

    def plain(self) -> str:
        """As plain text, a paragraph a part, to be copied."""
        winners = "\n".join(map(str, self.winners)) or self.nobody
        title = f"{self.contest}\n{self.headline}"
        parts = (
            self.demo, title, self.correction, self.lead, winners, self.method, self.uncertainty,
            self.orders, f"{self.results}: {self.address}", self.contact,
        )  # fmt: skip
        return "\n\n".join(part for part in parts if part)


def text_of(told: Announcement, code: str) -> Text:
    """The announcement in a language."""
    return Text(
        demo=_DEMO.in_(code) if told.is_demo else None,
        contest=told.title.in_(code),
        headline=HEADLINE.in_(code),
        correction=_correction(told, code) if told.is_corrected else None,
        lead=_LEAD.in_(code).format(day=_day(told.published_on, code)),
        titles=tuple(title.in_(code) for title in (_WINNERS, _METHOD_TITLE, _UNCERTAIN_TITLE)),
        winners=tuple(line_of(winner, code) for winner in told.winners),
        nobody=None if told.winners else _NOBODY.in_(code),
        method=_method(told, code),
        uncertainty=_uncertainty(told, code),
        orders=_orders(told, code),
        results=_RESULTS.in_(code),
        address=told.address,
        contact=f"{_CONTACT.in_(code)}: {told.contact}" if told.contact else None,
    )


def line_of(winner: Winner, code: str) -> Line:
    """A winner's line."""
    if winner.nomination is not None:
        award = _NOMINATION.in_(code).format(title=winner.nomination.in_(code).strip('«»“”" '))
    else:
        award = _PLACE.in_(code).format(place=winner.place)
    return Line(award, winner.name.in_(code), f"{winner.oblast.in_(code)}, {winner.unit.in_(code)}")


def picture_words(told: Announcement, code: str) -> str:
    """What readers who do not see the picture are told: everything that stands in it."""
    text = text_of(told, code)
    mark = f"{DEMONSTRATION.in_(code).upper()}. " if told.is_demo else ""
    corrected = f"{CORRECTED.in_(code)}. " if told.is_corrected else ""
    winners = "; ".join(map(str, text.winners)) or text.nobody
    return f"{mark}{text.contest}. {text.headline}. {corrected}{winners}. {text.results}: {told.address}"


def _correction(told: Announcement, code: str) -> str:
    parts = [
        f"{CORRECTED.in_(code)}.",
        _CORRECTED.in_(code).format(
            version=told.version,
            day=_day(told.published_on, code),
            address=f"{told.address}/decisions",
        ),
    ]
    if told.replaces_on is not None:
        parts.insert(1, _REPLACES.in_(code).format(day=_day(told.replaces_on, code)))
    return " ".join(parts)


def _method(told: Announcement, code: str) -> str:
    parts = "; ".join(f"{_lowered(title.in_(code))}, {weight}\u00a0%" for title, weight in told.weights)
    proposed = f" {_PROPOSED.in_(code)}" if told.is_proposed else ""
    return _METHOD.in_(code).format(parts=parts) + proposed


def _uncertainty(told: Announcement, code: str) -> str:
    places = [one for one in told.winners if one.low]
    if not places:
        return _UNKNOWN.in_(code)
    listed = "; ".join(
        f"{one.name.in_(code)}, {one.low if one.low == one.high else f'{one.low}–{one.high}'}"
        for one in places
    )
    first = _TOLD_APART if told.maybe_first == 1 else _NOT_TOLD_APART
    told_apart = first.in_(code).format(maybe=told.maybe_first, placed=told.placed)
    return f"{_UNCERTAIN.in_(code).format(coverage=told.coverage, places=listed)} {told_apart}"


def _orders(told: Announcement, code: str) -> str:
    parts = [_RULES.in_(code).format(order=_order(told.rules, code))]
    parts += [_AWARDS.in_(code).format(order=_order(order, code)) for order in told.awards]
    if code == "en":
        parts.append(_LATIN.en)
    return " ".join(parts)


def _order(order: Order, code: str) -> str:
    return _ORDER.in_(code).format(number=order.number, day=_day(order.on, code))


def _day(on: date, code: str) -> str:
    return format_date(on, _DAY.in_(code), locale=code)


def _lowered(title: str) -> str:
    """A title inside a sentence; one that begins with an abbreviation stays."""
    return title if title[1:2].isupper() else title[0].lower() + title[1:]
