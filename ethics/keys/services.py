"""Shares at work: two of them joined, rehearsed before a round, and given by a second holder.

Services: session first, clock by keyword, never a commit. Of a rehearsal only the day and the numbers of
the shares are kept; a share, a key and a one-time code are written nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.accounts.queries import Staff, credentials, get_account, staff
from core.accounts.signing_in import Outcome, count_failure, try_factor
from core.audit import record
from core.clock import day_of
from core.errors import BadInput, Conflict
from ethics.answers import open_answer, seal_answer
from ethics.drafting import hold_draft, subject_of
from ethics.keys.models import ShareProof
from ethics.models import Box, Questionnaire, Round
from ethics.shares import JoinedKey, ShareFault, Wrong, join_shares

PLACES = {1: _l("First share"), 2: _l("Second share")}
_TRIAL = "4"


def join(shares: Sequence[str], box: Box) -> JoinedKey:
    """The key of a box from two typed shares.

    :raises BadInput: naming the share that does not fit, and where.
    """
    try:
        return join_shares(shares, number=box.id, public_key=box.public_key)
    except ShareFault as fault:
        raise BadInput(_said(fault, box.id), place=PLACES.get(fault.position)) from None


def rehearse_shares(
    session: Session, *, questionnaire: Questionnaire, shares: Sequence[str], actor: str, now: datetime
) -> tuple[int, int]:
    """Seal a trial envelope, open it with two shares, and keep that these two work; returns which.

    :raises BadInput: naming the share that does not fit.
    :raises Conflict: without a key, or when the round is not a draft.
    """
    hold_draft(session, session.get_one(Round, questionnaire.round_id))
    box = session.get_one(Box, questionnaire.id)
    if box.public_key is None:
        raise Conflict(_l("Questionnaire %(number)s has no key yet: make it first.", number=box.id))
    key = join(shares, box)
    trial = seal_answer(_TRIAL, number=box.id, public_key=box.public_key)
    open_answer(trial, number=box.id, private_key=key.private_key)
    for index in key.indices:
        session.merge(ShareProof(questionnaire_id=box.id, share=index, proved_on=day_of(now)))
    session.flush()
    record(
        session, actor=actor, action="ethics-key.rehearse", subject=subject_of(questionnaire),
        shares=list(key.indices),
    )  # fmt: skip
    return key.indices


def try_second_holder(
    session: Session, *, login: str, code: str, secret_key: str, now: datetime
) -> tuple[Outcome, Staff | None]:
    """Who the second holder is, by login and a code of the second factor, with the limits of signing in.

    A failure counts as one of signing in, so the edge must commit it.
    """
    found = credentials(session, login=login.strip().lower())
    if found is None:
        count_failure(session, account_id=None, now=now)
        return Outcome.REFUSED, None
    account = get_account(session, found.id)
    outcome = try_factor(session, account=account, code=code, secret_key=secret_key, now=now)
    if outcome is not Outcome.ACCEPTED:
        return outcome, None
    return outcome, staff(session, account_id=found.id, session_version=found.session_version)


def _said(fault: ShareFault, number: int) -> object:
    facts = {"group": fault.group, "other": fault.number, "number": number}
    if fault.wrong is Wrong.WORD and not fault.group:
        return _l("a word is mistyped; compare each of the thirteen with the paper.")
    return {
        Wrong.LENGTH: _l("type all eight groups, or all thirteen words."),
        Wrong.GROUP: _l("group %(group)s is mistyped; compare it with the paper.", **facts),
        Wrong.WORD: _l("word %(group)s is mistyped; compare it with the paper.", **facts),
        Wrong.FOREIGN: _l("it belongs to questionnaire %(other)s, not to %(number)s.", **facts),
        Wrong.KEY: _l("it does not fit the key of questionnaire %(number)s: compare all of it.", **facts),
        Wrong.TWICE: _l("it is the same as the first: two different holders are needed."),
        Wrong.TOGETHER: _l("The two shares do not make the key of questionnaire %(number)s.", **facts),
    }[fault.wrong]
