"""Reads of nominees: of a contest, of an oblast, and the officials who could be registered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.nominees.models import Nominee, NomineeState
from contest.sources.surveys import asked_units
from core.errors import NotFound
from core.places.models import Official, Post, Unit
from core.places.queries import official_name, units_by_kato
from core.words import kazakh_key


@dataclass(frozen=True, slots=True)
class ListedNominee:
    """A line of the nominees' page."""

    nominee: Nominee
    unit: Unit
    oblast: Unit


@dataclass(frozen=True, slots=True)
class Candidate:
    """An official who holds a post in the contest's territory and is not among its nominees."""

    official_id: int
    name: str
    unit: Unit


def get_nominee(session: Session, contest: Contest, nominee_id: int) -> Nominee:
    """A nominee of this contest.

    :raises NotFound: when there is none of this number.
    """
    nominee = session.get(Nominee, nominee_id)
    if nominee is None or nominee.contest_id != contest.id:
        raise NotFound(_l("There is no nominee number %(number)s in this contest.", number=nominee_id))
    return nominee


def list_nominees(
    session: Session, contest: Contest, *, oblasts: Collection[str] | None = None
) -> list[ListedNominee]:
    """The nominees of a contest (of some oblasts; None: of all), by oblast and name; two queries."""
    wanted = select(Nominee).where(Nominee.contest_id == contest.id)
    if oblasts is not None:
        wanted = wanted.where(Nominee.oblast_kato.in_(oblasts))
    nominees = session.scalars(wanted).all()
    units = units_by_kato(session, {n.kato for n in nominees} | {n.oblast_kato for n in nominees})
    return sorted(
        (ListedNominee(n, units[n.kato], units[n.oblast_kato]) for n in nominees),
        key=lambda line: (kazakh_key(line.oblast.name_kk), kazakh_key(line.nominee.name_kk), line.nominee.id),
    )


def registered(session: Session, contest: Contest, *, oblast_kato: str | None = None) -> list[Nominee]:
    """The nominees who take part in a standing: of an oblast, or of the nation, by number."""
    wanted = select(Nominee).where(Nominee.contest_id == contest.id, Nominee.state == NomineeState.REGISTERED)
    if oblast_kato is not None:
        wanted = wanted.where(Nominee.oblast_kato == oblast_kato)
    return list(session.scalars(wanted.order_by(Nominee.id)))


def candidates(
    session: Session, contest: Contest, *, on: date, oblasts: Collection[str] | None = None
) -> list[Candidate]:
    """Who could be registered on a day (in some oblasts; None: in all), by name; three queries."""
    katos = asked_units(session, campaign_code=contest.campaign_code)
    taken = select(Nominee.official_id).where(Nominee.contest_id == contest.id)
    wanted = (
        select(Official, Unit)
        .join(Post, Post.id == Official.post_id)
        .join(Unit, Unit.kato == Post.unit_kato)
        .where(
            Official.since_on <= on,
            (Official.until_on.is_(None)) | (Official.until_on >= on),
            Official.id.not_in(taken),
        )
    )
    if oblasts is not None:
        wanted = wanted.where(Unit.oblast_kato.in_(oblasts))
    found = [
        Candidate(official.id, official_name(official), unit)
        for official, unit in session.execute(wanted)
        if unit.kato in katos
    ]
    return sorted(found, key=lambda one: (kazakh_key(one.name), one.official_id))
