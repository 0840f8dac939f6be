"""Signing in at the web's edge: Flask-Login's hooks, the half-signed-in state, and where to go next.

A session counts as signed in only after password and second factor. The cookie holds references
and instants, never a secret in the clear.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, Response, after_this_request, g, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager, login_user, logout_user
from itsdangerous import BadData, URLSafeTimedSerializer

from core import clock
from core.access import Scope
from core.accounts.factors import (
    is_outdated,
    is_password,
    new_secret,
    new_token,
    open_secret,
    seal_secret,
    token_hash,
)
from core.accounts.models import Account
from core.accounts.queries import Credentials, Staff, credentials, staff
from core.accounts.signing_in import count_failure, end_session, keep_password_young
from core.errors import Unavailable
from core.web.edge import database, settings, storage
from core.web.failures import show, wants_json

HALFWAY_LIFE = timedelta(minutes=10)
#: However busy: its use keeps a session's cookie young (core.application.SESSION_LENGTH), not the session.
LONGEST_SESSION = timedelta(hours=12)
DEVICE_COOKIE = "staff_device"
DEVICE_LIFE = timedelta(days=180)


class Nobody(AnonymousUserMixin):
    """Whoever is not signed in: no name, no scope, no right."""

    scopes: tuple[Scope, ...] = ()


def init_accounts(app: Flask) -> None:
    """Hang signing in on the application."""
    manager = LoginManager()
    # The session is bound to the account's version; a network address says nothing here.
    manager.session_protection = None
    manager.anonymous_user = Nobody
    manager.user_loader(_load)
    manager.unauthorized_handler(_ask_to_sign_in)
    manager.init_app(app)
    app.after_request(_keep_staff_pages_out_of_caches)


def safe_next() -> str:
    """Where the reader wanted to go, if that is a page of ours, or the staff's first page."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted) if wanted.isprintable() else urlsplit("")
    own = parts.netloc in ("", request.host) and parts.scheme in ("", request.scheme)
    path = parts.path
    if not own or "\\" in wanted or not path.startswith("/") or path.startswith("//"):
        return url_for("accounts.home")
    return f"{path}?{parts.query}" if parts.query else path


def check_login(login: str, password: str, *, now: datetime) -> Credentials | None:
    """The account, if the password is right and the account is not resting after failures.

    The costly comparison is made before the writing transaction opens, for unknown logins too. A
    browser that signed in to the account before need not wait: strangers' tries cannot keep it out.
    """
    with storage().read() as reading:
        found = credentials(reading, login=login.strip().lower())
    is_right = is_password(found.password_hash if found else None, password)
    rests = found is not None and found.wait_until is not None and now < found.wait_until
    if found is not None and rests and _is_known_device(found):
        rests = False
    if found is None or rests or not is_right:
        count_failure(database(), account_id=found.id if found and not rests else None, now=now)
        return None
    if is_outdated(found.password_hash):
        keep_password_young(database(), account_id=found.id, password=password)
    return found


def begin(account_id: int, session_version: int, *, now: datetime) -> None:
    """Remember that the password was right; the second factor must follow within ten minutes."""
    cookie.clear()
    cookie["halfway"] = [account_id, session_version, now.isoformat()]


def halfway(*, now: datetime) -> Account | None:
    """The account whose password was given in this browser within the last ten minutes."""
    account_id, version, given = cookie.get("halfway", (0, 0, ""))
    if not given or now - datetime.fromisoformat(given) > HALFWAY_LIFE:
        return None
    account = database().get(Account, account_id)
    is_same = account is not None and account.session_version == version and account.disabled_at is None
    return account if is_same else None


def finish(account: Account, *, now: datetime) -> None:
    """Sign the account in: both halves were given. The session ends by itself after half a day."""
    _sign_in(account, factor_at=now.isoformat(), ends_at=(now + LONGEST_SESSION).isoformat())


def stay(account: Account) -> None:
    """Keep this browser signed in where all sessions of the account were ended.

    No half was given anew: the factor and the session are as old as they were.
    """
    _sign_in(account, **{name: cookie[name] for name in ("factor_at", "ends_at") if name in cookie})


def leave(*, now: datetime) -> None:
    """Sign out: the session ends on the server too, so that a copy of its cookie opens nothing."""
    ends_at = datetime.fromisoformat(cookie.get("ends_at", now.isoformat()))
    end_session(database(), mark=_mark(), ends_at=ends_at, now=now)
    logout_user()
    cookie.clear()


def enrolling_secret() -> str:
    """The secret that this browser is enrolling: drawn once, kept sealed in its cookie."""
    key = settings().secret_key
    kept = cookie.get("enrolling")
    if kept is not None:
        try:
            return open_secret(key, bytes.fromhex(kept))
        except (Unavailable, ValueError):
            cookie.pop("enrolling")
    secret = new_secret()
    cookie["enrolling"] = seal_secret(key, secret).hex()
    return secret


def _sign_in(account: Account, **instants: str) -> None:
    cookie.clear()
    cookie.permanent = True
    cookie.update(instants, mark=new_token())
    login_user(staff(database(), account_id=account.id, session_version=account.session_version))
    _remember_device(account)


def _load(kept: str) -> Staff | None:
    if g.get("failed"):
        return None  # an error page must not ask a database that may be what failed
    account_id, _point, version = kept.partition(".")
    if not (account_id.isdecimal() and version.isdecimal()):
        return None
    ends_at = cookie.get("ends_at")
    if ends_at is not None and clock.present() >= datetime.fromisoformat(ends_at):
        return None
    return staff(database(), account_id=int(account_id), session_version=int(version), mark=_mark())


def _mark() -> bytes:
    """What the database knows this session by."""
    return token_hash(cookie.get("mark", ""))


def _ask_to_sign_in() -> Response:
    if wants_json():
        return show(401, _("Sign in first"), _("This address needs a staff account."))
    wanted = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
    return redirect(url_for("accounts.login", next=wanted))


def _keep_staff_pages_out_of_caches(response: Response) -> Response:
    # Not `no_store()`: that also hides the referrer, which the forms' token is checked against.
    if request.path.startswith("/staff"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _devices() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="staff-device")


def _fingerprint(password_hash: str | None) -> str:
    """Of the password: another one makes every browser a stranger, another role does not."""
    return token_hash(password_hash or "").hex()


def _is_known_device(found: Credentials) -> bool:
    try:
        kept = _devices().loads(
            request.cookies.get(DEVICE_COOKIE, ""), max_age=int(DEVICE_LIFE.total_seconds())
        )
    except BadData:
        return False
    return kept == [found.id, _fingerprint(found.password_hash)]


def _remember_device(account: Account) -> None:
    kept = _devices().dumps([account.id, _fingerprint(account.password_hash)])

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            DEVICE_COOKIE, kept, max_age=int(DEVICE_LIFE.total_seconds()), path="/staff/login",
            secure=settings().is_secure, httponly=True, samesite="Lax",
        )  # fmt: skip
        return response
