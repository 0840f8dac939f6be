"""Conflicts that follow from facts: who proposed whom, who works, lives or leads where.

Pure: the standard library and the rule book. Which facts make a conflict at a stage is the rule book's:
a ground that it does not hold is no conflict. Kinship and papers that somebody knows of are declared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contest.rulebook import Derived, Ground


@dataclass(frozen=True, slots=True)
class MemberTies:
    """What is known of a member."""

    account_id: int
    employer: str | None = None
    oblast_kato: str | None = None
    district_kato: str | None = None
    heads_kato: str | None = None


@dataclass(frozen=True, slots=True)
class NomineeTies:
    """What is known of a nominee: the place of the post, the employer, who proposed, the own account."""

    nominee_id: int
    oblast_kato: str
    district_kato: str | None = None
    employer: str | None = None
    proposer_account_id: int | None = None
    own_account_id: int | None = None


def found_ground(grounds: Sequence[Ground], member: MemberTies, nominee: NomineeTies) -> str | None:
    """The first ground of the stage on which these facts put a member in conflict with a nominee."""
    return next((g.code for g in grounds if g.derived and _holds(g.derived, member, nominee)), None)


def _holds(derived: Derived, member: MemberTies, nominee: NomineeTies) -> bool:
    if derived is Derived.OWN_NOMINEE:
        return member.account_id in (nominee.proposer_account_id, nominee.own_account_id)
    if derived is Derived.EMPLOYER:
        return _same(_plain(member.employer), _plain(nominee.employer))
    if derived is Derived.SUBORDINATION:
        # The akim of a district is above the akims of its villages.
        return _same(member.heads_kato, nominee.district_kato)
    if derived is Derived.DISTRICT:
        return _same(member.district_kato, nominee.district_kato)
    if derived is Derived.OBLAST:
        return _same(member.oblast_kato, nominee.oblast_kato)
    # Kinship and documents are known to people alone: they are declared.
    return False


def _same(one: str | None, other: str | None) -> bool:
    return bool(one) and one == other


def _plain(text: str | None) -> str:
    """A name as it is compared: letters and digits alone, so that quotes and case hide nothing."""
    return " ".join("".join(c if c.isalnum() else " " for c in (text or "").casefold()).split())
