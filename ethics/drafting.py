"""Everything of a round before it opens: the draft, its admission, questionnaires and keys.

Services: session first, clock by keyword, never a commit. Shares exist only in what a function here
returns; nothing writes them. Callers reach these through `ethics.services`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import BadInput, Conflict
from core.places.models import Official, Post
from core.places.queries import get_unit
from core.storage import lock_row
from core.web.days import said_day
from core.words import Words
from ethics.items import shipped
from ethics.items_bank import pick
from ethics.keys.models import ShareProof
from ethics.models import Box, Questionnaire, Round, RoundState, Slip
from ethics.rules import EthicsRules
from ethics.shares import Share, make_shares
from ethics.slips.models import PositionLine, SlipIssue
from ethics.slips.positions import MOST, Position, PositionFault, check_positions, headcount
from ethics.slips.wording import WHO_IS_ASKED


def draft_round(
    session: Session, *, code: str, contest_code: str, title: Words, items_code: str,
    picked: Sequence[str] = (), asked: Words = WHO_IS_ASKED, takes_remarks: bool = False, opens_on: date,
    closes_on: date, actor: str, now: datetime,
) -> Round:  # fmt: skip
    """Draft a round; its statements are kept as they are now.

    :param picked: codes of statements of the bank, which then take the place of the shipped set.
    :param asked: the one rule by which people stand on the lists, for every nominee.
    :param takes_remarks: whether respondents may add words of their own.
    :raises BadInput: for a code that is no code, unknown statements, or days out of order.
    :raises Conflict: when a round has this code.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code):
        raise BadInput(_l("The code “%(code)s” needs small Latin letters, digits and dashes.", code=code))
    if closes_on < opens_on:
        raise BadInput(
            _l(
                "The round closes on %(closes)s, before it opens on %(opens)s.",
                closes=said_day(closes_on),
                opens=said_day(opens_on),
            )
        )
    if session.scalars(select(Round.id).where(Round.code == code)).first() is not None:
        raise Conflict(_l("There is an ethics round “%(code)s” already: take another code.", code=code))
    try:
        items = pick(picked) if picked else shipped(items_code)
    except ValueError as fault:
        raise BadInput(str(fault)) from None
    made = Round(
        code=code, title_kk=title.kk, title_ru=title.ru, title_en=title.en, contest_code=contest_code,
        items_code=items.code, items_json=items.as_json(), items_fingerprint=items.fingerprint,
        asked_kk=asked.kk, asked_ru=asked.ru, asked_en=asked.en, takes_remarks=takes_remarks,
        state=RoundState.DRAFT, opens_on=opens_on, closes_on=closes_on,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, actor=actor, action="ethics-round.draft", subject=f"ethics-round:{code}",
        items=items.code, fingerprint=items.fingerprint, asked=asdict(asked), remarks=takes_remarks,
        opens_on=str(opens_on), closes_on=str(closes_on),
    )  # fmt: skip
    return made


def admit_round(
    session: Session,
    *,
    round: Round,
    rulebook_fingerprint: str,
    rules: EthicsRules,
    actor: str,
    now: datetime,
) -> None:
    """Bind a drafted round to the published rule book.

    :raises Conflict: when the rule book names other statements, or the round is open already.
    """
    lock_row(session, round)
    require_draft(round)
    if rules.items != round.items_code:
        raise Conflict(
            _l(
                "The rule book asks the statements “%(asked)s”, the ethics round “%(code)s” has “%(has)s”: "
                "draft the round anew.",
                asked=rules.items, code=round.code, has=round.items_code,
            )
        )  # fmt: skip
    round.admitted_by, round.rules_json = rulebook_fingerprint, rules.as_json()
    session.flush()
    record(
        session, actor=actor, action="ethics-round.admit", subject=subject_of(round),
        rulebook=rulebook_fingerprint, rules=rules.as_json(),
    )  # fmt: skip


def add_questionnaire(
    session: Session, *, round: Round, official_id: int, kato: str, positions: Sequence[Position], actor: str,
    now: datetime,
) -> Questionnaire:  # fmt: skip
    """Add the questionnaire about an official to a drafted round.

    :param positions: the list by position, fixed beforehand; its sum is how many slips there will be.
    :raises BadInput: for an official of another post, or an impossible list.
    :raises Conflict: when the round asks about this official already, or is not a draft.
    """
    hold_draft(session, round)
    unit = get_unit(session, kato)
    holds = select(Official.id).join(Post).where(Official.id == official_id, Post.unit_kato == kato)
    if session.scalar(holds) is None:
        raise BadInput(
            _l("Official %(id)s does not hold the post of the unit %(kato)s.", id=official_id, kato=kato)
        )
    try:
        check_positions(positions)
    except PositionFault as fault:
        raise BadInput(
            _l(
                "A list of %(count)s people is impossible: give 1 to %(most)s.",
                count=headcount(positions),
                most=MOST,
            )
        ) from fault
    same = select(Questionnaire.id).where(
        Questionnaire.round_id == round.id, Questionnaire.official_id == official_id
    )
    if session.scalar(same) is not None:
        raise Conflict(_l("The round has a questionnaire about this official already."))
    box = Box()
    session.add(box)
    session.flush()
    made = Questionnaire(
        id=box.id, round_id=round.id, official_id=official_id, kato=kato, oblast_kato=unit.oblast_kato,
        headcount=headcount(positions),
    )  # fmt: skip
    session.add(made)
    session.flush()
    lines = [
        {"questionnaire_id": made.id, "place": place, **asdict(position)}
        for place, position in enumerate(positions, 1)
    ]
    session.execute(insert(PositionLine), lines)
    record(
        session, actor=actor, action="ethics-questionnaire.add", subject=subject_of(made), round=round.code,
        official=official_id, kato=kato, headcount=made.headcount,
        positions=[[position.title_ru, position.count] for position in positions],
    )  # fmt: skip
    return made


def make_key(
    session: Session, *, questionnaire: Questionnaire, actor: str, now: datetime
) -> tuple[Share, Share, Share]:
    """Make the questionnaire's key and return its three shares, which exist nowhere else.

    :raises Conflict: when it has a key, or its round is not a draft.
    """
    hold_draft(session, session.get_one(Round, questionnaire.round_id))
    made = make_shares(questionnaire.id)
    statement = update(Box).where(Box.id == questionnaire.id, Box.public_key.is_(None))
    if session.execute(statement.values(public_key=made.public_key)).rowcount != 1:
        raise Conflict(
            _l("Questionnaire %(number)s has a key; its shares were shown once.", number=questionnaire.id)
        )
    fingerprint = hashlib.sha256(made.public_key).hexdigest()
    record(session, actor=actor, action="ethics-key.make", subject=subject_of(questionnaire), key=fingerprint)
    return made.shares


def remove_questionnaire(
    session: Session, *, questionnaire: Questionnaire, actor: str, now: datetime
) -> None:
    """Take a questionnaire out of a drafted round, with its key and slips: the way back from a misprint.

    :raises Conflict: when the round is not a draft.
    """
    round = session.get_one(Round, questionnaire.round_id)
    hold_draft(session, round)
    number, subject = questionnaire.id, subject_of(questionnaire)
    session.execute(delete(Slip).where(Slip.questionnaire_id == number))
    for table in (ShareProof, PositionLine, SlipIssue):
        session.execute(delete(table).where(table.questionnaire_id == number))
    session.execute(delete(Questionnaire).where(Questionnaire.id == number))
    # The empty box stays, so that its number is never given again and an old share stays foreign.
    session.expunge(questionnaire)
    record(session, actor=actor, action="ethics-questionnaire.remove", subject=subject, round=round.code)


def hold_draft(session: Session, round: Round) -> None:
    """Refuse with Conflict once a round is open, and keep it from opening until the commit.

    Others may prepare beside; whoever opens the round waits for all of them.
    """
    lock_row(session, round, is_shared=True)
    require_draft(round)


def require_draft(round: Round) -> None:
    """Refuse with Conflict once a round is open."""
    if round.state is not RoundState.DRAFT:
        raise Conflict(
            _l("The ethics round “%(code)s” is no draft any more: this cannot change.", code=round.code)
        )


def subject_of(thing: Round | Questionnaire) -> str:
    """What the journal calls a round or a questionnaire."""
    return f"ethics-round:{thing.code}" if isinstance(thing, Round) else f"ethics-questionnaire:{thing.id}"
