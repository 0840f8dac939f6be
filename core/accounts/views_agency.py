"""The agency's pages of accounts: who there is, what they may do, and links shown once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from core import clock
from core.access import Right, Scope, guarded, require_fresh_factor
from core.accounts import services
from core.accounts.entry import stay
from core.accounts.forms import NATION, ROLE_NAMES, AccountForm, ScopeForm
from core.accounts.models import Account
from core.accounts.queries import get_account, list_accounts, scopes_of
from core.accounts.views_public import Reply, accounts
from core.errors import BadInput, Conflict
from core.places.queries import oblasts, unit_name
from core.web.edge import database, settings
from core.web.language import language

F = TypeVar("F", bound=ScopeForm)
Change = Callable[[tuple[Scope, ...]], Iterable[Scope]]


@accounts.get("/staff/accounts")
@guarded(Right.MANAGE_ACCOUNTS)
def index() -> Reply:
    """All accounts with their roles and state."""
    return render_template(
        "core/accounts/index.html", accounts=list_accounts(database()), role_names=ROLE_NAMES,
        places=place_names(),
    )  # fmt: skip


@accounts.route("/staff/accounts/new", methods=["GET", "POST"])
@guarded(Right.MANAGE_ACCOUNTS)
def new() -> Reply:
    """Make an account and show its invitation once."""
    now = clock.present()
    require_fresh_factor(now=now)
    form = _with_places(AccountForm())
    if not form.validate_on_submit():
        return render_template("core/accounts/new.html", form=form)
    try:
        account = services.create_account(
            database(), login=form.login.data, name=form.name.data, scopes=[form.scope()],
            actor=current_user.reference, now=now,
        )  # fmt: skip
    except (BadInput, Conflict) as fault:
        form.login.errors = [fault.message]
        return render_template("core/accounts/new.html", form=form), 422
    return _invited(account)


@accounts.get("/staff/accounts/<int:number>")
@guarded(Right.MANAGE_ACCOUNTS)
def edit(number: int) -> Reply:
    """One account: its roles and what can be done with it."""
    require_fresh_factor(now=clock.present())
    get_account(database(), number)
    (listed,) = list_accounts(database(), only=number)
    return render_template(
        "core/accounts/edit.html", account=listed, form=_with_places(ScopeForm()), role_names=ROLE_NAMES,
        places=place_names(),
    )  # fmt: skip


@accounts.post("/staff/accounts/<int:number>/scopes")
@guarded(Right.MANAGE_ACCOUNTS)
def add_scope(number: int) -> Reply:
    """Give a role."""
    form = _with_places(ScopeForm())
    if not form.validate_on_submit():
        raise BadInput(str(next(iter(form.errors.values()))[0]))
    return _set(number, lambda scopes: (*scopes, form.scope()))


@accounts.post("/staff/accounts/<int:number>/scopes/remove")
@guarded(Right.MANAGE_ACCOUNTS)
def remove_scope(number: int) -> Reply:
    """Take a role away."""
    taken = request.form.get("role"), request.form.get("oblast") or None
    return _set(number, lambda scopes: [s for s in scopes if (s.role.value, s.oblast) != taken])


@accounts.post("/staff/accounts/<int:number>/invite")
@guarded(Right.MANAGE_ACCOUNTS)
def invite(number: int) -> Reply:
    """Show a new invitation, in place of the earlier one."""
    require_fresh_factor(now=clock.present())
    return _invited(get_account(database(), number))


@accounts.post("/staff/accounts/<int:number>/reset")
@guarded(Right.MANAGE_ACCOUNTS)
def reset(number: int) -> Reply:
    """Forget password and factor, and show a new invitation."""
    now = clock.present()
    require_fresh_factor(now=now)
    account = get_account(database(), number)
    token = services.reset_account(database(), account=account, actor=current_user.reference, now=now)
    return _show_invitation(account, token)


@accounts.post("/staff/accounts/<int:number>/disable")
@guarded(Right.MANAGE_ACCOUNTS)
def disable(number: int) -> Reply:
    """Stop an account at once."""
    now = clock.present()
    require_fresh_factor(now=now)
    account = get_account(database(), number)
    services.disable_account(database(), account=account, actor=current_user.reference, now=now)
    return redirect(url_for("accounts.edit", number=number))


@accounts.post("/staff/accounts/<int:number>/enable")
@guarded(Right.MANAGE_ACCOUNTS)
def enable(number: int) -> Reply:
    """Let a disabled account sign in again."""
    now = clock.present()
    require_fresh_factor(now=now)
    account = get_account(database(), number)
    services.enable_account(database(), account=account, actor=current_user.reference, now=now)
    return redirect(url_for("accounts.edit", number=number))


def place_names() -> dict[str, str]:
    """The oblasts and cities by their codes, named in the reader's language, in its order."""
    reader = language()
    return {unit.kato: unit_name(unit, reader) for unit in oblasts(database(), reader)}


def invitation_address(token: str) -> str:
    """The whole address of an invitation, as it is handed over."""
    return f"{settings().public_url}/staff/invitation/{token}"


def _set(number: int, change: Change) -> Response:
    now = clock.present()
    require_fresh_factor(now=now)
    account = get_account(database(), number)
    chosen = change(scopes_of(database(), [number])[number])
    services.set_scopes(database(), account=account, scopes=chosen, actor=current_user.reference, now=now)
    if account.id == current_user.id:
        stay(account)
    return redirect(url_for("accounts.edit", number=number))


def _invited(account: Account) -> Reply:
    now = clock.present()
    token = services.invite_account(database(), account=account, actor=current_user.reference, now=now)
    return _show_invitation(account, token)


def _show_invitation(account: Account, token: str) -> Reply:
    return render_template(
        "core/accounts/invited.html", account=account, address=invitation_address(token),
        hours=int(services.INVITATION_LIFE.total_seconds() // 3600),
    )  # fmt: skip


def _with_places(form: F) -> F:
    places = [SelectChoice(kato, name) for kato, name in place_names().items()]
    form.oblast.choices = [SelectChoice(NATION, _("the whole country")), *places]
    return form
