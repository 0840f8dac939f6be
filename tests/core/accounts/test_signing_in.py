"""Second factors enrolled and used once, failures counted and slowed down without locking out."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.accounts.factors import open_secret
from core.accounts.models import Account, FailureCount, RecoveryCode
from core.accounts.queries import failed_logins, recovery_codes_left
from core.accounts.services import create_account
from core.accounts.signing_in import (
    LONGEST_WAIT,
    Outcome,
    count_failure,
    enrol_factor,
    journal_failures,
    renew_recovery_codes,
    try_factor,
    wait_after,
)
from core.audit import JournalEntry
from core.codes import clean_code
from core.errors import BadInput, Conflict
from core.storage import Storage, commit
from tests.conftest import NOW, SECRET
from tests.staff import TOTP, code, person


def use(session: Session, account: Account, typed: str, now=NOW) -> Outcome:
    outcome = try_factor(session, account=account, code=typed, secret_key=SECRET, now=now)
    session.flush()
    session.refresh(account)
    return outcome


def test_a_factor_is_enrolled_only_with_a_code_of_it(session: Session):
    account = create_account(
        session, login="aigul", name="Aigul", scopes=[Scope(Role.AGENCY)], actor="system", now=NOW
    )
    with pytest.raises(BadInput):
        enrol_factor(session, account=account, secret=TOTP, code="000000", secret_key=SECRET, now=NOW)
    assert account.totp_secret is None
    codes = enrol_factor(session, account=account, secret=TOTP, code=code(NOW), secret_key=SECRET, now=NOW)
    assert open_secret(SECRET, account.totp_secret) == TOTP
    assert len(set(codes)) == 10
    assert [clean_code(one) for one in codes] == list(codes)
    marks = set(session.scalars(select(RecoveryCode.mark)))
    assert len(marks) == 10
    assert not {one.encode() for one in codes} & marks
    with pytest.raises(Conflict):
        enrol_factor(session, account=account, secret=TOTP, code=code(NOW), secret_key=SECRET, now=NOW)
    commit(session, now=NOW)
    last = session.scalar(select(JournalEntry).order_by(JournalEntry.number.desc()).limit(1))
    reference = f"account:{account.id}"
    assert (last.actor, last.action, last.subject, last.details) == (
        reference,
        "factor.enrol",
        reference,
        "{}",
    )


def test_the_code_of_enrolment_does_not_sign_in_again(session: Session):
    account = create_account(
        session, login="aigul", name="Aigul", scopes=[Scope(Role.AGENCY)], actor="system", now=NOW
    )
    enrol_factor(session, account=account, secret=TOTP, code=code(NOW), secret_key=SECRET, now=NOW)
    assert use(session, account, code(NOW)) is Outcome.REFUSED
    later = NOW + timedelta(seconds=30)
    assert use(session, account, code(later), later) is Outcome.ACCEPTED


def test_a_code_is_accepted_once(session: Session):
    account = person(session)
    assert use(session, account, code(NOW)) is Outcome.ACCEPTED
    assert use(session, account, code(NOW)) is Outcome.REFUSED
    assert use(session, account, code(NOW + timedelta(seconds=30))) is Outcome.ACCEPTED
    assert use(session, account, code(NOW)) is Outcome.REFUSED


def test_a_code_that_another_request_has_just_used_is_refused(session: Session):
    account = person(session)
    session.flush()
    # As if another request had raised the step after this one had read the account.
    session.execute(
        update(Account).values(totp_step=int(NOW.timestamp()) // 30),
        execution_options={"synchronize_session": False},
    )
    assert account.totp_step is None
    assert try_factor(session, account=account, code=code(NOW), secret_key=SECRET, now=NOW) is Outcome.REFUSED


def test_a_recovery_code_works_once_however_it_is_typed(session: Session):
    account = person(session)
    codes = renew_recovery_codes(session, account=account, secret_key=SECRET, now=NOW)
    typed = f" {codes[0][:4].lower()}-{codes[0][4:8].lower()} {codes[0][8:].lower()} "
    assert use(session, account, typed) is Outcome.ACCEPTED
    assert use(session, account, codes[0]) is Outcome.REFUSED
    assert recovery_codes_left(session, account.id) == 9
    assert use(session, account, codes[1]) is Outcome.ACCEPTED


def test_new_recovery_codes_end_the_old_ones(session: Session):
    account = person(session)
    old = renew_recovery_codes(session, account=account, secret_key=SECRET, now=NOW)
    renew_recovery_codes(session, account=account, secret_key=SECRET, now=NOW)
    assert use(session, account, old[0]) is Outcome.REFUSED
    assert recovery_codes_left(session, account.id) == 10


def test_another_accounts_recovery_code_is_refused(session: Session):
    first, second = person(session, "first"), person(session, "second")
    codes = renew_recovery_codes(session, account=first, secret_key=SECRET, now=NOW)
    assert use(session, second, codes[0]) is Outcome.REFUSED


def test_failures_slow_down_and_a_wait_is_neither_counted_nor_endless(session: Session):
    account = person(session)
    for _try in range(5):
        assert use(session, account, "000000") is Outcome.REFUSED
    assert account.wait_until == NOW + timedelta(seconds=5)
    assert use(session, account, code(NOW)) is Outcome.WAIT
    assert account.failed_tries == 5
    free = NOW + timedelta(seconds=5)
    assert use(session, account, code(free), free) is Outcome.ACCEPTED
    assert (account.failed_tries, account.wait_until) == (0, None)


def test_no_wait_is_longer_than_the_longest():
    waits = [wait_after(tries) for tries in range(0, 5000)]
    assert waits[:7] == [timedelta(0)] * 5 + [timedelta(seconds=5), timedelta(seconds=10)]
    assert max(waits) == waits[-1] == LONGEST_WAIT == timedelta(minutes=15)
    assert waits == sorted(waits)


def test_failures_are_journalled_once_as_counts_of_finished_days(session: Session):
    account = person(session)
    commit(session, now=NOW)
    yesterday = NOW - timedelta(days=1)
    for moment, who in ((yesterday, account.id), (yesterday, None), (yesterday, None), (NOW, None)):
        count_failure(session, account_id=who, now=moment)
    assert failed_logins(session) == 4
    assert journal_failures(session, now=NOW) == [date(2026, 5, 31)]
    assert journal_failures(session, now=NOW) == []
    commit(session, now=NOW)
    last = session.scalar(select(JournalEntry).order_by(JournalEntry.number.desc()).limit(1))
    assert (last.actor, last.action, last.subject) == ("system", "login.count", "day:2026-05-31")
    assert json.loads(last.details) == {"failures": 3}
    assert [row.day for row in session.scalars(select(FailureCount).where(~FailureCount.is_journalled))] == [
        date(2026, 6, 1)
    ]


def test_counts_of_two_sessions_add_up(storage: Storage):
    for _time in range(3):
        with storage.write(now=NOW) as session:
            count_failure(session, account_id=None, now=NOW)
    with storage.read() as session:
        assert failed_logins(session) == 3
