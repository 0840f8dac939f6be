"""From a frozen standing's row and an order to a certificate's record, and from a record to the one instead.

Reads the contest and the territory alone; what it composes may still be refused by the record itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.certificates.queries import Entitlement
from contest.certificates.record import DEMO_PREFIX, AwardKind, CertificateRecord
from contest.contests.models import Contest
from contest.rulebook import RuleBook
from contest.standings.models import Standing
from core.clock import day_of
from core.codes import new_code
from core.errors import BadInput
from core.places.models import Unit
from core.places.queries import get_unit, path_of

CODE_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Order:
    """The order by which certificates are given, and who signs them by hand (may be empty)."""

    number: str
    on: date
    signed_by: str = ""


def compose(
    session: Session,
    *,
    contest: Contest,
    standing: Standing,
    book: RuleBook,
    one: Entitlement,
    order: Order,
    serial: int,
    is_demo: bool,
    public_url: str,
    now: datetime,
) -> CertificateRecord:
    """The record of one certificate that a standing entitles to.

    :raises BadInput: naming what cannot stand on a certificate.
    """
    unit = get_unit(session, one.row.kato)
    chain = (*path_of(session, unit), unit)
    code = _code(is_demo=is_demo)
    wanted = one.award.removeprefix("nomination:")
    nomination = next((each.title for each in book.nominations if each.code == wanted), None)
    title = nomination if one.kind is AwardKind.NOMINATION else None
    try:
        return CertificateRecord(
            code=code, serial=serial, is_demo=is_demo, contest=contest.code,
            contest_kk=_line(contest.title_kk), contest_ru=_line(contest.title_ru),
            contest_en=_line(contest.title_en),
            stage=standing.stage, kind=one.kind, place=one.place, award=one.award,
            award_kk=_line(title.kk) if title else "", award_ru=_line(title.ru) if title else "",
            award_en=_line(title.en) if title else "",
            name_kk=_line(one.row.name_kk), name_ru=_line(one.row.name_ru),
            kato=unit.kato, post_kk=_chain(chain, "kk"), post_ru=_chain(chain, "ru"),
            post_en=_chain(chain, "en"), order_number=_line(order.number.replace("№", " ")),
            order_on=order.on, signed_by=_line(order.signed_by), issued_on=day_of(now),
            rulebook=standing.rulebook_fingerprint, standing=standing.inputs_digest,
            address=f"{public_url}/v/{code}",
        )  # fmt: skip
    except ValueError as fault:
        raise _refused(fault) from fault


def compose_anew(
    before: CertificateRecord,
    *,
    serial: int,
    name_kk: str | None,
    name_ru: str | None,
    public_url: str,
    now: datetime,
) -> CertificateRecord:
    """The record of the certificate that takes another's place, with the name written anew if it is given.

    :raises BadInput: for a name that cannot stand on a certificate.
    """
    code = _code(is_demo=before.is_demo)
    try:
        return replace(
            before, code=code, serial=serial, name_kk=_line(name_kk or before.name_kk),
            name_ru=_line(name_ru or before.name_ru), issued_on=day_of(now), address=f"{public_url}/v/{code}",
        )  # fmt: skip
    except ValueError as fault:
        raise _refused(fault) from fault


def _code(*, is_demo: bool) -> str:
    return new_code(CODE_LENGTH, prefix=DEMO_PREFIX if is_demo else "")


def _line(text: str) -> str:
    """A text on one line with single blanks."""
    return " ".join(text.split())


def _chain(units: tuple[Unit, ...], language: str) -> str:
    return ", ".join(getattr(unit, f"name_{language}") for unit in units)


def _refused(fault: ValueError) -> BadInput:
    return BadInput(_l("The certificate cannot be made: %(fault)s.", fault=str(fault)))
