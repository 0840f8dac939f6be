"""What is known of accounts; reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.access import Scope
from core.accounts.factors import token_hash
from core.accounts.models import (
    Account,
    AccountScope,
    EndedSession,
    FailureCount,
    Invitation,
    RecoveryCode,
)
from core.errors import Gone, NotFound
from core.words import kazakh_key


@dataclass(frozen=True, slots=True)
class Staff:
    """An account that is signed in, as views meet it: `current_user`.

    It satisfies :class:`core.access.Holder` and Flask-Login; it is read anew on every request.
    """

    id: int
    login: str
    name: str
    session_version: int
    scopes: tuple[Scope, ...]

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def reference(self) -> str:
        """The account in the journal."""
        return f"account:{self.id}"

    def get_id(self) -> str:
        """What the session keeps: the account and its version."""
        return f"{self.id}.{self.session_version}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is checked against."""

    id: int
    session_version: int
    password_hash: str | None
    has_factor: bool
    wait_until: datetime | None


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """A line of the accounts page."""

    id: int
    login: str
    name: str
    scopes: tuple[Scope, ...]
    is_disabled: bool
    has_password: bool
    has_factor: bool
    invited_until: datetime | None


def staff(session: Session, *, account_id: int, session_version: int, mark: bytes = b"") -> Staff | None:
    """The account with its scopes, in one query; None if disabled, or its session (by its mark) was ended."""
    rows = session.execute(
        select(Account.login, Account.name, AccountScope.role, AccountScope.oblast_kato)
        .outerjoin(AccountScope, AccountScope.account_id == Account.id)
        .where(
            Account.id == account_id,
            Account.session_version == session_version,
            Account.disabled_at.is_(None),
            ~exists().where(EndedSession.mark == mark),
        )
        .order_by(AccountScope.id)
    ).all()
    if not rows:
        return None
    scopes = tuple(Scope(row.role, row.oblast_kato) for row in rows if row.role is not None)
    return Staff(account_id, rows[0].login, rows[0].name, session_version, scopes)


def credentials(session: Session, *, login: str) -> Credentials | None:
    """What a login is checked against; None for an unknown or disabled one."""
    row = session.execute(
        select(
            Account.id,
            Account.session_version,
            Account.password_hash,
            Account.totp_secret,
            Account.wait_until,
        ).where(Account.login == login, Account.disabled_at.is_(None))
    ).first()
    if row is None:
        return None
    return Credentials(
        row.id, row.session_version, row.password_hash, row.totp_secret is not None, row.wait_until
    )


def get_account(session: Session, account_id: int) -> Account:
    """The account, or :class:`NotFound`."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound(_l("There is no account number %(number)d.", number=account_id))
    return account


def account_by_login(session: Session, login: str) -> Account:
    """The account of a login, or :class:`NotFound`."""
    account = session.scalar(select(Account).where(Account.login == login.strip().lower()))
    if account is None:
        raise NotFound(_l("There is no account with the login “%(login)s”.", login=login))
    return account


def account_of_invitation(session: Session, token: str, *, now: datetime) -> Account:
    """The account that a token invites.

    :raises NotFound: when the token is wrong, used, or a newer one took its place.
    :raises Gone: when it is too old.
    """
    found = session.scalar(select(Invitation).where(Invitation.token_hash == token_hash(token)))
    account = None if found is None else session.get(Account, found.account_id)
    if account is None or account.disabled_at is not None:
        raise NotFound(_l("This invitation was used or replaced. Ask the agency for a new one."))
    if found.expires_at <= now:
        raise Gone(_l("This invitation is too old. Ask the agency for a new one."))
    return account


def scopes_of(session: Session, account_ids: Collection[int]) -> dict[int, tuple[Scope, ...]]:
    """The scopes of each of these accounts."""
    found: dict[int, tuple[Scope, ...]] = dict.fromkeys(account_ids, ())
    chosen = select(AccountScope).where(AccountScope.account_id.in_(account_ids)).order_by(AccountScope.id)
    for scope in session.scalars(chosen):
        found[scope.account_id] += (Scope(scope.role, scope.oblast_kato),)
    return found


def list_accounts(session: Session, *, only: int | None = None) -> list[ListedAccount]:
    """All accounts (or one) with their scopes and state, by name in the Kazakh order; two queries."""
    chosen = select(Account, Invitation.expires_at).outerjoin(Invitation, Invitation.account_id == Account.id)
    rows = session.execute(chosen if only is None else chosen.where(Account.id == only)).all()
    scopes = scopes_of(session, [account.id for account, _ in rows])
    listed = [
        ListedAccount(
            account.id, account.login, account.name, scopes[account.id], account.disabled_at is not None,
            account.password_hash is not None, account.totp_secret is not None, invited_until,
        )
        for account, invited_until in rows
    ]  # fmt: skip
    return sorted(listed, key=lambda account: (kazakh_key(account.name), account.login))


def names_of(session: Session, account_ids: Collection[int]) -> dict[int, str]:
    """The names of accounts by their numbers, for pages that show the journal's references."""
    chosen = select(Account.id, Account.name).where(Account.id.in_(account_ids))
    return {row.id: row.name for row in session.execute(chosen)}


def recovery_codes_left(session: Session, account_id: int) -> int:
    """How many recovery codes an account has not used."""
    unused = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused)


def active_accounts(session: Session) -> int:
    """How many accounts are not disabled."""
    return session.scalar(select(func.count()).select_from(Account).where(Account.disabled_at.is_(None)))


def failed_logins(session: Session) -> int:
    """How many logins have ever failed."""
    return session.scalar(select(func.coalesce(func.sum(FailureCount.failures), 0)))


def any_sealed_secret(session: Session) -> bytes | None:
    """One sealed second factor, to see whether it still opens."""
    return session.scalar(select(Account.totp_secret).where(Account.totp_secret.is_not(None)).limit(1))
