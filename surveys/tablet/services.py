"""The life of a visit: plan it, give a tablet what it needs, take what was sealed there. Never commits.

The answers come in sealed to a key of the visit's own; nothing here can open one. A ticket that comes
twice, before or after mixing, is one answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core import audit
from core.clock import day_of
from core.codes import Tickets, clean_code, code_mark, grouped, new_code, receipt_of
from core.errors import AuylError, BadInput, Conflict, Gone
from core.places.queries import units_by_kato
from core.storage import lock_row
from core.urn.keys import KeyRing
from core.urn.models import IntakeKey, TraceKind
from core.urn.rotation import hold_key
from core.urn.sealing import PADDED, SEAL
from core.urn.services import deposit_sealed
from core.web.days import said_day
from surveys.intake import require_open
from surveys.models import Campaign, CampaignState
from surveys.queries import box_of, subject_of, unit_adults
from surveys.rules import Mode
from surveys.tablet.models import MOST_TICKETS, Visit, VisitState, VisitUnit
from surveys.tablet.queries import CODE_PURPOSE, units_of, visit_by_code

TICKET_PURPOSE = "tablet"
#: A ticket outlives the visit; until when it is taken is the visit's last day, checked beside it.
TICKET_LIFE = timedelta(days=90)
LONGEST_WAIT = timedelta(days=30)
MOST_AT_ONCE = 50
SEALED_LENGTH = PADDED + SEAL


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """What a tablet sends: the ticket's text, the unit, and the answer that was sealed there."""

    ticket: str
    kato: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it: the tickets that are safely here, and those refused, each with its reason."""

    taken: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def plan_visit(
    session: Session,
    *,
    campaign: Campaign,
    katos: Iterable[str],
    day: date,
    send_by: date,
    tickets: int,
    keys: KeyRing,
    secret: str,
    actor: str,
    now: datetime,
) -> tuple[Visit, str]:
    """Plan a visit to units of one oblast; returns it with the code that a tablet is made ready by.

    :raises Conflict: when the survey is over, or asks for codes or for signing in.
    :raises BadInput: when the days, the units or the number of tickets cannot be.
    """
    if campaign.state is CampaignState.CLOSED:
        raise Conflict(_l("The survey “%(code)s” is closed.", code=campaign.code))
    if campaign.mode is not Mode.OPEN:
        raise Conflict(
            _l("In the survey “%(code)s” each person is let in one by one, which a tablet without network "
               "cannot do: take paper forms along instead.", code=campaign.code)
        )  # fmt: skip
    _check_days(campaign, day, send_by, now)
    chosen = sorted(set(katos))
    oblast = _one_oblast(session, campaign, chosen)
    _check_tickets(session, campaign, chosen, tickets)
    key = hold_key(session, keys=keys, until=send_by, now=now)
    code = new_code()
    visit = Visit(
        campaign_id=campaign.id, oblast_kato=oblast, code_mark=code_mark(secret, CODE_PURPOSE, code),
        day=day, send_by=send_by, tickets=tickets, key_name=key.name, public_key=key.public_key,
        state=VisitState.PLANNED,
    )  # fmt: skip
    session.add(visit)
    session.flush()
    session.add_all(VisitUnit(visit_id=visit.id, kato=kato, campaign_id=campaign.id) for kato in chosen)
    audit.record(
        session, actor=actor, action="visit.plan", subject=f"visit:{visit.id}", survey=subject_of(campaign),
        units=chosen, day=day.isoformat(), send_by=send_by.isoformat(), tickets=tickets,
    )  # fmt: skip
    return visit, code


def prepare_tablet(
    session: Session, *, code: str, keys: KeyRing, secret: str, now: datetime
) -> dict[str, object]:
    """Everything that one tablet takes along, given out once: tickets with receipts, key, units.

    :raises BadInput: when the code is mistyped or nobody's.
    :raises Gone: when a tablet has taken this visit already, or it is over.
    :raises Unavailable: when the private half of its key is not here: nobody could open its answers.
    """
    visit = visit_by_code(session, clean_code(code), secret=secret)
    if visit is None:
        raise BadInput(_l("No visit has this code: compare it with what the operator was shown."))
    lock_row(session, visit)  # two tablets at once would both find it planned
    _refuse_unless_going(visit, now, VisitState.PLANNED)
    keys.require(visit.key_name)
    visit.state = VisitState.READY
    campaign = session.get_one(Campaign, visit.campaign_id)
    audit.record(session, actor="system", action="visit.prepare", subject=f"visit:{visit.id}")
    return {
        "visit": visit.id,
        "title": {"kk": campaign.title_kk, "ru": campaign.title_ru, "en": campaign.title_en},
        "send_by": visit.send_by.isoformat(),
        "mode": campaign.mode.value,
        "key": visit.public_key,
        "tickets": _draw_tickets(visit, campaign, secret=secret, now=now),
        "units": [
            {"kato": unit.kato, "name": _names(unit), "asks_strata": asks}
            for unit, asks in units_of(session, visit)
        ],
        "criteria": campaign.criteria_json,
    }


def take_sealed(
    session: Session, *, number: int, answers: Iterable[SealedAnswer], secret: str, now: datetime
) -> Sent:
    """Put a tablet's sealed answers into the urn; each ticket once, however often it is sent.

    :raises Gone: when the visit is over, its key given up or the survey closed: the tablet keeps its answers
        and says so.
    :raises Conflict: while the survey is paused.
    """
    visit = session.get(Visit, number)
    if visit is None:
        raise BadInput(_l("No visit has the number %(number)s.", number=number))
    _refuse_unless_going(visit, now, VisitState.READY)
    if session.get(IntakeKey, visit.key_name) is None:
        raise Gone(_l("The key of this visit was lost and given up: nobody can open its answers any more."))
    campaign = session.get_one(Campaign, visit.campaign_id)
    require_open(campaign, now=now)
    known = {unit.kato for unit, _ in units_of(session, visit)}
    taken, refused = [], []
    for answer in answers:
        try:
            nonce = _nonce(answer, visit, known, secret=secret, now=now)
        except AuylError as fault:
            refused.append((answer.ticket, str(fault)))
            continue
        deposit_sealed(
            session, box=box_of(campaign.code), cell=answer.kato, trace=nonce, kind=TraceKind.TICKET,
            key_name=visit.key_name, sealed=answer.sealed,
        )  # fmt: skip
        taken.append(answer.ticket)
    return Sent(tuple(taken), tuple(refused))


def end_visit(session: Session, *, visit: Visit, actor: str, now: datetime) -> None:
    """Take nothing more from a visit; what has arrived stays.

    :raises Conflict: when it has ended already.
    """
    if visit.state is VisitState.ENDED:
        raise Conflict(_l("The visit number %(number)s has ended already.", number=visit.id))
    visit.state = VisitState.ENDED
    audit.record(session, actor=actor, action="visit.end", subject=f"visit:{visit.id}")


def _draw_tickets(visit: Visit, campaign: Campaign, *, secret: str, now: datetime) -> list[list[str]]:
    """Tickets with their receipts, in an order that says nothing."""
    tickets = Tickets(secret, TICKET_PURPOSE, life=TICKET_LIFE)
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
    drawn = []
    for _ in range(visit.tickets):
        text = tickets.issue(_subject(visit), now=midnight)
        nonce = tickets.read(text, now=now).nonce
        drawn.append([text, grouped(receipt_of(secret, box_of(campaign.code), nonce))])
    secrets.SystemRandom().shuffle(drawn)
    return drawn


def _nonce(answer: SealedAnswer, visit: Visit, katos: set[str], *, secret: str, now: datetime) -> bytes:
    ticket = Tickets(secret, TICKET_PURPOSE, life=TICKET_LIFE).read(answer.ticket, now=now)
    if ticket.subject != _subject(visit):
        raise BadInput(_l("This answer belongs to another visit: open that one on the tablet."))
    if answer.kato not in katos:
        raise BadInput(_l("The unit %(kato)s is not part of this visit.", kato=answer.kato[:9]))
    if len(answer.sealed) != SEALED_LENGTH:
        raise BadInput(_l("A sealed answer has %(length)s bytes, not %(right)s: it was damaged.",
                          length=len(answer.sealed), right=SEALED_LENGTH))  # fmt: skip
    return ticket.nonce


def _subject(visit: Visit) -> str:
    return f"visit:{visit.id}"


def _refuse_unless_going(visit: Visit, now: datetime, state: VisitState) -> None:
    if visit.state is VisitState.ENDED or day_of(now) > visit.send_by:
        raise Gone(_l("This visit is over: its answers could be sent until %(day)s.",
                      day=said_day(visit.send_by)))  # fmt: skip
    if visit.state is not state:
        raise Gone(
            _l("A tablet has been made ready with this code already: plan another visit for another tablet.")
            if state is VisitState.PLANNED
            else _l("No tablet was made ready for this visit.")
        )


def _check_days(campaign: Campaign, day: date, send_by: date, now: datetime) -> None:
    if day < day_of(now):
        raise BadInput(_l("The day of the visit, %(day)s, is past.", day=said_day(day)))
    if not day <= send_by <= min(campaign.closes_on, day + LONGEST_WAIT):
        raise BadInput(
            _l(
                "“Send by” is %(day)s: choose a day from that of the visit to %(last)s.",
                day=said_day(send_by),
                last=said_day(min(campaign.closes_on, day + LONGEST_WAIT)),
            )
        )


def _one_oblast(session: Session, campaign: Campaign, katos: list[str]) -> str:
    asked = unit_adults(session, campaign=campaign)
    for kato in katos:
        if kato not in asked:
            raise BadInput(_l("The unit %(kato)s is not asked in this survey.", kato=kato[:9]))
    oblasts = {unit.oblast_kato for unit in units_by_kato(session, katos).values()}
    if len(oblasts) != 1:
        raise BadInput(_l("Choose at least one unit, all of one oblast."))
    return oblasts.pop()


def _check_tickets(session: Session, campaign: Campaign, katos: list[str], tickets: int) -> None:
    """Never more tickets than adults, where all of them are known."""
    adults = unit_adults(session, campaign=campaign)
    known = [adults[kato] for kato in katos]
    most = MOST_TICKETS if None in known else min(MOST_TICKETS, sum(known))
    if not 1 <= tickets <= most:
        raise BadInput(
            _l("%(count)s tickets cannot be: choose from 1 to %(most)s.", count=tickets, most=most)
        )


def _names(unit: object) -> dict[str, str]:
    return {"kk": unit.name_kk, "ru": unit.name_ru, "en": unit.name_en}
