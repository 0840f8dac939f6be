"""Who holds a share: the commissioner and the chair of one oblast, and the agency.

No database and no web. The chair of the national commission holds none: a share is for the oblast's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.access import RIGHTS, Right, Role, Scope


def share_roles(scopes: Iterable[Scope], *, oblast: str) -> set[Role]:
    """The roles by which somebody holds a share in an oblast.

    >>> share_roles([Scope(Role.CHAIR, "610000000"), Scope(Role.AGENCY)], oblast="610000000") == {
    ...     Role.CHAIR, Role.AGENCY}
    True
    >>> share_roles([Scope(Role.CHAIR)], oblast="610000000")
    set()
    """
    return {scope.role for scope in _holding(scopes) if scope.oblast in (None, oblast)}


def share_oblasts(scopes: Iterable[Scope]) -> frozenset[str] | None:
    """The oblasts in which somebody holds a share; None means all of them."""
    found = {scope.oblast for scope in _holding(scopes)}
    return None if None in found else frozenset(found)


def _holding(scopes: Iterable[Scope]) -> list[Scope]:
    holders = [scope for scope in scopes if scope.role in RIGHTS[Right.HOLD_SHARE]]
    return [scope for scope in holders if scope.oblast or scope.role is not Role.CHAIR]
