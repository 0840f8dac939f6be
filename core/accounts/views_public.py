"""The pages before one is signed in: login, second factor, enrolment, invitation."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import public
from core.accounts.entry import begin, check_login, enrolling_secret, finish, halfway, safe_next
from core.accounts.factors import enrolment_address, enrolment_picture
from core.accounts.forms import CodeForm, LoginForm, PasswordForm
from core.accounts.models import Account
from core.accounts.queries import account_of_invitation
from core.accounts.services import accept_invitation
from core.accounts.signing_in import Outcome, enrol_factor, try_factor
from core.errors import BadInput
from core.web.edge import database, settings
from core.web.limits import limiter

accounts = Blueprint("accounts", __name__)

#: For one network place, which a whole office may share; each account slows down by itself besides.
GUESSES = "30 per 10 minutes"
Reply = str | Response | tuple[str, int]


@accounts.route("/staff/login", methods=["GET", "POST"])
@public
@limiter.limit(GUESSES, methods=["POST"])
def login() -> Reply:
    """Ask for login and password; the second factor follows."""
    if current_user.is_authenticated:
        return redirect(safe_next())
    form = LoginForm()
    if form.validate_on_submit():
        found = check_login(form.login.data, form.password.data, now=clock.present())
        if found is not None:
            begin(found.id, found.session_version, now=clock.present())
            step = "accounts.second" if found.has_factor else "accounts.enrol"
            return redirect(url_for(step, next=safe_next()))
        form.password.errors = [_("Login or password is wrong, or there were too many tries just now.")]
    return render_template("core/accounts/login.html", form=form, next=safe_next())


@accounts.route("/staff/login/factor", methods=["GET", "POST"])
@public
@limiter.limit(GUESSES, methods=["POST"])
def second() -> Reply:
    """Ask for the second factor after the password."""
    now = clock.present()
    account = halfway(now=now)
    if account is None or account.totp_secret is None:
        return redirect(url_for("accounts.login", next=safe_next()))
    form = CodeForm()
    if form.validate_on_submit() and is_accepted(form, account):
        finish(account, now=now)
        return redirect(safe_next())
    return render_template("core/accounts/second.html", form=form, next=safe_next())


@accounts.route("/staff/login/enrol", methods=["GET", "POST"])
@public
@limiter.limit(GUESSES, methods=["POST"])
def enrol() -> Reply:
    """Tie a second factor to the account before anything else is open to it."""
    account = halfway(now=clock.present())
    if account is None or account.totp_secret is not None:
        return redirect(url_for("accounts.login", next=safe_next()))
    form, secret = CodeForm(), enrolling_secret()
    if form.validate_on_submit():
        codes = _enrolled(form, account, secret)
        if codes:
            return render_template("core/accounts/codes.html", codes=codes, next=safe_next())
    issuer = "Auyl Uni DEMO" if settings().is_demo else "Auyl Uni"
    address = enrolment_address(secret, login=account.login, issuer=issuer)
    picture = enrolment_picture(address, title=_("QR code for your authenticator app"))
    return render_template(
        "core/accounts/enrol.html", form=form, picture=picture, secret=secret, next=safe_next()
    )


@accounts.route("/staff/invitation/<string:token>", methods=["GET", "POST"])
@public
@limiter.limit(GUESSES)
def invitation(token: str) -> Reply:
    """Let the invited person choose a password; enrolment follows."""
    now = clock.present()
    account = account_of_invitation(database(), token, now=now)
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            accept_invitation(database(), token=token, password=form.password.data, now=now)
        except BadInput as fault:
            form.password.errors = [fault.message]
        else:
            begin(account.id, account.session_version, now=now)
            return redirect(url_for("accounts.enrol"))
    return render_template("core/accounts/invitation.html", form=form, account=account)


def is_accepted(form: CodeForm, account: Account) -> bool:
    """Whether the typed code is taken; says in the form why not."""
    outcome = try_factor(
        database(), account=account, code=form.code.data, secret_key=settings().secret_key,
        now=clock.present(),
    )  # fmt: skip
    if outcome is Outcome.REFUSED:
        form.code.errors = [_("This code is wrong, too old or was used already. Wait for the next one.")]
    elif outcome is Outcome.WAIT:
        form.code.errors = [_("Too many tries. Wait a few minutes, then try once more.")]
    return outcome is Outcome.ACCEPTED


def _enrolled(form: CodeForm, account: Account, secret: str) -> tuple[str, ...]:
    now = clock.present()
    try:
        codes = enrol_factor(
            database(), account=account, secret=secret, code=form.code.data,
            secret_key=settings().secret_key, now=now,
        )  # fmt: skip
    except BadInput as fault:
        form.code.errors = [fault.message]
        return ()
    cookie.pop("enrolling", None)
    finish(account, now=now)
    return codes
