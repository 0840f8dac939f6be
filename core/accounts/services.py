"""What may be done with accounts: made, invited, scoped, disabled, reset, and given a second factor.

Every act is journalled by reference; failed logins only as a count a day. Nothing here commits,
reads the clock or knows the web.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import audit
from core.access import RIGHTS, Right, Role, Scope
from core.accounts.factors import hash_password, new_token, refuse_weak, seal_secret, token_hash
from core.accounts.models import Account, AccountScope, Invitation, RecoveryCode
from core.accounts.queries import account_of_invitation
from core.birth import Birth
from core.errors import BadInput, Conflict
from core.places.models import Unit
from core.places.naming import UnitLevel

INVITATION_LIFE = timedelta(hours=72)
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,62}[a-z0-9]")
LONGEST_NAME = 120


def create_account(
    session: Session, *, login: str, name: str, scopes: Iterable[Scope], actor: str, now: datetime
) -> Account:
    """Make an account that cannot sign in until it is invited.

    :raises BadInput: for a login, name or scope that cannot be taken.
    :raises Conflict: when the login is taken.
    """
    chosen = _checked(session, scopes)
    account = _add_account(session, login=login, name=name, now=now)
    added = _add_scopes(session, account, chosen)
    audit.record(session, actor=actor, action="account.create", subject=_reference(account), scopes=added)
    return account


def invite_account(session: Session, *, account: Account, actor: str, now: datetime) -> str:
    """Give a new link's token, in place of an earlier one; it is returned once and never kept.

    :raises Conflict: when the account is disabled or has a password already.
    """
    if account.disabled_at is not None:
        raise Conflict(_l("This account is disabled: enable it first."))
    if account.password_hash is not None:
        raise Conflict(_l("This account has a password already: reset it to invite it anew."))
    token = _new_invitation(session, account, now)
    audit.record(session, actor=actor, action="account.invite", subject=_reference(account))
    return token


def accept_invitation(session: Session, *, token: str, password: str, now: datetime) -> Account:
    """Set the first password with an invitation, which is then used up.

    :raises NotFound, Gone: for a token that does not, or not any more, invite anybody.
    :raises BadInput: for a weak password.
    """
    account = account_of_invitation(session, token, now=now)
    refuse_weak(password, login=account.login)
    account.password_hash = hash_password(password)
    session.execute(delete(Invitation).where(Invitation.account_id == account.id))
    audit.record(session, actor=_reference(account), action="account.accept", subject=_reference(account))
    return account


def change_password(session: Session, *, account: Account, password: str, now: datetime) -> None:
    """Set another password and sign out everywhere.

    :raises BadInput: for a weak password.
    """
    refuse_weak(password, login=account.login)
    account.password_hash = hash_password(password)
    account.session_version += 1
    audit.record(session, actor=_reference(account), action="password.change", subject=_reference(account))


def set_scopes(
    session: Session, *, account: Account, scopes: Iterable[Scope], actor: str, now: datetime
) -> None:
    """Put these roles in place of the present ones, and sign out everywhere.

    :raises Conflict: when an account would take away its own right to manage accounts.
    """
    chosen = _checked(session, scopes)
    keeps = any(scope.role in RIGHTS[Right.MANAGE_ACCOUNTS] for scope in chosen)
    if actor == _reference(account) and not keeps:
        raise Conflict(_l("You cannot take this right from your own account. Ask another of the agency."))
    session.execute(delete(AccountScope).where(AccountScope.account_id == account.id))
    added = _add_scopes(session, account, chosen)
    account.session_version += 1
    audit.record(session, actor=actor, action="account.scope", subject=_reference(account), scopes=added)


def disable_account(session: Session, *, account: Account, actor: str, now: datetime) -> None:
    """Stop an account at once, everywhere; doing it again changes nothing.

    :raises Conflict: when it is one's own.
    """
    if actor == _reference(account):
        raise Conflict(_l("You cannot disable your own account. Ask another of the agency."))
    if account.disabled_at is None:
        account.disabled_at = now
        account.session_version += 1
        session.execute(delete(Invitation).where(Invitation.account_id == account.id))
        audit.record(session, actor=actor, action="account.disable", subject=_reference(account))


def enable_account(session: Session, *, account: Account, actor: str, now: datetime) -> None:
    """Let a disabled account sign in again, with the password and factor it had."""
    if account.disabled_at is not None:
        account.disabled_at = None
        audit.record(session, actor=actor, action="account.enable", subject=_reference(account))


def reset_account(session: Session, *, account: Account, actor: str, now: datetime) -> str:
    """Forget the password, the factor and the codes, sign out everywhere, and give a new link's token.

    :raises Conflict: when the account is disabled.
    """
    if account.disabled_at is not None:
        raise Conflict(_l("This account is disabled: enable it first."))
    account.password_hash = account.totp_secret = account.totp_step = account.wait_until = None
    account.failed_tries = 0
    account.session_version += 1
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    token = _new_invitation(session, account, now)
    audit.record(session, actor=actor, action="account.reset", subject=_reference(account))
    return token


def create_demo_account(
    session: Session,
    *,
    login: str,
    name: str,
    scopes: Iterable[Scope],
    password: str,
    totp_secret: str,
    secret_key: str,
    now: datetime,
) -> Account:
    """Make a demonstration login that everybody knows, ready to sign in.

    :raises Conflict: in a live database, always.
    """
    if session.scalar(select(Birth.kind)) != "demo":
        raise Conflict(_l("Demonstration logins do not exist in a live database."))
    chosen = _checked(session, scopes)
    account = _add_account(session, login=login, name=name, now=now)
    account.password_hash = _public_hash(password)
    account.totp_secret = seal_secret(secret_key, totp_secret)
    added = _add_scopes(session, account, chosen)
    audit.record(
        session, actor="system", action="account.create", subject=_reference(account), scopes=added,
        demonstration=True,
    )  # fmt: skip
    return account


@lru_cache(maxsize=10)
def _public_hash(password: str) -> str:
    """One hash for all logins with a password that everybody knows: a hash is slow on purpose."""
    return hash_password(password)


def _add_account(session: Session, *, login: str, name: str, now: datetime) -> Account:
    clean, called = login.strip().lower(), " ".join(name.split())
    if LOGIN.fullmatch(clean) is None:
        raise BadInput(
            _l("“%(login)s” is no login: take 3 to 64 Latin letters, digits and . _ @ + -", login=login)
        )
    if not 1 <= len(called) <= LONGEST_NAME:
        raise BadInput(_l("A name has 1 to %(longest)d characters.", longest=LONGEST_NAME))
    if session.scalar(select(func.count()).select_from(Account).where(Account.login == clean)):
        raise Conflict(_l("The login “%(login)s” is taken: choose another.", login=clean))
    account = Account(login=clean, name=called, session_version=1, failed_tries=0, created_at=now)
    session.add(account)
    session.flush()
    return account


def _checked(session: Session, scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Each scope once; a wrong one is refused before anything is written."""
    chosen = tuple(dict.fromkeys(scopes))
    for scope in chosen:
        if scope.role is Role.AGENCY and scope.oblast is not None:
            raise BadInput(_l("The agency acts for the whole country: give this role without an oblast."))
    if len(chosen) > 1 and Role.NOMINEE in {scope.role for scope in chosen}:
        raise BadInput(_l("A nominee's account has no other role: make another account for it."))
    asked = {scope.oblast for scope in chosen if scope.oblast is not None}
    known = select(Unit.kato).where(Unit.kato.in_(asked), Unit.level == UnitLevel.OBLAST)
    for kato in sorted(asked - set(session.scalars(known))):
        raise BadInput(_l("There is no oblast or city with the KATO code “%(kato)s”.", kato=kato))
    return chosen


def _add_scopes(session: Session, account: Account, scopes: tuple[Scope, ...]) -> list[str]:
    session.add_all(
        AccountScope(account_id=account.id, role=scope.role, oblast_kato=scope.oblast) for scope in scopes
    )
    session.flush()
    return [f"{scope.role.value}:{scope.oblast or 'nation'}" for scope in scopes]


def _new_invitation(session: Session, account: Account, now: datetime) -> str:
    token = new_token()
    session.execute(delete(Invitation).where(Invitation.account_id == account.id))
    session.add(
        Invitation(account_id=account.id, token_hash=token_hash(token), expires_at=now + INVITATION_LIFE)
    )
    session.flush()
    return token


def _reference(account: Account) -> str:
    return f"account:{account.id}"
