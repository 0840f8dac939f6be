"""Commissions: made by an order, seats given and ended, alternates called up, facts of members entered.

A seat needs the account's role in the commission's own scope, so that what one may do and where one sits
never differ.
"""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contest.commissions.models import Commission, ConflictFinding, MemberFacts, Seat, SeatRole
from contest.commissions.queries import VOTING, commission_of, conflicts_of, findings_of
from contest.contests.conditions import no_excluded_winner
from contest.contests.models import Contest, ContestState
from contest.contests.queries import subject_of
from contest.nominees.models import Nominee
from contest.objections.queries import UNDECIDED, handled_objections
from contest.rulebook import Stage
from core import audit
from core.access import Role
from core.accounts.models import Account, AccountScope
from core.clock import day_of
from core.errors import BadInput, Conflict
from core.places.queries import get_unit
from core.storage import lock_row
from core.web.days import said_day

#: The role of the account that each seat asks for.
ROLE_OF = {
    SeatRole.CHAIR: Role.CHAIR,
    SeatRole.SECRETARY: Role.SECRETARY,
    SeatRole.MEMBER: Role.MEMBER,
    SeatRole.ALTERNATE: Role.MEMBER,
}
LONGEST_EMPLOYER = 200
#: What conflicts are found from, by the names of its columns.
FACTS = ("employer", "oblast_kato", "district_kato", "heads_kato")


def make_commission(
    session: Session,
    *,
    contest: Contest,
    stage: Stage,
    oblast_kato: str | None,
    order_number: str,
    order_on: date,
    actor: str,
    now: datetime,
) -> Commission:
    """Make the commission of an oblast, or the national one, by an order.

    :raises BadInput: without an order's number, or with an order of a future day.
    :raises Conflict: when it is made already, or the outcome is frozen.
    """
    lock_row(session, contest)
    if contest.state in (ContestState.CLOSED, ContestState.PUBLISHED):
        raise Conflict(_l("The outcome is frozen: the commission stays as it was."))
    _check_order(order_number, order_on, now)
    if commission_of(session, contest, stage, oblast_kato) is not None:
        raise Conflict(_l("This commission is made already: give and end its seats."))
    if oblast_kato is not None:
        get_unit(session, oblast_kato)
    commission = Commission(
        contest_id=contest.id, stage=stage, oblast_kato=oblast_kato, order_number=order_number.strip(),
        order_on=order_on, made_at=now,
    )  # fmt: skip
    session.add(commission)
    session.flush()
    audit.record(
        session, actor=actor, action="commission.make", subject=subject_of(contest), stage=stage.value,
        oblast=oblast_kato, order=commission.order_number, order_on=order_on.isoformat(),
    )  # fmt: skip
    return commission


def give_seat(
    session: Session,
    *,
    commission: Commission,
    account_id: int,
    role: SeatRole,
    from_on: date,
    order_number: str,
    actor: str,
    now: datetime,
) -> Seat:
    """Give somebody a seat, by an order, from a day that has come.

    :raises BadInput: for an account without the role here, or a day to come.
    :raises Conflict: when the person, or the office of chair or secretary, has a seat already, or the
        outcome is frozen and nothing waits for this commission.
    """
    _refuse_when_over(session, commission)
    _check_order(order_number, from_on, now)
    account = session.get(Account, account_id)
    wanted = ROLE_OF[role]
    has_role = session.scalars(
        select(AccountScope.id).where(
            AccountScope.account_id == account_id, AccountScope.role == wanted,
            AccountScope.oblast_kato == commission.oblast_kato,
        )
    ).first()  # fmt: skip
    if account is None or account.disabled_at is not None or has_role is None:
        raise BadInput(
            _l("This account lacks the role that this seat needs here: give it the role, then the seat.")
        )
    lock_row(session, commission)
    held = select(Seat).where(Seat.commission_id == commission.id, Seat.until_on.is_(None))
    for seat in session.scalars(held):
        if seat.account_id == account_id:
            raise Conflict(_l("%(name)s has a seat in this commission already.", name=account.name))
        if seat.role is role and role in (SeatRole.CHAIR, SeatRole.SECRETARY):
            raise Conflict(_l("A commission has one chair and one secretary: end that seat first."))
    made = Seat(
        commission_id=commission.id, account_id=account_id, role=role, from_on=from_on,
        order_number=order_number.strip(), until_on=None, replaces_id=None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, actor=actor, action="seat.give", subject=seat_subject(made), commission=commission.id,
        account=account_id, role=role.value, order=made.order_number, from_on=from_on.isoformat(),
    )  # fmt: skip
    return made


def end_seat(session: Session, *, seat: Seat, order_number: str, actor: str, now: datetime) -> None:
    """End a seat today, by an order; who leaves before the marking closes leaves no marks behind.

    :raises BadInput: without an order's number.
    :raises Conflict: when it has ended, or the outcome is frozen and nothing waits for this commission.
    """
    _refuse_when_over(session, session.get_one(Commission, seat.commission_id))
    _check_order(order_number, seat.from_on, now)
    _refuse_ended(seat)
    seat.until_on = day_of(now)
    for one in session.scalars(select(Seat).where(Seat.replaces_id == seat.id, Seat.until_on.is_(None))):
        one.replaces_id = None
    session.flush()
    audit.record(
        session, actor=actor, action="seat.end", subject=seat_subject(seat), order=order_number.strip(),
        until_on=seat.until_on.isoformat(),
    )  # fmt: skip


def call_up(
    session: Session, *, alternate: Seat, member: Seat, order_number: str, actor: str, now: datetime
) -> None:
    """Call an alternate up in the place of a member who cannot take part; the member has no vote meanwhile.

    :raises BadInput: unless they are an alternate and a member of one commission.
    :raises Conflict: when a seat has ended, the place is taken already, or the outcome is frozen.
    """
    _refuse_when_over(session, session.get_one(Commission, alternate.commission_id))
    _check_order(order_number, alternate.from_on, now)
    fits = alternate.role is SeatRole.ALTERNATE and member.role in VOTING
    if not fits or alternate.commission_id != member.commission_id:
        raise BadInput(_l("Choose an alternate, and a member of the same commission."))
    _refuse_ended(alternate)
    _refuse_ended(member)
    taken = select(Seat.id).where(Seat.replaces_id == member.id, Seat.until_on.is_(None))
    if alternate.replaces_id is not None or session.scalars(taken).first() is not None:
        raise Conflict(_l("This alternate is called up already, or the place is taken."))
    alternate.replaces_id = member.id
    session.flush()
    audit.record(
        session, actor=actor, action="seat.call-up", subject=seat_subject(alternate), replaces=member.id,
        order=order_number.strip(),
    )  # fmt: skip


def send_back(session: Session, *, alternate: Seat, order_number: str, actor: str, now: datetime) -> None:
    """The member is back: the alternate waits again.

    :raises Conflict: when the alternate was not called up, or the outcome is frozen.
    """
    _refuse_when_over(session, session.get_one(Commission, alternate.commission_id))
    _check_order(order_number, alternate.from_on, now)
    if alternate.replaces_id is None:
        raise Conflict(_l("This alternate was not called up."))
    alternate.replaces_id = None
    session.flush()
    audit.record(
        session, actor=actor, action="seat.send-back", subject=seat_subject(alternate),
        order=order_number.strip(),
    )  # fmt: skip


def enter_facts(
    session: Session,
    *,
    account_id: int,
    employer: str | None,
    district_kato: str | None,
    oblast_kato: str | None,
    heads_kato: str | None,
    actor: str,
    now: datetime,
) -> MemberFacts:
    """Enter what conflicts are found from; what is not known stays empty.

    It holds for stages whose marking is not closed: of those that are, what was found then is kept.

    :raises NotFound: for a code that is no unit.
    """
    for kato in (district_kato, oblast_kato, heads_kato):
        if kato:
            get_unit(session, kato)
    session.get_one(Account, account_id, with_for_update={"key_share": True})
    facts = session.get(MemberFacts, account_id) or MemberFacts(account_id=account_id)
    before = {name: getattr(facts, name) for name in FACTS}
    facts.employer = " ".join((employer or "").split())[:LONGEST_EMPLOYER] or None
    facts.district_kato, facts.heads_kato = district_kato or None, heads_kato or None
    facts.oblast_kato = oblast_kato or (
        get_unit(session, district_kato).oblast_kato if district_kato else None
    )
    facts.entered_at = now
    session.add(facts)
    session.flush()
    # What is known of a person stays out of the journal; that it was entered or taken away does not.
    told = {name: (before[name], getattr(facts, name)) for name in FACTS}
    audit.record(
        session, actor=actor, action="member.facts", subject=f"account:{account_id}",
        changed=[name for name, (was, now_is) in told.items() if was and now_is and was != now_is],
        entered=[name for name, (was, now_is) in told.items() if now_is and not was],
        removed=[name for name, (was, now_is) in told.items() if was and not now_is],
    )  # fmt: skip
    return facts


def settle_conflicts(
    session: Session, *, contest: Contest, stage: Stage, oblast_kato: str | None, now: datetime
) -> list[tuple[int, int, str]]:
    """Keep for good what is known of a stage's nominees, also of those who are out: scores come next.

    That is what the facts say and what was declared by now.

    :returns: the conflicts among it: nominee, account, ground.
    """
    wanted = select(Nominee).where(Nominee.contest_id == contest.id, Nominee.registered_at.is_not(None))
    if stage is Stage.NATIONAL:
        wanted = wanted.where(Nominee.is_finalist.is_(True))
    else:
        wanted = wanted.where(Nominee.oblast_kato == oblast_kato)
    nominees = session.scalars(wanted).all()
    ids = [nominee.id for nominee in nominees]
    # A closing that was refused and is tried again finds anew.
    session.execute(
        delete(ConflictFinding).where(ConflictFinding.nominee_id.in_(ids), ConflictFinding.stage == stage)
    )
    known = conflicts_of(session, contest, stage, nominees)
    lines = [
        (nominee, account, known[nominee].get(account))
        for nominee, found in findings_of(session, contest, stage, nominees).items()
        for account in found.keys() | known[nominee].keys()
    ]
    for nominee, account, ground in lines:
        session.add(
            ConflictFinding(
                nominee_id=nominee, stage=stage, account_id=account, ground=ground, found_at=now,
            )
        )  # fmt: skip
    session.flush()
    return sorted((nominee, account, ground) for nominee, account, ground in lines if ground is not None)


def seat_subject(seat: Seat) -> str:
    """How the journal refers to a seat."""
    return f"seat:{seat.id}"


def _check_order(order_number: str, order_on: date, now: datetime) -> None:
    if not order_number.strip():
        raise BadInput(_l("Give the number of the order."))
    if order_on > day_of(now):
        raise BadInput(
            _l("The day %(day)s has not come yet: give the day of the order.", day=said_day(order_on))
        )


def _refuse_ended(seat: Seat) -> None:
    if seat.until_on is not None:
        raise Conflict(_l("This seat has ended."))


def _refuse_when_over(session: Session, commission: Commission) -> None:
    """Let seats change after the outcome is frozen only while this commission has something to settle.

    An objection, or an award of somebody who was excluded since.
    """
    contest = session.get_one(Contest, commission.contest_id)
    if contest.state not in (ContestState.CLOSED, ContestState.PUBLISHED):
        return
    area = (commission.stage, commission.oblast_kato)
    for one in handled_objections(session, contest):
        if one.verdict in UNDECIDED and one.decided_by == area or one.awaits_standing and one.area == area:
            return
    # Somebody leads the meeting at which the outcome is put right, and signs it.
    if commission.stage is Stage.NATIONAL and not no_excluded_winner(session, contest).done:
        return
    raise Conflict(_l("The outcome is frozen: the commission stays as it was."))
