"""What is published of the commissions' decisions: votes with their counts, returns, corrections, objections.

Reads only, and only of a contest whose results are published. Nobody is named here but those who stand in
the published standings: exclusions and objections are told by their number, kind and reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_of
from contest.decisions.differences import Change, outcomes_from
from contest.decisions.queries import decided, plain_rows, signals_decision
from contest.decisions.references import exclusion_from
from contest.meetings.models import AgendaItem, ItemKind
from contest.meetings.queries import Outcome, outcome
from contest.nominees.models import Nominee, NomineeExclusion, NomineeState
from contest.objections.queries import Handled, Verdict, objections_before
from contest.rulebook import Stage
from contest.standings.models import Standing
from contest.standings.queries import frozen_standings, rows_of
from contest.standings.signing import ShownVote, difference_to, shown_votes
from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import units_by_kato

VOTED = (Verdict.GRANTED, Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class PublishedArea:
    """The decisions on one stage of an oblast or of the nation (no unit).

    :param corrections: every later version with what it changed.
    :param exclusions: the ground and the vote of each.
    """

    stage: Stage
    unit: Unit | None
    is_frozen: bool
    votes: tuple[ShownVote, ...]
    corrections: tuple[tuple[Standing, tuple[Change, ...]], ...]
    exclusions: tuple[tuple[object, Outcome], ...]
    objections: tuple[tuple[Handled, Outcome | None], ...]


@dataclass(frozen=True, slots=True)
class PublishedDecisions:
    """All of a contest's decisions; `names` maps nominees who take part to their names."""

    signals: tuple[AgendaItem, Outcome] | None
    areas: tuple[PublishedArea, ...]
    names: Mapping[int, str]


def published_decisions(session: Session, contest: Contest) -> PublishedDecisions:
    """The decisions of a contest, the nation's first.

    :raises NotFound: before its results are published.
    """
    if contest.state is not ContestState.PUBLISHED:
        raise NotFound(_l("The decisions are published together with the results."))
    versions: dict[tuple[Stage, str | None], list[Standing]] = {}
    for standing in frozen_standings(session, contest_id=contest.id):
        versions.setdefault((standing.stage, standing.oblast_kato), []).append(standing)
    # Where nobody was left to stand in a standing, the exclusions are told all the same.
    for area in session.execute(
        select(NomineeExclusion.stage, NomineeExclusion.oblast_kato)
        .join(Nominee)
        .where(Nominee.contest_id == contest.id)
        .distinct()
    ):
        versions.setdefault(tuple(area), [])
    units = units_by_kato(session, {oblast for _stage, oblast in versions if oblast})
    keys = sorted(versions, key=lambda key: (key[0] is Stage.REGIONAL, key[1] or ""))
    nominees = select(Nominee.id, Nominee.name_kk).where(
        Nominee.contest_id == contest.id, Nominee.state == NomineeState.REGISTERED
    )
    return PublishedDecisions(
        signals_decision(session, contest),
        tuple(_area(session, contest, key, versions[key], units.get(key[1] or "")) for key in keys),
        dict(session.execute(nominees).all()),
    )


def _area(
    session: Session,
    contest: Contest,
    key: tuple[Stage, str | None],
    versions: list[Standing],
    unit: Unit | None,
) -> PublishedArea:
    last = outcomes_from(plain_rows(rows_of(session, versions[-1]))) if versions else ()
    return PublishedArea(
        key[0], unit, bool(versions), shown_votes(session, contest, *key, last),
        tuple((one, difference_to(session, one)) for one in versions[1:]),
        _exclusions(session, contest, key), _objections(session, contest, key),
    )  # fmt: skip


def _exclusions(
    session: Session, contest: Contest, key: tuple[Stage, str | None]
) -> tuple[tuple[object, Outcome], ...]:
    grounds = {ground.code: ground.title for ground in rulebook_of(session, contest).exclusion}
    votes = decided(session, contest, *key, ItemKind.EXCLUSION)
    # A carried vote on somebody who was out by then, or was another commission's matter, excluded nobody.
    wanted = select(NomineeExclusion.item_id).where(
        NomineeExclusion.item_id.in_([item.id for item, _found in votes])
    )
    excluding = set(session.scalars(wanted))
    return tuple(
        (grounds.get(exclusion_from(item.reference)[1], ""), found)
        for item, found in votes
        if item.id in excluding
    )


def _objections(
    session: Session, contest: Contest, key: tuple[Stage, str | None]
) -> tuple[tuple[Handled, Outcome | None], ...]:
    return tuple(
        (one, outcome(session, one.item) if one.verdict in VOTED else None)
        for one in objections_before(session, contest, *key)
    )
