"""Codes by e-mail, straight from memory: made and kept as marks, dealt at random, sent, forgotten.

Two short transactions with the sending between them, so that a slow mail server holds no lock. Nothing of an
address, nor of which code went where, is kept or logged; whoever sends learns at once what failed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime

from babel.dates import format_date
from flask_babel import lazy_gettext as _l

from core.codes import grouped
from core.errors import BadInput, Unavailable
from core.mail import Letter, send_letters
from core.storage import Storage
from ethics.queries import QuestionnaireLine, get_questionnaire, questionnaire_line
from ethics.slips import wording
from ethics.slips.services import make_slips, record_sending, take_back_slips

_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")


def read_addresses(text: str, *, count: int) -> list[str]:
    """The addresses, one a line or with commas between: exactly as many as slips, each once.

    :raises BadInput: naming what is no address or stands there twice, or both numbers.
    """
    found = [part for part in re.split(r"[\s,;]+", text) if part]
    seen: set[str] = set()
    for address in found:
        if not _ADDRESS.fullmatch(address) or len(address) > 254 or not address.isascii():
            raise BadInput(_l("“%(address)s” is no e-mail address.", address=address[:80]))
        if address.casefold() in seen:
            raise BadInput(_l("“%(address)s” stands there twice.", address=address))
        seen.add(address.casefold())
    if len(found) != count:
        raise BadInput(
            _l(
                "There are %(found)s addresses and %(count)s slips: give one address for each.",
                found=len(found),
                count=count,
            )
        )
    return found


def send_slips(
    storage: Storage, *, number: int, addresses: Sequence[str], smtp_url: str, mail_from: str,
    public_url: str, secret: str, actor: str, now: datetime,
) -> list[str]:  # fmt: skip
    """Make the codes of a questionnaire and send one to each address; returns the addresses that failed.

    The codes of those are voided and not sent again. Breaking off half-way leaves codes that nobody counts:
    remove the questionnaire and add it anew.

    :raises Conflict: when slips were made, or the round is not a draft.
    :raises Unavailable: when the mail server cannot be reached; then no code was made.
    """
    with storage.write(now=now) as session:
        found, _round = get_questionnaire(session, number)
        codes = make_slips(session, questionnaire=found, secret=secret, actor=actor, now=now)
        line = questionnaire_line(session, number)
        letters = [_letter(*pair, line, public_url) for pair in zip(addresses, codes, strict=True)]
    # In an order of its own: neither the mail server's log nor ours repeats that of the list.
    dealt = list(zip(letters, codes, strict=True))
    secrets.SystemRandom().shuffle(dealt)
    try:
        failed = send_letters([letter for letter, _code in dealt], url=smtp_url, sender=mail_from)
    except Unavailable:
        with storage.write(now=now) as session:
            take_back_slips(session, questionnaire=get_questionnaire(session, number)[0], actor=actor)
        raise
    with storage.write(now=now) as session:
        found, _round = get_questionnaire(session, number)
        record_sending(
            session, questionnaire=found, secret=secret, failed=[dealt[place][1] for place in failed],
            actor=actor, now=now,
        )  # fmt: skip
    return [dealt[place][0].address for place in failed]


def _letter(address: str, code: str, line: QuestionnaireLine, public_url: str) -> Letter:
    texts = [
        text.format(
            name=line.name, unit=getattr(line.unit, f"name_{language}", line.unit.name_ru),
            address=f"{public_url}/e", code=grouped(code), opens=_day(line.round.opens_on, language),
            closes=_day(line.round.closes_on, language),
        )
        for language, text in wording.LETTER.items()
    ]  # fmt: skip
    return Letter(address, wording.SUBJECT, "\n\n---\n\n".join(texts) + "\n")


def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale=language)
