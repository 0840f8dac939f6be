"""Setting and dropping hearings: no two at once before one commission, within the days of their stage."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.calendar import days_of
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.nominees.hearings.models import Slot
from contest.nominees.hearings.queries import end_of, heard_parts
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.services import reference
from contest.rulebook import Stage, Step
from core import audit
from core.clock import KAZAKHSTAN, day_of
from core.errors import BadInput, Conflict
from core.web.days import said_day, said_moment

FEWEST_MINUTES, MOST_MINUTES = 5, 480
LONGEST_PLACE, LONGEST_LINK = 200, 300
STEP_OF = {Stage.REGIONAL: Step.REGIONAL, Stage.NATIONAL: Step.NATIONAL}


def set_slot(
    session: Session,
    *,
    nominee: Nominee,
    stage: Stage,
    component: str,
    starts_at: datetime,
    minutes: int,
    place: str | None,
    link: str | None,
    actor: str,
    now: datetime,
) -> Slot:
    """Set when and where a nominee is heard for a component, in place of an earlier time.

    :raises BadInput: for a component that nobody is heard for, a time outside the stage or past, or no place.
    :raises Conflict: for somebody who is not of this stage, or while another is heard.
    """
    contest = session.get_one(Contest, nominee.contest_id, with_for_update=True)
    book = rulebook_of(session, contest)
    if nominee.state is not NomineeState.REGISTERED or (stage is Stage.NATIONAL and not nominee.is_finalist):
        raise Conflict(_l("%(name)s does not take part in this stage.", name=nominee.name_kk))
    if component not in {part.code for part in heard_parts(book, stage)}:
        raise BadInput(_l("Nobody is heard for “%(code)s” at this stage.", code=component[:32]))
    days = days_of(book, STEP_OF[stage])
    if starts_at <= now or not days.from_on <= day_of(starts_at) <= days.until_on:
        raise BadInput(
            _l(
                "Choose a time that has not passed, from %(first)s to %(last)s: the days of this stage.",
                first=said_day(days.from_on), last=said_day(days.until_on),
            )
        )  # fmt: skip
    if not FEWEST_MINUTES <= minutes <= MOST_MINUTES:
        raise BadInput(
            _l("A hearing takes from %(few)s to %(most)s minutes.", few=FEWEST_MINUTES, most=MOST_MINUTES)
        )
    where, address = _place(place), _link(link)
    if where is None and address is None:
        raise BadInput(_l("Say where: a place, or a link that begins with https://."))
    area = nominee.oblast_kato if stage is Stage.REGIONAL else None
    slot = session.scalars(
        select(Slot).where(Slot.nominee_id == nominee.id, Slot.stage == stage, Slot.component == component)
    ).first()
    _refuse_at_once(session, contest, stage, area, starts_at, minutes, own=slot)
    if slot is None:
        slot = Slot(
            contest_id=contest.id, stage=stage, oblast_kato=area, nominee_id=nominee.id, component=component,
            starts_at=starts_at, minutes=minutes, place=where, link=address,
        )  # fmt: skip
        session.add(slot)
    slot.starts_at, slot.minutes, slot.place, slot.link = starts_at, minutes, where, address
    session.flush()
    audit.record(
        session, actor=actor, action="hearing.set", subject=reference(nominee), stage=stage.value,
        component=component, starts_at=starts_at.isoformat(), minutes=minutes,
    )  # fmt: skip
    return slot


def drop_slot(session: Session, *, slot: Slot, actor: str, now: datetime) -> None:
    """Drop a hearing that has not begun.

    :raises Conflict: once it has begun.
    """
    if slot.starts_at <= now:
        raise Conflict(_l("This hearing has begun: it stays in the list."))
    audit.record(
        session, actor=actor, action="hearing.drop", subject=f"nominee:{slot.nominee_id}",
        stage=slot.stage.value, component=slot.component,
    )  # fmt: skip
    session.delete(slot)
    session.flush()


def _refuse_at_once(
    session: Session, contest: Contest, stage: Stage, area: str | None, starts_at: datetime, minutes: int,
    *, own: Slot | None,
) -> None:  # fmt: skip
    """A commission hears one at a time."""
    ends_at = starts_at + timedelta(minutes=minutes)
    near = select(Slot).where(
        Slot.contest_id == contest.id, Slot.stage == stage, Slot.oblast_kato == area,
        Slot.starts_at < ends_at, Slot.starts_at > starts_at - timedelta(minutes=MOST_MINUTES),
    )  # fmt: skip
    for other in session.scalars(near):
        if other is not own and end_of(other) > starts_at:
            raise Conflict(
                _l(
                    "This commission hears another nominee from %(begins)s to %(ends)s: choose another time.",
                    begins=said_moment(other.starts_at), ends=f"{end_of(other).astimezone(KAZAKHSTAN):%H:%M}",
                )
            )  # fmt: skip


def _place(text: str | None) -> str | None:
    return " ".join((text or "").split())[:LONGEST_PLACE] or None


def _link(text: str | None) -> str | None:
    link = (text or "").strip()
    if not link:
        return None
    if not link.startswith("https://") or len(link) > LONGEST_LINK or not link.isprintable() or " " in link:
        raise BadInput(_l("A link begins with https:// and has no spaces."))
    return link
