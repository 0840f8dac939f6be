"""Whether somebody may take part: the rule book's conditions against facts, each with its reason.

Pure: the standard library, the rule book and `core.words`. It refuses nobody by itself: it says which
condition is met and which is not, in words that a nominee understands. It also says whose post the
residents' answers were about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from contest.rulebook import EligibilityKind, EligibilityRule
from core.words import Words


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a nominee when the conditions are looked at.

    :param on: the day on which months are counted.
    :param since_on: the first day of the present term in the post.
    :param is_manner_known: whether the register says that they were elected or appointed.
    :param penalties_declared: whether the nominee has said anything about penalties.
    :param penalty_on: the day of the last penalty that the nominee declared.
    :param documents: how many documents there are besides the consent.
    """

    on: date
    since_on: date
    until_on: date | None
    is_manner_known: bool
    has_consented: bool
    penalties_declared: bool
    penalty_on: date | None
    documents: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition with what was found: met or not, and why."""

    rule: EligibilityRule
    is_met: bool
    reason: Words


@dataclass(frozen=True, slots=True)
class Unmet:
    """A condition that is not met, with the reason."""

    rule: EligibilityRule
    reason: Words


def look_at(rules: Sequence[EligibilityRule], facts: Facts) -> tuple[Finding, ...]:
    """Every condition of the book with what the facts say about it, in the book's order."""
    return tuple(Finding(rule, *_LOOK[rule.kind](rule.value, facts)) for rule in rules)


def unmet(rules: Sequence[EligibilityRule], facts: Facts) -> tuple[Unmet, ...]:
    """The conditions that keep somebody from being registered, in the book's order."""
    return tuple(Unmet(one.rule, one.reason) for one in look_at(rules, facts) if not one.is_met)


def full_months(since: date, until: date) -> int:
    """How many whole months have passed; 0 where they have not begun.

    The 31st counts as passed on the last day of a shorter month.

    >>> full_months(date(2025, 5, 29), date(2026, 5, 28)), full_months(date(2025, 5, 29), date(2026, 5, 29))
    (11, 12)
    >>> full_months(date(2026, 1, 31), date(2026, 2, 28))
    1
    """
    months = (until.year - since.year) * 12 + until.month - since.month
    if until.day < since.day and until.day < _last_day(until):
        months -= 1
    return max(months, 0)


def held_throughout(since_on: date, until_on: date | None, *, opens_on: date, closes_on: date) -> bool:
    """Whether somebody held the post on every day of a survey, so that its answers are about them."""
    return since_on <= opens_on and (until_on is None or until_on >= closes_on)


def _months_in_post(needed: int, facts: Facts) -> tuple[bool, Words]:
    if facts.until_on is not None and facts.until_on < facts.on:
        left = facts.until_on
        return False, Words(
            kk=f"Қызметінен {left:%d.%m.%Y} күні кетті.",
            ru=f"Должность оставлена {left:%d.%m.%Y}.",
            en=f"Left the post on {left}.",
        )
    months = full_months(facts.since_on, facts.on)
    return months >= needed, Words(
        kk=f"{facts.on:%d.%m.%Y} күніне қарай қызметте {months} ай болды, кемінде {needed} ай қажет.",
        ru=f"На {facts.on:%d.%m.%Y} в должности {months} мес., нужно не менее {needed}.",
        en=f"On {facts.on.isoformat()} in the post for {months} months; at least {needed} are needed.",
    )


def _no_penalty(months: int, facts: Facts) -> tuple[bool, Words]:
    if not facts.penalties_declared:
        return False, Words(
            kk="Жазалар туралы әлі мәлімделмеген: үміткер жаза болған-болмағанын жазуы керек.",
            ru="О взысканиях ещё не заявлено: претендент должен указать, были ли они.",
            en="Nothing is declared about penalties yet: the nominee says whether there were any.",
        )
    if facts.penalty_on is None:
        return True, Words(
            kk="Үміткер жазасы жоқ деп мәлімдеді.", ru="Претендент заявил, что взысканий нет.",
            en="The nominee declared that there are none.",
        )  # fmt: skip
    day = facts.penalty_on
    return full_months(facts.penalty_on, facts.on) >= months, Words(
        kk=f"Соңғы жаза {day:%d.%m.%Y} күні қолданылған, содан бері {months} ай өтуі керек.",
        ru=f"Последнее взыскание наложено {day:%d.%m.%Y}, с него должно пройти {months} мес.",
        en=f"The last penalty is of {day}; {months} months must have passed since.",
    )


def _consent(_needed: int, facts: Facts) -> tuple[bool, Words]:
    if facts.has_consented:
        return True, Words(
            kk="Үміткердің келісімі бар.", ru="Согласие претендента есть.", en="The nominee has consented."
        )
    return False, Words(
        kk="Үміткер әлі келісім берген жоқ.", ru="Претендент ещё не дал согласия.",
        en="The nominee has not consented yet.",
    )  # fmt: skip


def _documents(needed: int, facts: Facts) -> tuple[bool, Words]:
    return facts.documents >= needed, Words(
        kk=f"Тапсырылған құжат саны: {facts.documents}, кемінде {needed} қажет.",
        ru=f"Подано документов: {facts.documents}, нужно не менее {needed}.",
        en=f"Documents handed in: {facts.documents}; at least {needed} are needed.",
    )


def _manner(_needed: int, facts: Facts) -> tuple[bool, Words]:
    if facts.is_manner_known:
        return True, Words(
            kk="Лауазымдар тізілімінде сайланғаны немесе тағайындалғаны жазылған.",
            ru="В реестре должностей записано, избран или назначен.",
            en="The register of posts says whether elected or appointed.",
        )
    return False, Words(
        kk="Лауазымдар тізілімінде сайланғаны не тағайындалғаны жазылмаған: оны агенттік толықтырады.",
        ru="В реестре должностей не записано, избран или назначен: дополняет агентство.",
        en="The register of posts does not say whether elected or appointed: the agency adds it.",
    )


_LOOK: dict[EligibilityKind, Callable[[int, Facts], tuple[bool, Words]]] = {
    EligibilityKind.MONTHS_IN_POST: _months_in_post,
    EligibilityKind.NO_PENALTY_MONTHS: _no_penalty,
    EligibilityKind.CONSENT: _consent,
    EligibilityKind.DOCUMENTS: _documents,
    EligibilityKind.ELECTED_OR_APPOINTED: _manner,
}


def _last_day(day: date) -> int:
    after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (after - date.resolution).day
