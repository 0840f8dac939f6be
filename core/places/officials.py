"""Reads tables of officials, and lays the terms of one post one after another.

Imports the tables and the posts' words; refuses by line and column and never writes. A term is told
by its post and first day, so a row with the same post and day corrects it.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from core.errors import RowFault
from core.places.models import Manner
from core.places.population import SHOWN, day_of, filled
from core.tables import Row, Table

NEEDED = ("kato", "surname", "given_name", "since_on")
OPTIONAL = ("patronymic", "until_on", "manner")
COLUMNS = ("kato", "surname", "given_name", "patronymic", "since_on", "until_on", "manner")
LONGEST_NAME = 80

_MANNERS = {
    "elected": Manner.ELECTED, "сайланған": Manner.ELECTED, "избран": Manner.ELECTED,
    "избрана": Manner.ELECTED, "appointed": Manner.APPOINTED, "тағайындалған": Manner.APPOINTED,
    "назначен": Manner.APPOINTED, "назначена": Manner.APPOINTED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """Who holds a post from a day on; `line` is the row that says so, 0 for what is already kept."""

    surname: str
    given_name: str
    patronymic: str | None
    since_on: date
    until_on: date | None
    manner: Manner | None
    line: int = 0


def read_terms(table: Table, *, known: Set[str], today: date) -> dict[str, list[Term]]:
    """The terms of a table by the code of the post's unit.

    :param known: the codes of the units that have an open post.
    :raises BadTable: naming every bad cell.
    """
    table.require(NEEDED, optional=(*OPTIONAL, SHOWN))
    faults: list[RowFault] = []
    terms: dict[str, list[Term]] = {}
    for row in filled(table):
        kato, term = row.values["kato"], _read(row, known, today, faults)
        if term is None:
            continue
        if any(other.since_on == term.since_on for other in terms.get(kato, ())):
            reason = _l("this post and day stand here a second time")
            faults.append(RowFault(row.line, "since_on", reason))
        terms.setdefault(kato, []).append(term)
    table.refuse(faults)
    return terms


def lay_out(kept: Iterable[Term], given: Iterable[Term]) -> tuple[list[Term], list[RowFault]]:
    """One row of terms from those kept and those given, by first day, and where they overlap.

    A given term replaces the kept one of the same first day. An open term ends on the day before the
    next one begins.
    """
    by_day = {term.since_on: term for term in kept} | {term.since_on: term for term in given}
    laid, faults = [], []
    days = sorted(by_day)
    for day, following in zip(days, [*days[1:], None], strict=True):
        term = by_day[day]
        if following is not None and term.until_on is None:
            term = replace(term, until_on=following - timedelta(days=1))
        elif following is not None and term.until_on >= following:
            reason = _l("this term and the one from %(day)s overlap", day=following.isoformat())
            faults.append(RowFault(term.line or by_day[following].line, "until_on", reason))
        laid.append(term)
    return laid, faults


def _read(row: Row, known: Set[str], today: date, faults: list[RowFault]) -> Term | None:
    before = len(faults)
    values = row.values
    if values["kato"] not in known:
        reason = _l(
            "no rural okrug, village, settlement or town with a post has the code “%(kato)s”",
            kato=values["kato"],
        )
        faults.append(RowFault(row.line, "kato", reason))
    for name in ("surname", "given_name"):
        if not values[name]:
            faults.append(RowFault(row.line, name, _l("the name is missing")))
    for name in ("surname", "given_name", "patronymic"):
        if len(values.get(name, "")) > LONGEST_NAME:
            reason = _l("a name has %(most)s letters at most", most=LONGEST_NAME)
            faults.append(RowFault(row.line, name, reason))
    since = day_of(row, "since_on", faults)
    if since is not None and since > today:
        faults.append(RowFault(row.line, "since_on", _l("%(day)s is in the future", day=since.isoformat())))
    until = day_of(row, "until_on", faults) if values.get("until_on") else None
    if since is not None and until is not None and until < since:
        faults.append(RowFault(row.line, "until_on", _l("the term ends before it begins")))
    word = values.get("manner", "").casefold()
    if word and word not in _MANNERS:
        reason = _l("“%(text)s” is neither “elected” nor “appointed”", text=values["manner"])
        faults.append(RowFault(row.line, "manner", reason))
    if len(faults) > before:
        return None
    return Term(
        surname=values["surname"], given_name=values["given_name"],
        patronymic=values.get("patronymic") or None, since_on=since, until_on=until,
        manner=_MANNERS.get(word), line=row.line,
    )  # fmt: skip
