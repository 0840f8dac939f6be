"""Accounts made, invited, scoped, disabled and reset; each act journalled by reference alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import Right, Role, Scope, may
from core.accounts.factors import is_password, open_secret
from core.accounts.models import Account, AccountScope, Invitation
from core.accounts.queries import (
    account_by_login,
    account_of_invitation,
    credentials,
    list_accounts,
    staff,
)
from core.accounts.services import (
    INVITATION_LIFE,
    accept_invitation,
    change_password,
    create_account,
    create_demo_account,
    disable_account,
    enable_account,
    invite_account,
    reset_account,
    set_scopes,
)
from core.audit import JournalEntry
from core.birth import Birth
from core.errors import BadInput, Conflict, Gone, NotFound
from core.storage import commit
from tests.conftest import NOW, SECRET
from tests.staff import PASSWORD, TOTP, counting, oblast

ABAI = "100000000"


def make(session: Session, login: str = "aigul", *scopes: Scope, actor: str = "system") -> Account:
    return create_account(
        session, login=login, name="Aigul", scopes=scopes or [Scope(Role.AGENCY)], actor=actor, now=NOW
    )


def acts(session: Session) -> list[tuple[str, str, str, dict]]:
    commit(session, now=NOW)
    entries = session.scalars(select(JournalEntry).order_by(JournalEntry.number))
    return [(e.actor, e.action, e.subject, json.loads(e.details)) for e in entries]


def test_an_account_is_made_with_its_scopes_and_journalled_without_names(session: Session):
    oblast(session, ABAI)
    account = make(session, " Aigul.K ", Scope(Role.SECRETARY, ABAI), Scope(Role.AUDITOR))
    assert (account.login, account.name, account.password_hash) == ("aigul.k", "Aigul", None)
    found = staff(session, account_id=account.id, session_version=1)
    assert found.scopes == (Scope(Role.SECRETARY, ABAI), Scope(Role.AUDITOR))
    assert may(found, Right.MANAGE_NOMINEES, oblast=ABAI)
    assert not may(found, Right.MANAGE_NOMINEES, oblast="110000000")
    assert may(found, Right.READ_JOURNAL)
    details = {"scopes": [f"secretary:{ABAI}", "auditor:nation"]}
    assert acts(session) == [("system", "account.create", f"account:{account.id}", details)]


@pytest.mark.parametrize("login", ["", "ab", "айгүл", "a b c", "-aigul", "x" * 65, "a\nb"])
def test_a_login_that_cannot_be_typed_safely_is_refused(session: Session, login: str):
    with pytest.raises(BadInput):
        make(session, login)
    assert session.scalars(select(Account)).all() == []


def test_a_taken_login_is_refused_in_any_case(session: Session):
    make(session, "aigul")
    with pytest.raises(Conflict) as refused:
        make(session, "AIGUL")
    assert "aigul" in str(refused.value)


@pytest.mark.parametrize(
    "scope", [Scope(Role.AGENCY, ABAI), Scope(Role.SECRETARY, "999999999"), Scope(Role.ETHICS, "101010000")]
)
def test_an_impossible_scope_is_refused_before_anything_is_written(session: Session, scope: Scope):
    oblast(session, ABAI)
    with pytest.raises(BadInput):
        make(session, "aigul", scope)
    assert session.scalars(select(Account)).all() == []


def test_the_database_itself_refuses_an_agency_of_an_oblast_and_a_role_twice(session: Session):
    oblast(session, ABAI)
    account = make(session)
    commit(session, now=NOW)
    for scope in ((Role.AGENCY, ABAI), (Role.AGENCY, None)):
        session.add(AccountScope(account_id=account.id, role=scope[0], oblast_kato=scope[1]))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_an_invitation_sets_the_first_password_once(session: Session):
    account = make(session)
    token = invite_account(session, account=account, actor="system", now=NOW)
    kept = session.scalar(select(Invitation))
    assert token.encode() not in kept.token_hash
    accepted = accept_invitation(session, token=token, password=PASSWORD, now=NOW)
    assert accepted.id == account.id
    assert is_password(account.password_hash, PASSWORD)
    with pytest.raises(NotFound):
        accept_invitation(session, token=token, password=PASSWORD, now=NOW)
    assert [act[1] for act in acts(session)] == ["account.create", "account.invite", "account.accept"]


def test_a_weak_password_leaves_the_invitation_open(session: Session):
    token = invite_account(session, account=make(session), actor="system", now=NOW)
    with pytest.raises(BadInput):
        accept_invitation(session, token=token, password="aigul aigul aigul", now=NOW)
    assert account_of_invitation(session, token, now=NOW).password_hash is None


def test_an_invitation_ends_and_a_newer_one_takes_its_place(session: Session):
    account = make(session)
    first = invite_account(session, account=account, actor="system", now=NOW)
    second = invite_account(session, account=account, actor="system", now=NOW)
    with pytest.raises(NotFound):
        account_of_invitation(session, first, now=NOW)
    just_before = NOW + INVITATION_LIFE - timedelta(seconds=1)
    assert account_of_invitation(session, second, now=just_before).id == account.id
    with pytest.raises(Gone):
        account_of_invitation(session, second, now=NOW + INVITATION_LIFE)


def test_who_has_a_password_is_not_invited_but_reset(session: Session):
    account = make(session)
    account.password_hash = "x"
    with pytest.raises(Conflict):
        invite_account(session, account=account, actor="system", now=NOW)


def test_disabling_signs_out_and_takes_the_invitation_and_enabling_gives_it_all_back(session: Session):
    account = make(session)
    token = invite_account(session, account=account, actor="system", now=NOW)
    disable_account(session, account=account, actor="account:99", now=NOW)
    disable_account(session, account=account, actor="account:99", now=NOW)
    session.flush()
    assert account.session_version == 2
    assert staff(session, account_id=account.id, session_version=2) is None
    assert credentials(session, login="aigul") is None
    with pytest.raises(NotFound):
        account_of_invitation(session, token, now=NOW)
    with pytest.raises(Conflict):
        reset_account(session, account=account, actor="account:99", now=NOW)
    enable_account(session, account=account, actor="account:99", now=NOW)
    session.flush()
    assert staff(session, account_id=account.id, session_version=1) is None
    assert staff(session, account_id=account.id, session_version=2).login == "aigul"
    assert [act[1] for act in acts(session)] == [
        "account.create", "account.invite", "account.disable", "account.enable",
    ]  # fmt: skip


def test_nobody_disables_or_disarms_themselves(session: Session):
    account = make(session)
    own = f"account:{account.id}"
    with pytest.raises(Conflict):
        disable_account(session, account=account, actor=own, now=NOW)
    with pytest.raises(Conflict):
        set_scopes(session, account=account, scopes=[Scope(Role.AUDITOR)], actor=own, now=NOW)
    set_scopes(session, account=account, scopes=[Scope(Role.AUDITOR), Scope(Role.AGENCY)], actor=own, now=NOW)
    assert staff(session, account_id=account.id, session_version=1) is None
    found = staff(session, account_id=account.id, session_version=2)
    assert found.scopes == (Scope(Role.AUDITOR), Scope(Role.AGENCY))


def test_a_reset_forgets_everything_that_signs_in(session: Session):
    account = create_demo_account(
        session, login="aigul", name="Aigul", scopes=[Scope(Role.AGENCY)], password=PASSWORD,
        totp_secret=TOTP, secret_key=SECRET, now=NOW,
    )  # fmt: skip
    account.failed_tries, account.wait_until, account.totp_step = 7, NOW, 12
    token = reset_account(session, account=account, actor="account:99", now=NOW)
    session.flush()
    kept = (account.password_hash, account.totp_secret, account.totp_step, account.wait_until)
    assert kept == (None, None, None, None)
    assert (account.failed_tries, account.session_version) == (0, 2)
    assert account_of_invitation(session, token, now=NOW).id == account.id


def test_another_password_signs_out_everywhere(session: Session):
    account = make(session)
    with pytest.raises(BadInput):
        change_password(session, account=account, password="short", now=NOW)
    assert account.session_version == 1
    change_password(session, account=account, password=PASSWORD, now=NOW)
    assert account.session_version == 2
    assert is_password(account.password_hash, PASSWORD)


def test_a_demonstration_login_is_ready_and_does_not_exist_in_a_live_database(session: Session):
    def demo(login: str) -> Account:
        return create_demo_account(
            session, login=login, name="Aigul", scopes=[Scope(Role.AGENCY)], password=PASSWORD,
            totp_secret=TOTP, secret_key=SECRET, now=NOW,
        )  # fmt: skip

    account = demo("demo.agency")
    assert open_secret(SECRET, account.totp_secret) == TOTP
    assert is_password(account.password_hash, PASSWORD)
    for kind in ("live", None):
        if kind is None:
            session.delete(session.get(Birth, 1))
        else:
            session.get(Birth, 1).kind = kind
        session.flush()
        with pytest.raises(Conflict):
            demo("demo.other")


def test_the_list_is_in_the_kazakh_order_and_costs_two_queries_however_long(session: Session):
    def line(login: str, name: str) -> None:
        create_account(
            session, login=login, name=name, scopes=[Scope(Role.MEMBER), Scope(Role.AUDITOR)],
            actor="system", now=NOW,
        )  # fmt: skip

    line("one", "Нұр")
    session.flush()
    with counting(session) as queries:
        assert [account.name for account in list_accounts(session)] == ["Нұр"]
    assert len(queries) == 2
    line("two", "Әсем")
    line("three", "Ян")
    with counting(session) as queries:
        assert [account.name for account in list_accounts(session)] == ["Әсем", "Нұр", "Ян"]
    assert len(queries) == 2


def test_an_account_is_found_by_login_in_any_case_or_not_at_all(session: Session):
    account = make(session)
    assert account_by_login(session, " AIGUL ").id == account.id
    with pytest.raises(NotFound):
        account_by_login(session, "nobody")


def test_an_account_and_its_scopes_are_one_query(session: Session):
    account = make(session, "aigul", Scope(Role.AGENCY), Scope(Role.AUDITOR), Scope(Role.CHAIR))
    with counting(session) as queries:
        assert len(staff(session, account_id=account.id, session_version=1).scopes) == 3
    assert len(queries) == 1
