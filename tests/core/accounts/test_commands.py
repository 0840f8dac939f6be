"""The commands of accounts: the first account, and help for who lost a factor."""

from __future__ import annotations

import json

from sqlalchemy import select

from core.accounts.models import Account
from tests.conftest import SECRET
from tests.staff import PASSWORD, Browser, person, run


def test_create_prints_an_invitation_that_works(app, browser: Browser):
    made = run(app, "accounts", "create", "aigul", "--name", "Aigul", "--scope", "agency", "--json")
    assert made.exit_code == 0, made.output
    facts = json.loads(made.output)
    assert facts["login"] == "aigul"
    address = facts["invitation"].removeprefix("http://localhost")
    assert browser.post(address, password=PASSWORD, again=PASSWORD).location == "/staff/login/enrol"


def test_create_refuses_what_is_no_role_and_no_oblast(app):
    wrong = run(app, "accounts", "create", "aigul", "--name", "Aigul", "--scope", "tsar")
    assert wrong.exit_code == 2
    assert "'tsar' is no role: use one of agency, operator" in wrong.output
    wrong = run(app, "accounts", "create", "aigul", "--name", "Aigul", "--scope", "member:123")
    assert wrong.exit_code == 1
    assert "“123”" in wrong.output or "«123»" in wrong.output
    with app.extensions["storage"].read() as session:
        assert session.scalars(select(Account)).all() == []


def test_invite_reset_disable_enable_and_list(app, keep):
    keep(person)

    def listed() -> dict[str, object]:
        (line,) = json.loads(run(app, "accounts", "list", "--json").output)
        return line

    assert listed() | {"account": 0} == {
        "account": 0, "login": "aigul", "name": "Aigul", "scopes": ["agency:nation"], "is_disabled": False,
        "has_password": True, "has_factor": True,
    }  # fmt: skip
    assert run(app, "accounts", "invite", "aigul").exit_code == 1
    reset = run(app, "accounts", "reset", "aigul")
    assert reset.exit_code == 0
    assert "invitation: http://localhost/staff/invitation/" in reset.output
    assert (listed()["has_password"], listed()["has_factor"]) == (False, False)
    assert run(app, "accounts", "invite", "AIGUL").exit_code == 0
    assert run(app, "accounts", "disable", "aigul").exit_code == 0
    assert listed()["is_disabled"] is True
    assert run(app, "accounts", "enable", "aigul", "--json").exit_code == 0
    assert listed()["is_disabled"] is False
    assert "aigul\tinvited\tagency:nation\tAigul" in run(app, "accounts", "list").output
    assert run(app, "accounts", "disable", "nobody").exit_code == 1


def test_no_command_prints_a_secret(app, keep):
    keep(person)
    everything = run(app, "accounts", "list", "--json").output + run(app, "accounts", "list").output
    assert "argon2" not in everything
    assert SECRET not in everything
