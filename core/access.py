"""Who may do what: one table of rights, roles by scope, and the guards of the views.

A role is granted in a scope: the nation (no oblast) or one oblast by its KATO code. A national
grant reaches every oblast. Nothing else in the product decides who may do something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from flask import current_app
from flask import session as cookie
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from core.errors import FactorNeeded, Forbidden

P = ParamSpec("P")
R = TypeVar("R")

FRESH_FACTOR = timedelta(minutes=10)


class Role(StrEnum):
    """What a member of staff is; the words of the contest."""

    AGENCY = "agency"
    OPERATOR = "operator"
    ETHICS = "ethics"
    SECRETARY = "secretary"
    CHAIR = "chair"
    MEMBER = "member"
    AUDITOR = "auditor"
    NOMINEE = "nominee"


class Right(StrEnum):
    """What can be allowed."""

    MANAGE_ACCOUNTS = "manage-accounts"
    MANAGE_TERRITORIES = "manage-territories"
    MANAGE_CAMPAIGNS = "manage-campaigns"
    SEE_TURNOUT = "see-turnout"
    SEE_SIGNALS = "see-signals"
    MANAGE_SITES = "manage-sites"
    IMPORT_ANSWERS = "import-answers"
    PLAN_VISITS = "plan-visits"
    COUNT_CODES = "count-codes"
    ENTER_PAPER = "enter-paper"
    RECONCILE_PAPER = "reconcile-paper"
    READ_PRESSURE = "read-pressure"
    MANAGE_ETHICS = "manage-ethics"
    HOLD_SHARE = "hold-share"
    CONCLUDE_ETHICS = "conclude-ethics"
    MANAGE_CONTEST = "manage-contest"
    MANAGE_NOMINEES = "manage-nominees"
    MANAGE_COMMISSIONS = "manage-commissions"
    KNOW_MEMBERS = "know-members"
    RUN_MEETINGS = "run-meetings"
    PROPOSE_NOMINEES = "propose-nominees"
    SEE_OWN_NOMINATION = "see-own-nomination"
    MARK = "mark"
    SEE_STAGE = "see-stage"
    FREEZE_STANDING = "freeze-standing"
    RUN_WHAT_IF = "run-what-if"
    ISSUE_CERTIFICATES = "issue-certificates"
    READ_JOURNAL = "read-journal"


#: The one table of rights.
RIGHTS: dict[Right, frozenset[Role]] = {
    Right.MANAGE_ACCOUNTS: frozenset({Role.AGENCY}),
    Right.MANAGE_TERRITORIES: frozenset({Role.AGENCY}),
    Right.MANAGE_CAMPAIGNS: frozenset({Role.AGENCY}),
    Right.SEE_TURNOUT: frozenset({Role.AGENCY, Role.OPERATOR, Role.AUDITOR}),
    Right.SEE_SIGNALS: frozenset({Role.AGENCY, Role.AUDITOR}),
    Right.MANAGE_SITES: frozenset({Role.AGENCY, Role.OPERATOR}),
    Right.IMPORT_ANSWERS: frozenset({Role.AGENCY}),
    Right.PLAN_VISITS: frozenset({Role.OPERATOR, Role.AGENCY}),
    Right.COUNT_CODES: frozenset({Role.OPERATOR, Role.AGENCY}),
    Right.ENTER_PAPER: frozenset({Role.OPERATOR}),
    Right.RECONCILE_PAPER: frozenset({Role.OPERATOR, Role.AGENCY}),
    Right.READ_PRESSURE: frozenset({Role.AGENCY}),
    Right.MANAGE_ETHICS: frozenset({Role.ETHICS}),
    Right.HOLD_SHARE: frozenset({Role.ETHICS, Role.CHAIR, Role.AGENCY}),
    Right.CONCLUDE_ETHICS: frozenset({Role.ETHICS}),
    Right.MANAGE_CONTEST: frozenset({Role.AGENCY}),
    Right.MANAGE_NOMINEES: frozenset({Role.AGENCY, Role.SECRETARY}),
    Right.MANAGE_COMMISSIONS: frozenset({Role.AGENCY}),
    Right.KNOW_MEMBERS: frozenset({Role.AGENCY, Role.SECRETARY}),
    Right.RUN_MEETINGS: frozenset({Role.SECRETARY, Role.CHAIR}),
    Right.PROPOSE_NOMINEES: frozenset({Role.AGENCY, Role.SECRETARY, Role.OPERATOR, Role.MEMBER, Role.CHAIR}),
    Right.SEE_OWN_NOMINATION: frozenset({Role.NOMINEE}),
    Right.MARK: frozenset({Role.MEMBER, Role.CHAIR}),
    Right.SEE_STAGE: frozenset({Role.AGENCY, Role.SECRETARY, Role.CHAIR, Role.MEMBER, Role.AUDITOR}),
    Right.FREEZE_STANDING: frozenset({Role.SECRETARY, Role.CHAIR}),
    Right.RUN_WHAT_IF: frozenset({Role.AGENCY, Role.CHAIR}),
    Right.ISSUE_CERTIFICATES: frozenset({Role.SECRETARY, Role.AGENCY}),
    Right.READ_JOURNAL: frozenset({Role.AGENCY, Role.AUDITOR}),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A role in the nation (`oblast` is None) or in one oblast (its KATO code)."""

    role: Role
    oblast: str | None = None


class Holder(Protocol):
    """Anybody with scopes: an account, or nobody."""

    @property
    def scopes(self) -> Iterable[Scope]: ...


def may(holder: Holder, right: Right, *, oblast: str | None = None) -> bool:
    """Whether the holder may use the right in an oblast, or in the nation where none is given."""
    allowed = RIGHTS[right]
    return any(
        scope.role in allowed and (scope.oblast is None or scope.oblast == oblast) for scope in holder.scopes
    )


def may_anywhere(holder: Holder, right: Right) -> bool:
    """Whether the holder may use the right in some scope (for menus and lists)."""
    return any(scope.role in RIGHTS[right] for scope in holder.scopes)


def oblasts_of(holder: Holder, right: Right) -> frozenset[str] | None:
    """The oblasts in which the right holds; None means all of them."""
    scopes = [scope.oblast for scope in holder.scopes if scope.role in RIGHTS[right]]
    return None if None in scopes else frozenset(oblast for oblast in scopes if oblast)


def require(right: Right, *, oblast: str | None = None) -> None:
    """Refuse the present account unless it may; for views once they know the oblast."""
    if not may(current_user, right, oblast=oblast):
        raise Forbidden(_l("Your account may not do this here. Ask the agency for the role it needs."))


def guarded(right: Right) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a staff view: signed in, second factor passed, the right held in some scope.

    A view on one oblast's thing calls :func:`require` with that oblast besides.
    """

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guard(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()
            if not may_anywhere(current_user, right):
                require(right)
            return view(*args, **kwargs)

        guard.guard = right
        return guard

    return wrap


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Say that a view is open to everybody on purpose; unmarked views fail the house walk."""
    view.guard = "public"
    return view


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Guard a view that any member of staff may open."""

    @wraps(view)
    def guard(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()
        return view(*args, **kwargs)

    guard.guard = "signed-in"
    return guard


def require_fresh_factor(*, now: datetime) -> None:
    """Ask for the second factor again unless it was given within the last ten minutes.

    Freezing, publishing, issuing, opening and signing call this first.
    """
    given = cookie.get("factor_at")
    if given is None or now - datetime.fromisoformat(given) > FRESH_FACTOR:
        raise FactorNeeded(_l("Enter your second factor again: this act needs a fresh one."))
