"""Signing in and out as services: factors enrolled and used, failures slowed down, sessions ended.

After five failures in a row each further try waits longer, up to a quarter of an hour; tries during
a wait are not counted, so nobody can be locked out for ever. Nothing here commits or reads the clock.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import audit
from core.accounts.factors import hash_password, matching_step, open_secret, seal_secret
from core.accounts.models import Account, EndedSession, FailureCount, RecoveryCode
from core.clock import day_of
from core.codes import clean_code, code_mark, new_code
from core.errors import BadInput, Conflict
from core.storage import Base

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
RECOVERY_CODES = 10
RECOVERY_LENGTH = 12


class Outcome(StrEnum):
    """How a try of a second factor ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAIT = "wait"


def wait_after(failed_tries: int) -> timedelta:
    """How long an account rests after so many failures in a row.

    >>> [int(wait_after(tries).total_seconds()) for tries in (4, 5, 6, 20)]
    [0, 5, 10, 900]
    """
    if failed_tries < FREE_TRIES:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(failed_tries - FREE_TRIES, 20), LONGEST_WAIT)


def enrol_factor(
    session: Session, *, account: Account, secret: str, code: str, secret_key: str, now: datetime
) -> tuple[str, ...]:
    """Keep a second factor that a code of it has proved, and return its recovery codes, shown once.

    :raises Conflict: when the account has a factor already.
    :raises BadInput: when the code is not the secret's.
    """
    if account.totp_secret is not None:
        raise Conflict(_l("This account has a second factor already. The agency can reset it."))
    step = matching_step(secret, code, now=now, after=None)
    if step is None:
        raise BadInput(_l("This code does not match. Check that your phone's clock is right."))
    account.totp_secret, account.totp_step = seal_secret(secret_key, secret), step
    account.failed_tries, account.wait_until = 0, None
    session.flush()
    codes = _new_codes(session, account, secret_key)
    reference = f"account:{account.id}"
    audit.record(session, actor=reference, action="factor.enrol", subject=reference)
    return codes


def renew_recovery_codes(
    session: Session, *, account: Account, secret_key: str, now: datetime
) -> tuple[str, ...]:
    """Make new recovery codes in place of the old ones, and sign out everywhere.

    They are returned once and never kept.
    """
    codes = _new_codes(session, account, secret_key)
    account.session_version += 1
    reference = f"account:{account.id}"
    audit.record(session, actor=reference, action="factor.renew", subject=reference)
    return codes


def try_factor(session: Session, *, account: Account, code: str, secret_key: str, now: datetime) -> Outcome:
    """Take a code of the authenticator or a recovery code, each once; count a failure."""
    if account.wait_until is not None and now < account.wait_until:
        return Outcome.WAIT
    if _take_step(session, account, code, secret_key, now) or _take_recovery(
        session, account, code, secret_key, now
    ):
        account.failed_tries, account.wait_until = 0, None
        return Outcome.ACCEPTED
    count_failure(session, account_id=account.id, now=now)
    return Outcome.REFUSED


def count_failure(session: Session, *, account_id: int | None, now: datetime) -> None:
    """Count a failed try for the day and, where there is one, for the account."""
    counted = _insert(session, FailureCount).values(day=day_of(now), failures=1, is_journalled=False)
    session.execute(
        counted.on_conflict_do_update(index_elements=["day"], set_={"failures": FailureCount.failures + 1})
    )
    if account_id is None:
        return
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    account.failed_tries += 1
    wait = wait_after(account.failed_tries)
    account.wait_until = now + wait if wait else None


def end_session(session: Session, *, mark: bytes, ends_at: datetime, now: datetime) -> None:
    """End one session before its time, and forget those that would be over by now."""
    session.execute(delete(EndedSession).where(EndedSession.ends_at <= now))
    ended = _insert(session, EndedSession).values(mark=mark, ends_at=ends_at)
    session.execute(ended.on_conflict_do_nothing())


def keep_password_young(session: Session, *, account_id: int, password: str) -> None:
    """Hash a right password anew, after the parameters were raised."""
    kept = hash_password(password)
    session.execute(update(Account).where(Account.id == account_id).values(password_hash=kept))


def journal_failures(session: Session, *, now: datetime) -> list[date]:
    """Put the count of each finished day into the journal, once; the days that were put."""
    today = day_of(now)
    waiting = select(FailureCount).where(FailureCount.is_journalled.is_(False), FailureCount.day < today)
    days = []
    for count in session.scalars(waiting.order_by(FailureCount.day)):
        count.is_journalled = True
        audit.record(
            session, actor="system", action="login.count", subject=f"day:{count.day}", failures=count.failures
        )
        days.append(count.day)
    return days


def _insert(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what to do where the row is there already; each database has its own."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def _take_step(session: Session, account: Account, code: str, secret_key: str, now: datetime) -> bool:
    if account.totp_secret is None:
        return False
    secret = open_secret(secret_key, account.totp_secret)
    step = matching_step(secret, code, now=now, after=account.totp_step)
    if step is None:
        return False
    # Two requests with one code at the same instant: the database lets one of them raise the step.
    taken = session.execute(
        update(Account)
        .where(Account.id == account.id, (Account.totp_step.is_(None)) | (Account.totp_step < step))
        .values(totp_step=step)
    )
    return taken.rowcount == 1


def _take_recovery(session: Session, account: Account, code: str, secret_key: str, now: datetime) -> bool:
    try:
        mark = code_mark(secret_key, "recovery", clean_code(code))
    except BadInput:
        return False
    taken = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id, RecoveryCode.mark == mark, RecoveryCode.used_at.is_(None)
        )
        .values(used_at=now)
    )
    if taken.rowcount != 1:
        return False
    reference = f"account:{account.id}"
    audit.record(session, actor=reference, action="recovery.use", subject=reference)
    return True


def _new_codes(session: Session, account: Account, secret_key: str) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = tuple(new_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCode(account_id=account.id, mark=code_mark(secret_key, "recovery", code)) for code in codes
    )
    session.flush()
    return codes
