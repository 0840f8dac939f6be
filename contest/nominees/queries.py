"""Reads of nominees: of a contest, of an account, for the conditions, and who could be proposed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.calendar import days_of
from contest.contests.models import Contest, ContestState
from contest.eligibility import Facts, held_throughout
from contest.nominees.documents.queries import count_documents
from contest.nominees.essays.models import Essay
from contest.nominees.models import Nominee, NomineeExclusion, NomineeState
from contest.rulebook import RuleBook, Stage, Step
from contest.sources.surveys import asked_units, survey_state
from core.clock import day_of
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


def nominations_of(session: Session, account_id: int) -> list[tuple[Nominee, Contest]]:
    """The nominations that belong to an account, the newest contest first."""
    wanted = (
        select(Nominee, Contest)
        .join(Contest, Contest.id == Nominee.contest_id)
        .where(Nominee.account_id == account_id)
        .order_by(Contest.created_at.desc(), Contest.id.desc())
    )
    return [(nominee, contest) for nominee, contest in session.execute(wanted)]


def brought_back(session: Session, nominee: Nominee) -> NomineeExclusion | None:
    """The exclusion that a granted objection undid, of an application that was not decided before it."""
    undone = select(NomineeExclusion).where(
        NomineeExclusion.nominee_id == nominee.id, NomineeExclusion.undone_at.is_not(None)
    )
    if nominee.registered_at is not None:
        undone = undone.where(NomineeExclusion.undone_at <= nominee.registered_at)
    return session.scalars(undone.order_by(NomineeExclusion.id)).first()


def catches_up(session: Session, nominee: Nominee, book: RuleBook) -> bool:
    """Whether an exclusion that was undone took days of the nominations: what is missing may come later."""
    found = brought_back(session, nominee)
    return found is not None and day_of(found.excluded_at) <= days_of(book, Step.NOMINATIONS).until_on


def eligibility_facts(session: Session, *, nominee: Nominee, book: RuleBook) -> Facts:
    """What the conditions of the rule book are judged by, on the last day of nominations for everybody.

    Documents count also later for whom a wrongful exclusion kept from handing them in.
    """
    official, last = session.get_one(Official, nominee.official_id), days_of(book, Step.NOMINATIONS).until_on
    return Facts(
        on=last, since_on=official.since_on, until_on=official.until_on,
        is_manner_known=official.manner is not None, has_consented=nominee.consented_at is not None,
        penalties_declared=nominee.penalties_declared_at is not None, penalty_on=nominee.last_penalty_on,
        documents=count_documents(
            session, nominee, until=None if catches_up(session, nominee, book) else last
        ),
    )  # fmt: skip


def matter_of(contest: Contest, nominee: Nominee) -> tuple[Stage, str | None]:
    """Whose matter it is whether a nominee takes part: the national commission's for a finalist once the
    national stage is open, else the oblast's."""
    is_over = contest.state in (ContestState.NATIONAL, ContestState.CLOSED, ContestState.PUBLISHED)
    return (
        (Stage.NATIONAL, None) if is_over and nominee.is_finalist else (Stage.REGIONAL, nominee.oblast_kato)
    )


def left_on(session: Session, contest: Contest, *, today: date) -> list[tuple[Nominee, date]]:
    """Who takes part and holds the post no more, with the last day in it."""
    wanted = (
        select(Nominee, Official.until_on)
        .join(Official, Official.id == Nominee.official_id)
        .where(
            Nominee.contest_id == contest.id,
            Nominee.state.in_((NomineeState.PROPOSED, NomineeState.REGISTERED)),
            Official.until_on < today,
        )
        .order_by(Nominee.id)
    )
    return [(nominee, day) for nominee, day in session.execute(wanted)]


def answered_about(session: Session, contest: Contest, nominees: Collection[Nominee]) -> frozenset[int]:
    """The nominees whom the survey was about on each of its days; nobody inherits another's answers."""
    survey = survey_state(session, campaign_code=contest.campaign_code)
    if survey is None:
        return frozenset()
    wanted = select(Official).where(Official.id.in_({one.official_id for one in nominees}))
    held = {
        official.id: held_throughout(
            official.since_on, official.until_on, opens_on=survey.opens_on, closes_on=survey.closes_on
        )
        for official in session.scalars(wanted)
    }
    return frozenset(one.id for one in nominees if held[one.official_id])


def essay_stage(book: RuleBook) -> Stage | None:
    """The stage that marks essays without name and place; None where the rules ask for none."""
    return next(
        (stage for stage in Stage if any(part.is_anonymous for part in book.stage(stage).marked)), None
    )


def essay_of(session: Session, nominee: Nominee) -> Essay | None:
    """A nominee's essay: its text and the number under which members read it; None before it is written."""
    return session.get(Essay, nominee.id)


def candidates(
    session: Session, contest: Contest, *, on: date, oblasts: Collection[str] | None = None
) -> list[Candidate]:
    """Who could be proposed on a day (in some oblasts; None: in all), by name; three queries."""
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


def proposals_of(session: Session, account_id: int) -> list[tuple[Nominee, Contest]]:
    """What an account has proposed, the latest first."""
    wanted = (
        select(Nominee, Contest)
        .join(Contest, Contest.id == Nominee.contest_id)
        .where(Nominee.proposer_account_id == account_id)
        .order_by(Nominee.proposed_at.desc(), Nominee.id.desc())
    )
    return [(nominee, contest) for nominee, contest in session.execute(wanted)]
