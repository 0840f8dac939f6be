"""The tables of staff: accounts, their scopes, invitations, recovery codes, ended sessions,
and counts of failed logins.

A password, a token and a recovery code are kept as hashes only, a second factor's secret sealed.
No row here has a network address.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.access import Role
from core.storage import WITHOUT_ROWID, Base, SerialKey, UtcDateTime, enum_column


class Account(Base):
    """A member of staff: how they sign in, and since when they may not."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("login"),
        CheckConstraint("length(login) BETWEEN 3 AND 64 AND login = lower(login)", name="login"),
        CheckConstraint("session_version > 0", name="session_version"),
        CheckConstraint("failed_tries >= 0", name="failed_tries"),
        CheckConstraint("totp_step IS NULL OR totp_secret IS NOT NULL", name="step_of_a_factor"),
    )

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    login: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(160))
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary(128))
    # The step of the last accepted code: the same code is refused afterwards.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    # Part of every session: raising it signs the account out everywhere.
    session_version: Mapped[int] = mapped_column(default=1)
    failed_tries: Mapped[int] = mapped_column(default=0)
    wait_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountScope(Base):
    """A role of an account, in the nation (no oblast) or in one oblast."""

    __tablename__ = "account_scopes"
    __table_args__ = (
        UniqueConstraint("account_id", "role", "oblast_kato"),
        # Two NULLs are different to a UNIQUE constraint, so the national roles have an index of their own.
        Index(
            "ix_account_scopes_national", "account_id", "role", unique=True,
            sqlite_where=text("oblast_kato IS NULL"), postgresql_where=text("oblast_kato IS NULL"),
        ),
        CheckConstraint("role <> 'agency' OR oblast_kato IS NULL", name="agency_is_national"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(SerialKey, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    oblast_kato: Mapped[str | None] = mapped_column(ForeignKey("units.kato"))


class RecoveryCode(Base):
    """One of the codes that stand in for a lost second factor; each works once."""

    __tablename__ = "account_recovery_codes"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Base):
    """The open invitation of an account; a new one takes its place, and accepting it deletes it."""

    __tablename__ = "account_invitations"
    __table_args__ = (UniqueConstraint("token_hash"), CheckConstraint("length(token_hash) = 32", name="hash"))

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EndedSession(Base):
    """A session that was signed out: kept until it would be over, so that no copy of its cookie works."""

    __tablename__ = "account_ended_sessions"
    __table_args__ = (CheckConstraint("length(mark) = 32", name="mark"), WITHOUT_ROWID)

    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailureCount(Base):
    """How many logins failed on a day, over all accounts and unknown names."""

    __tablename__ = "account_failures"
    __table_args__ = (CheckConstraint("failures > 0", name="failures"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    failures: Mapped[int]
    is_journalled: Mapped[bool] = mapped_column(default=False)
