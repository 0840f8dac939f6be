"""Writes of slips: making the codes, their handing out, voiding the unused, and the signed act.

Services: session first, clock by keyword, never a commit. Codes exist only in what a function here takes or
returns. Voiding takes a code's mark away and says the same whether or not an answer came with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from core.audit import record
from core.clock import day_of
from core.codes import clean_code, code_mark, new_code
from core.errors import BadInput, Conflict
from core.storage import lock_row
from ethics.drafting import hold_draft, subject_of
from ethics.models import Questionnaire, Round, RoundState, Slip
from ethics.queries import purpose_of
from ethics.slips.models import SlipAct, SlipIssue
from ethics.slips.queries import act_of, issue_of, made_slips, voided_slips

CODE_LENGTH = 16  # 15 random characters are 75 bits


def make_slips(
    session: Session,
    *,
    questionnaire: Questionnaire,
    secret: str,
    most: int | None = None,
    actor: str,
    now: datetime,
) -> list[str]:
    """Make the codes that are missing, in random order, and return them once; only keyed hashes are kept.

    :param most: at most so many now; the rest at the next call.
    :raises Conflict: when all were made, or the round is not a draft.
    """
    round = session.get_one(Round, questionnaire.round_id)
    hold_draft(session, round)
    lock_row(session, questionnaire)
    if questionnaire.slips_on is not None:
        raise Conflict(
            _l(
                "The slips of questionnaire %(number)s were made; they are shown once.",
                number=questionnaire.id,
            )
        )
    missing = questionnaire.headcount - made_slips(session, questionnaire)
    count = min(missing, most or missing)
    codes = [new_code(CODE_LENGTH) for _ in range(count)]
    marks = sorted(code_mark(secret, purpose_of(round), code) for code in codes)
    session.execute(insert(Slip), [{"mark": mark, "questionnaire_id": questionnaire.id} for mark in marks])
    if count == missing:
        questionnaire.slips_on = day_of(now)
    session.flush()
    record(session, actor=actor, action="ethics-slips.make", subject=subject_of(questionnaire), count=count)
    return codes


def record_issue(
    session: Session, *, questionnaire: Questionnaire, witnesses: tuple[str, str], actor: str, now: datetime
) -> SlipIssue:
    """Record that every slip was put into the box and handed out from it before two witnesses.

    :param witnesses: their positions, never their names.
    :raises BadInput: when a position is missing.
    :raises Conflict: when it was recorded, or the round is not open.
    """
    _require_open(session, questionnaire)
    if issue_of(session, questionnaire) is not None:
        raise Conflict(
            _l("The handing out of questionnaire %(number)s is recorded already.", number=questionnaire.id)
        )
    first, second = _two(witnesses)
    return _issued(
        session, questionnaire, first=first, second=second, by_mail=False, undelivered=0, actor=actor, now=now
    )


def record_sending(
    session: Session, *, questionnaire: Questionnaire, secret: str, failed: Sequence[str], actor: str,
    now: datetime,
) -> SlipIssue:  # fmt: skip
    """Record that the codes went out by e-mail; those that could not be sent are voided."""
    purpose = purpose_of(session.get_one(Round, questionnaire.round_id))
    _drop(session, questionnaire, [code_mark(secret, purpose, code) for code in failed])
    return _issued(
        session, questionnaire, first="", second="", by_mail=True, undelivered=len(failed), actor=actor,
        now=now,
    )  # fmt: skip


def take_back_slips(session: Session, *, questionnaire: Questionnaire, actor: str) -> None:
    """Undo the making of codes that never left the memory: the mail server could not be reached."""
    session.execute(delete(Slip).where(Slip.questionnaire_id == questionnaire.id))
    questionnaire.slips_on = None
    session.flush()
    record(session, actor=actor, action="ethics-slips.take-back", subject=subject_of(questionnaire))


def void_slips(
    session: Session, *, questionnaire: Questionnaire, text: str, secret: str, actor: str, now: datetime
) -> int:
    """Void unused slips by their codes, one a line, typed or scanned; all of them or none.

    :raises BadInput: naming the line with a slip of the pen, or with a code that is none of the good ones.
    :raises Conflict: when the round is not open, before the handing out, or after the act.
    """
    _require_counting(session, questionnaire)
    purpose = purpose_of(session.get_one(Round, questionnaire.round_id))
    marks: list[bytes] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            # A scanner types the whole address of the picture; the code is its end.
            code = clean_code(line.strip().rpartition("/")[2])
        except BadInput as fault:
            raise BadInput(fault.message, place=_place(number)) from None
        mark = code_mark(secret, purpose, code)
        slip = session.get(Slip, mark)
        if slip is None or slip.questionnaire_id != questionnaire.id or mark in marks:
            raise BadInput(_l("this code is of no slip here, or is entered already."), place=_place(number))
        marks.append(mark)
    if not marks:
        raise BadInput(_l("Type or scan at least one code."))
    _drop(session, questionnaire, marks)
    record(
        session, actor=actor, action="ethics-slips.void", subject=subject_of(questionnaire), count=len(marks)
    )
    return len(marks)


def sign_act(
    session: Session,
    *,
    questionnaire: Questionnaire,
    unused: int,
    witnesses: tuple[str, str],
    actor: str,
    now: datetime,
) -> SlipAct:
    """Sign the act: as many unused slips were counted by hand as codes were voided.

    :raises BadInput: when the two counts differ, or for faulty witnesses.
    :raises Conflict: when the round is not open, before the handing out, or when it is signed.
    """
    issue = _require_counting(session, questionnaire)
    first, second = _two(witnesses)
    voided = voided_slips(session, questionnaire)
    if unused + issue.undelivered != voided:
        raise BadInput(
            _l(
                "You counted %(unused)s unused slips, but %(voided)s codes of such slips are voided: count "
                "again, or enter the codes that are missing.",
                unused=unused, voided=voided - issue.undelivered,
            )
        )  # fmt: skip
    made = SlipAct(
        questionnaire_id=questionnaire.id, unused=unused, voided=voided, first_witness=first,
        second_witness=second, signed_by=actor, signed_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, actor=actor, action="ethics-slips.sign", subject=subject_of(questionnaire),
        issued=issue.issued, unused=unused, undelivered=issue.undelivered,
    )  # fmt: skip
    return made


def _issued(
    session: Session, questionnaire: Questionnaire, *, first: str, second: str, by_mail: bool,
    undelivered: int, actor: str, now: datetime,
) -> SlipIssue:  # fmt: skip
    made = SlipIssue(
        questionnaire_id=questionnaire.id, issued=questionnaire.headcount, undelivered=undelivered,
        by_mail=by_mail, first_witness=first, second_witness=second, issued_on=day_of(now), recorded_by=actor,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, actor=actor, action="ethics-slips.issue", subject=subject_of(questionnaire),
        issued=made.issued, by_mail=by_mail, undelivered=undelivered,
    )  # fmt: skip
    return made


def _require_open(session: Session, questionnaire: Questionnaire) -> None:
    # Shared with answers, exclusive with closing: nothing is voided behind the counting of the round.
    round = session.get_one(Round, questionnaire.round_id)
    lock_row(session, round, is_shared=True)
    if round.state is not RoundState.OPEN:
        raise Conflict(_l("The ethics round “%(code)s” is not open.", code=round.code))
    lock_row(session, questionnaire)


def _require_counting(session: Session, questionnaire: Questionnaire) -> SlipIssue:
    _require_open(session, questionnaire)
    issue = issue_of(session, questionnaire)
    if issue is None:
        raise Conflict(_l("Record the handing out of the slips first."))
    if act_of(session, questionnaire) is not None:
        raise Conflict(
            _l("The act of questionnaire %(number)s is signed: it stays as it is.", number=questionnaire.id)
        )
    return issue


def _drop(session: Session, questionnaire: Questionnaire, marks: Sequence[bytes]) -> None:
    own = delete(Slip).where(Slip.questionnaire_id == questionnaire.id)
    session.execute(own.where(Slip.mark.in_(marks)))


def _two(witnesses: tuple[str, str]) -> tuple[str, str]:
    first, second = (" ".join(witness.split()) for witness in witnesses)
    if not first or not second:
        raise BadInput(_l("Give the positions of both witnesses, without names."))
    return first, second


def _place(number: int) -> object:
    return _l("line %(number)s", number=number)
