"""The one table of rights, scopes of nation and oblast, and the guards of views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import session as cookie

from core import access
from core.access import (
    RIGHTS,
    Right,
    Role,
    Scope,
    guarded,
    may,
    may_anywhere,
    oblasts_of,
    public,
    require,
    require_fresh_factor,
    signed_in,
)
from core.errors import FactorNeeded, Forbidden
from tests.conftest import NOW

ABAI, AQMOLA = "100000000", "110000000"


@dataclass(frozen=True)
class Holder:
    scopes: tuple[Scope, ...]
    is_authenticated: bool = True


NOBODY = Holder((), is_authenticated=False)
NATIONAL = Holder((Scope(Role.SECRETARY),))
LOCAL = Holder((Scope(Role.SECRETARY, ABAI), Scope(Role.AUDITOR, AQMOLA)))


def test_every_right_is_somebodys_and_every_role_has_one():
    assert set(RIGHTS) == set(Right)
    assert all(RIGHTS.values())
    assert set().union(*RIGHTS.values()) == set(Role)


def test_who_counts_answers_neither_marks_nor_decides():
    """Separations that the contest rests on, one by one."""
    assert Role.MEMBER not in RIGHTS[Right.MANAGE_NOMINEES]
    assert Role.OPERATOR not in RIGHTS[Right.SEE_STAGE]
    assert RIGHTS[Right.MARK].isdisjoint({Role.AGENCY, Role.SECRETARY, Role.AUDITOR, Role.OPERATOR})
    assert RIGHTS[Right.MANAGE_ACCOUNTS] == {Role.AGENCY}
    assert RIGHTS[Right.MANAGE_ETHICS] == RIGHTS[Right.CONCLUDE_ETHICS] == {Role.ETHICS}
    changes = set(Right) - {Right.SEE_TURNOUT, Right.SEE_SIGNALS, Right.SEE_STAGE, Right.READ_JOURNAL}
    assert not [right for right in changes if Role.AUDITOR in RIGHTS[right]]


@pytest.mark.parametrize(
    ("holder", "oblast", "allowed"),
    [(NATIONAL, None, True), (NATIONAL, ABAI, True), (LOCAL, ABAI, True), (LOCAL, AQMOLA, False),
     (LOCAL, None, False), (NOBODY, ABAI, False), (NOBODY, None, False)],
)  # fmt: skip
def test_a_right_holds_in_its_scope(holder: Holder, oblast: str | None, allowed: bool):
    assert may(holder, Right.MANAGE_NOMINEES, oblast=oblast) is allowed


def test_where_a_right_holds():
    assert oblasts_of(NATIONAL, Right.MANAGE_NOMINEES) is None
    assert oblasts_of(LOCAL, Right.MANAGE_NOMINEES) == {ABAI}
    assert oblasts_of(LOCAL, Right.READ_JOURNAL) == {AQMOLA}
    assert oblasts_of(LOCAL, Right.MARK) == frozenset()
    assert may_anywhere(LOCAL, Right.READ_JOURNAL)
    assert not may_anywhere(LOCAL, Right.MARK)


@pytest.fixture
def as_holder(monkeypatch: pytest.MonkeyPatch):
    def become(holder: Holder) -> None:
        monkeypatch.setattr(access, "current_user", holder)
        unauthorized = SimpleNamespace(unauthorized=lambda: "to the login")
        monkeypatch.setattr(access, "current_app", SimpleNamespace(login_manager=unauthorized))

    return become


def test_guards_let_in_lead_to_the_login_or_refuse(as_holder):
    @guarded(Right.MANAGE_NOMINEES)
    def nominees() -> str:
        return "page"

    @signed_in
    def home() -> str:
        return "home"

    as_holder(LOCAL)
    assert (nominees(), home()) == ("page", "home")
    as_holder(Holder((Scope(Role.MEMBER),)))
    assert home() == "home"
    with pytest.raises(Forbidden):
        nominees()
    as_holder(NOBODY)
    assert (nominees(), home()) == ("to the login", "to the login")
    assert (nominees.guard, home.guard) == (Right.MANAGE_NOMINEES, "signed-in")
    assert public(lambda: None).guard == "public"


def test_require_refuses_another_oblast(as_holder):
    as_holder(LOCAL)
    require(Right.MANAGE_NOMINEES, oblast=ABAI)
    for oblast in (AQMOLA, None):
        with pytest.raises(Forbidden):
            require(Right.MANAGE_NOMINEES, oblast=oblast)


@pytest.mark.parametrize(("minutes", "fresh"), [(0, True), (10, True), (10.1, False), (600, False)])
def test_a_factor_is_fresh_for_ten_minutes(app, minutes: float, fresh: bool):
    with app.test_request_context():
        cookie["factor_at"] = (NOW - timedelta(minutes=minutes)).isoformat()
        if fresh:
            require_fresh_factor(now=NOW)
        else:
            with pytest.raises(FactorNeeded):
                require_fresh_factor(now=NOW)


def test_without_a_factor_nothing_is_fresh(app):
    with app.test_request_context(), pytest.raises(FactorNeeded):
        require_fresh_factor(now=NOW)
