"""The pages that every member of staff has: the first page, the factor asked again, one's own account."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask import session as cookie
from flask_login import current_user

from core import clock
from core.access import require_fresh_factor, signed_in
from core.accounts.entry import leave, safe_next, stay
from core.accounts.forms import ROLE_NAMES, CodeForm, PasswordForm
from core.accounts.queries import get_account, recovery_codes_left
from core.accounts.services import change_password
from core.accounts.signing_in import renew_recovery_codes
from core.accounts.views_agency import place_names
from core.accounts.views_public import GUESSES, Reply, accounts, is_accepted
from core.errors import BadInput
from core.web.edge import database, settings
from core.web.limits import limiter


@accounts.get("/staff")
@signed_in
def home() -> Reply:
    """The staff's first page: what one may do."""
    return render_template("core/accounts/home.html", role_names=ROLE_NAMES, places=place_names())


@accounts.post("/staff/sign-out")
@signed_in
def sign_out() -> Reply:
    """Sign out of this browser, and wherever its cookie was copied to."""
    leave(now=clock.present())
    return redirect(url_for("accounts.login"))


@accounts.route("/staff/factor", methods=["GET", "POST"])
@signed_in
@limiter.limit(GUESSES, methods=["POST"])
def factor() -> Reply:
    """Ask for the second factor again, for an act that needs a fresh one."""
    form = CodeForm()
    account = get_account(database(), current_user.id)
    if form.validate_on_submit() and is_accepted(form, account):
        cookie["factor_at"] = clock.present().isoformat()
        return redirect(safe_next())
    return render_template("core/accounts/factor.html", form=form, next=safe_next())


@accounts.get("/staff/me")
@signed_in
def me() -> Reply:
    """One's own account: password and recovery codes."""
    left = recovery_codes_left(database(), current_user.id)
    return render_template("core/accounts/me.html", form=PasswordForm(), left=left)


@accounts.post("/staff/me/password")
@signed_in
def password() -> Reply:
    """Change one's own password, and sign out everywhere else."""
    now = clock.present()
    require_fresh_factor(now=now)
    form, account = PasswordForm(), get_account(database(), current_user.id)
    if form.validate_on_submit():
        try:
            change_password(database(), account=account, password=form.password.data, now=now)
        except BadInput as fault:
            form.password.errors = [fault.message]
        else:
            stay(account)
            return redirect(url_for("accounts.me"))
    left = recovery_codes_left(database(), current_user.id)
    return render_template("core/accounts/me.html", form=form, left=left), 422


@accounts.post("/staff/me/codes")
@signed_in
def codes() -> Reply:
    """Make new recovery codes, show them once, and sign out everywhere else."""
    now = clock.present()
    require_fresh_factor(now=now)
    account = get_account(database(), current_user.id)
    made = renew_recovery_codes(database(), account=account, secret_key=settings().secret_key, now=now)
    stay(account)
    return render_template("core/accounts/codes.html", codes=made, next=url_for("accounts.me"))
