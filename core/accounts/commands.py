"""Commands for accounts: the first one is made here, and a lost factor is helped from here."""

from __future__ import annotations

import json

import click

from core import clock
from core.access import Role, Scope
from core.accounts.queries import account_by_login, list_accounts
from core.accounts.services import (
    create_account,
    disable_account,
    enable_account,
    invite_account,
    reset_account,
)
from core.errors import AuylError
from core.web.edge import settings, storage


class PlainGroup(click.Group):
    """A group whose commands say what is wrong in one line, without a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except AuylError as fault:
            raise click.ClickException(str(fault)) from None


accounts = PlainGroup("accounts", help="Staff accounts: create, invite, disable, enable, reset, list.")
ACTOR = "system"
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class ScopeType(click.ParamType):
    """A role, or a role and an oblast: ``agency``, ``secretary:110000000``."""

    name = "role[:kato]"

    def convert(
        self, value: str | Scope, parameter: click.Parameter | None, context: click.Context | None
    ) -> Scope:
        if isinstance(value, Scope):
            return value
        role, _colon, oblast = value.partition(":")
        if role not in {known.value for known in Role}:
            self.fail(f"{role!r} is no role: use one of {', '.join(Role)}.", parameter, context)
        return Scope(Role(role), oblast or None)


@accounts.command()
@click.argument("login")
@click.option("--name", required=True, help="The person's name, as colleagues know it.")
@click.option("--scope", "scopes", type=ScopeType(), multiple=True, required=True,
              help="A role in the nation, or role:KATO in an oblast. May be repeated.")  # fmt: skip
@as_json
def create(login: str, name: str, scopes: tuple[Scope, ...], as_json: bool) -> None:
    """Make an account and print its invitation, once."""
    now = clock.present()
    with storage().write(now=now) as session:
        account = create_account(session, login=login, name=name, scopes=scopes, actor=ACTOR, now=now)
        token = invite_account(session, account=account, actor=ACTOR, now=now)
        facts = _facts(account.id, account.login, token)
    _print(facts, as_json)


@accounts.command()
@click.argument("login")
@as_json
def invite(login: str, as_json: bool) -> None:
    """Print a new invitation, in place of the earlier one."""
    now = clock.present()
    with storage().write(now=now) as session:
        account = account_by_login(session, login)
        facts = _facts(
            account.id, account.login, invite_account(session, account=account, actor=ACTOR, now=now)
        )
    _print(facts, as_json)


@accounts.command()
@click.argument("login")
@as_json
def reset(login: str, as_json: bool) -> None:
    """Forget password and second factor, sign out everywhere, print a new invitation."""
    now = clock.present()
    with storage().write(now=now) as session:
        account = account_by_login(session, login)
        facts = _facts(
            account.id, account.login, reset_account(session, account=account, actor=ACTOR, now=now)
        )
    _print(facts, as_json)


@accounts.command()
@click.argument("login")
@as_json
def disable(login: str, as_json: bool) -> None:
    """Stop an account at once, everywhere."""
    now = clock.present()
    with storage().write(now=now) as session:
        account = account_by_login(session, login)
        disable_account(session, account=account, actor=ACTOR, now=now)
        facts = {"account": account.id, "login": account.login, "is_disabled": True}
    _print(facts, as_json)


@accounts.command()
@click.argument("login")
@as_json
def enable(login: str, as_json: bool) -> None:
    """Let a disabled account sign in again."""
    now = clock.present()
    with storage().write(now=now) as session:
        account = account_by_login(session, login)
        enable_account(session, account=account, actor=ACTOR, now=now)
        facts = {"account": account.id, "login": account.login, "is_disabled": False}
    _print(facts, as_json)


@accounts.command("list")
@as_json
def list_command(as_json: bool) -> None:
    """Print all accounts with their roles and state."""
    with storage().read() as session:
        found = [
            {
                "account": account.id, "login": account.login, "name": account.name,
                "scopes": [f"{scope.role.value}:{scope.oblast or 'nation'}" for scope in account.scopes],
                "is_disabled": account.is_disabled, "has_password": account.has_password,
                "has_factor": account.has_factor,
            }
            for account in list_accounts(session)
        ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in found:
        state = "disabled" if line["is_disabled"] else "ready" if line["has_factor"] else "invited"
        click.echo(
            f"{line['account']}\t{line['login']}\t{state}\t{', '.join(line['scopes'])}\t{line['name']}"
        )


def _facts(number: int, login: str, token: str) -> dict[str, object]:
    address = f"{settings().public_url}/staff/invitation/{token}"
    return {"account": number, "login": login, "invitation": address}


def _print(facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
