"""Reads of commissions: who sits, who may decide, and who is in conflict with whom.

Conflicts that were declared and those that follow from facts come together here, and everything that
marks or votes asks for them here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.bench import Bench, seat_bench
from contest.commissions.conflicts import MemberTies, NomineeTies, found_ground
from contest.commissions.models import (
    Commission,
    ConflictFinding,
    MemberFacts,
    Recusal,
    Seat,
    SeatRole,
)
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.nominees.models import Nominee
from contest.rulebook import Stage, StageRules, Substitutes
from contest.sources.surveys import asked_units, survey_state
from core.access import Role
from core.accounts.models import Account, AccountScope
from core.errors import NotFound
from core.places.models import Unit
from core.places.naming import UnitLevel
from core.places.queries import units_by_kato
from core.words import kazakh_key

#: The roles that vote.
VOTING = (SeatRole.CHAIR, SeatRole.MEMBER)


@dataclass(frozen=True, slots=True)
class People:
    """Who sits in a commission now: those who vote and alternates, in the order of their seats."""

    members: tuple[int, ...] = ()
    alternates: tuple[int, ...] = ()
    chair: int | None = None
    secretary: int | None = None

    @property
    def everyone(self) -> frozenset[int]:
        found = {*self.members, *self.alternates, self.chair, self.secretary}
        return frozenset(one for one in found if one is not None)


def commission_of(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> Commission | None:
    """The commission of a stage and oblast; None before it is made."""
    return session.scalars(
        select(Commission).where(
            Commission.contest_id == contest.id, Commission.stage == stage,
            Commission.oblast_kato == oblast_kato,
        )
    ).first()  # fmt: skip


def seats_of(session: Session, commission: Commission) -> list[tuple[Seat, Account]]:
    """The seats of a commission with their people, former ones too, in the order of the seats."""
    wanted = (
        select(Seat, Account)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.commission_id == commission.id)
        .order_by(Seat.id)
    )
    return [(seat, account) for seat, account in session.execute(wanted)]


def get_seat(session: Session, commission: Commission, seat_id: int) -> Seat:
    """A seat of this commission.

    :raises NotFound: when there is none of this number.
    """
    seat = session.get(Seat, seat_id)
    if seat is None or seat.commission_id != commission.id:
        raise NotFound(_l("There is no seat number %(number)s in this commission.", number=seat_id))
    return seat


def seatable(session: Session, commission: Commission) -> list[tuple[int, str]]:
    """Accounts with a commission's role in this scope and without a seat here, by name."""
    held = select(Seat.account_id).where(Seat.commission_id == commission.id, Seat.until_on.is_(None))
    wanted = (
        select(Account.id, Account.name)
        .join(AccountScope, AccountScope.account_id == Account.id)
        .where(
            AccountScope.role.in_((Role.CHAIR, Role.SECRETARY, Role.MEMBER)),
            AccountScope.oblast_kato == commission.oblast_kato, Account.disabled_at.is_(None),
            Account.id.not_in(held),
        )
        .distinct()
    )  # fmt: skip
    return sorted(((row.id, row.name) for row in session.execute(wanted)), key=lambda one: kazakh_key(one[1]))


def territory_of(session: Session, contest: Contest) -> list[Unit]:
    """The oblasts whose posts the contest's survey asks about, by name: each has a commission of its own."""
    if survey_state(session, campaign_code=contest.campaign_code) is None:
        return []
    katos = asked_units(session, campaign_code=contest.campaign_code)
    wanted = select(Unit.oblast_kato).where(Unit.kato.in_(katos)).distinct()
    units = units_by_kato(session, set(session.scalars(wanted)))
    return sorted(units.values(), key=lambda unit: kazakh_key(unit.name_kk))


def districts(session: Session, *, oblast: str | None) -> list[Unit]:
    """The districts of an oblast, or of the country by oblast, for choosing one."""
    wanted = select(Unit).where(Unit.level == UnitLevel.DISTRICT, Unit.valid_to.is_(None))
    if oblast is not None:
        wanted = wanted.where(Unit.oblast_kato == oblast)
    return sorted(session.scalars(wanted), key=lambda unit: (unit.oblast_kato, kazakh_key(unit.name_kk)))


def people_of(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> People:
    """Who sits in a commission now; nobody before it is made. An alternate who was called up is a member."""
    seats = session.scalars(
        select(Seat)
        .join(Commission)
        .join(Account, Account.id == Seat.account_id)
        .where(
            Commission.contest_id == contest.id, Commission.stage == stage,
            Commission.oblast_kato == oblast_kato, Seat.until_on.is_(None), Account.disabled_at.is_(None),
        )
        .order_by(Seat.id)
    ).all()  # fmt: skip
    replaced = {seat.replaces_id for seat in seats if seat.replaces_id is not None}
    held = {seat.id for seat in seats}

    def of(role: SeatRole) -> int | None:
        return next((seat.account_id for seat in seats if seat.role is role), None)

    members = [
        seat.account_id for seat in seats
        if (seat.role in VOTING and seat.id not in replaced) or seat.replaces_id in held
    ]  # fmt: skip
    alternates = [
        seat.account_id for seat in seats
        if seat.role is SeatRole.ALTERNATE and seat.account_id not in members
    ]  # fmt: skip
    return People(tuple(members), tuple(alternates), of(SeatRole.CHAIR), of(SeatRole.SECRETARY))


def voters(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> frozenset[int]:
    """The accounts that mark and vote: members and chair, and alternates who were called up."""
    return frozenset(people_of(session, contest, stage, oblast_kato).members)


def conflicts_of(
    session: Session, contest: Contest, stage: Stage, nominees: Sequence[Nominee]
) -> dict[int, dict[int, str]]:
    """The ground of every conflict at a stage, by nominee and account, declared and found together."""
    found = barred_judges(session, contest, stage, nominees)
    stages = (Stage.REGIONAL,) if stage is Stage.REGIONAL else tuple(Stage)
    declared = select(Recusal).where(Recusal.nominee_id.in_(found), Recusal.stage.in_(stages))
    for recusal in session.scalars(declared):
        found[recusal.nominee_id][recusal.account_id] = recusal.ground
    return found


def findings_of(
    session: Session, contest: Contest, stage: Stage, nominees: Sequence[Nominee]
) -> dict[int, dict[int, str | None]]:
    """What the facts say of each nominee and everybody who could decide: the ground, or None.

    Once the marking was closed: what was kept then, with what was declared by then; for whoever took a seat
    later, as the facts are now.
    """
    kept: dict[tuple[int, int], str | None] = {
        (row.nominee_id, row.account_id): row.ground
        for row in session.scalars(
            select(ConflictFinding).where(
                ConflictFinding.nominee_id.in_([nominee.id for nominee in nominees]),
                ConflictFinding.stage == stage,
            )
        )
    }
    grounds = rulebook_of(session, contest).stage(stage).conflicts
    members = [_ties_of_member(facts) for facts in _facts(session, contest, stage, nominees)]
    found: dict[int, dict[int, str | None]] = {nominee.id: {} for nominee in nominees}
    for nominee in _ties_of_nominees(session, nominees):
        for member in members:
            key = (nominee.nominee_id, member.account_id)
            ground = kept[key] if key in kept else found_ground(grounds, member, nominee)
            found[nominee.nominee_id][member.account_id] = ground
    return found


def barred_judges(
    session: Session, contest: Contest, stage: Stage, nominees: Sequence[Nominee]
) -> dict[int, dict[int, str]]:
    """By nominee, whose marks do not exist once the marking is closed, and the ground.

    Those of whom a conflict was known by then, or was established by a granted objection since. Who declares
    one later has seen the scores: that member votes no more, and the marks stay what they were.
    """
    return {
        nominee: {account: ground for account, ground in lines.items() if ground is not None}
        for nominee, lines in findings_of(session, contest, stage, nominees).items()
    }


def declared_conflict(session: Session, *, nominee: Nominee, stage: Stage, account_id: int) -> Recusal | None:
    """A member's own declaration at a stage."""
    return session.get(Recusal, (nominee.id, stage, account_id))


def declared_by(session: Session, contest: Contest, account_id: int) -> list[tuple[Recusal, Nominee]]:
    """What a member has declared in a contest, with its details, for those who know the members' facts."""
    wanted = (
        select(Recusal, Nominee)
        .join(Nominee, Nominee.id == Recusal.nominee_id)
        .where(Nominee.contest_id == contest.id, Recusal.account_id == account_id)
        .order_by(Recusal.declared_at)
    )
    return [(recusal, nominee) for recusal, nominee in session.execute(wanted)]


def bench_of(
    people: People,
    rules: StageRules,
    *,
    recused: Collection[int] = (),
    present: Collection[int] | None = None,
    fewest: int = 1,
) -> Bench:
    """Who of a commission decides one thing; alternates stand in where the rule book says so."""
    stands_in = rules.substitutes is Substitutes.ALTERNATES
    return seat_bench(
        people.members, people.alternates if stands_in else (), recused=recused, quorum=rules.quorum,
        present=present, fewest=fewest,
    )  # fmt: skip


def _facts(
    session: Session, contest: Contest, stage: Stage, nominees: Sequence[Nominee]
) -> list[MemberFacts | Account]:
    """The facts of everybody who could decide on these nominees; bare accounts where none are entered."""
    oblasts = {nominee.oblast_kato for nominee in nominees}
    seated = (
        select(Seat.account_id)
        .join(Commission)
        .where(
            Commission.contest_id == contest.id,
            # The national commission may decide a regional matter.
            (Commission.stage == Stage.NATIONAL)
            | ((Commission.stage == stage) & Commission.oblast_kato.in_(oblasts)),
        )
    )
    rows = session.execute(
        select(Account, MemberFacts)
        .outerjoin(MemberFacts, MemberFacts.account_id == Account.id)
        .where(Account.id.in_(seated))
    )
    return [facts or account for account, facts in rows]


def _ties_of_member(facts: MemberFacts | Account) -> MemberTies:
    if isinstance(facts, Account):
        return MemberTies(facts.id)
    return MemberTies(
        facts.account_id, facts.employer, facts.oblast_kato, facts.district_kato, facts.heads_kato
    )


def _ties_of_nominees(session: Session, nominees: Sequence[Nominee]) -> list[NomineeTies]:
    units = units_by_kato(session, {nominee.kato for nominee in nominees})
    return [
        NomineeTies(
            nominee.id, nominee.oblast_kato, units[nominee.kato].district_kato,
            nominee.employer, nominee.proposer_account_id, nominee.account_id,
        )
        for nominee in nominees
    ]  # fmt: skip
