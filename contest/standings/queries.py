"""Reads of standings: what would be frozen now, what is frozen, what is published.

The computed standing reads published numbers only, through the contest's sources, and refuses while
the marking of the stage is not closed: until then nobody sees a score.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.commissions.queries import barred_judges
from contest.contests.models import Contest, ContestState
from contest.contests.queries import rulebook_in_force
from contest.decisions.queries import nomination_votes, nominations_to_vote
from contest.jury.queries import complete_marks, is_marking_closed, judged_nominees
from contest.nominees.models import Nominee
from contest.nominees.queries import answered_about
from contest.rulebook import RuleBook, Source, Stage
from contest.sources.ethics import ethics_table, is_coarse
from contest.sources.surveys import criterion_means, survey_table
from contest.standings.computation import ComputedRow, compute_rows, digest_of
from contest.standings.models import Standing, StandingRow
from core.errors import Conflict, NotFound
from core.measures import Subject
from core.places.queries import units_by_kato


@dataclass(frozen=True, slots=True)
class ComputedStanding:
    """A standing as it would be frozen now."""

    contest: Contest
    stage: Stage
    oblast_kato: str | None
    book: RuleBook
    inputs: Mapping[str, Any]
    digest: str
    nominees: Mapping[int, Nominee]
    rows: tuple[ComputedRow, ...]


@dataclass(frozen=True, slots=True)
class StandingView:
    """A frozen standing with its rows, best place first, those without a place last."""

    standing: Standing
    rows: tuple[StandingRow, ...]


def compute_standing(
    session: Session, *, contest: Contest, stage: Stage, oblast_kato: str | None
) -> ComputedStanding:
    """Compute a standing from the published numbers and the confirmed marks.

    :raises Conflict: while marking is not closed, or a source has not published its numbers.
    """
    if not is_marking_closed(session, contest, stage, oblast_kato):
        raise Conflict(_l("Scores are hidden until the marking of this stage is closed."))
    edition, book = rulebook_in_force(session, contest=contest)
    nominees = judged_nominees(session, contest, stage, oblast_kato)
    inputs = {
        "contest": contest.code,
        "stage": stage.value,
        "oblast": oblast_kato,
        "rulebook": edition.fingerprint,
        "units": _pool(session, contest, oblast_kato),
        "nominees": _nominees(session, contest, nominees, book, stage),
        "nominations": _nominations(session, contest, nominees, book) if stage is Stage.NATIONAL else {},
    }
    if stage is Stage.NATIONAL and nominations_to_vote(book):
        inputs["votes"] = nomination_votes(session, contest)
    rows = compute_rows(inputs, book)
    went_on = [nominee.id for nominee in nominees if nominee.is_finalist]
    if is_past(contest, stage) and went_on != sorted(row.nominee_id for row in rows if row.is_finalist):
        inputs["went_on"] = went_on
        rows = compute_rows(inputs, book)
    return ComputedStanding(
        contest, stage, oblast_kato, book, inputs, digest_of(inputs),
        {nominee.id: nominee for nominee in nominees}, rows,
    )  # fmt: skip


def is_past(contest: Contest, stage: Stage) -> bool:
    """Whether the next stage has begun: points and places can be put right, but who went on stays."""
    return stage is Stage.REGIONAL and contest.state is not ContestState.REGIONAL


def latest_standing(
    session: Session, contest: Contest, stage: Stage, oblast_kato: str | None
) -> Standing | None:
    """The frozen standing in force; None before freezing."""
    return session.scalars(
        select(Standing)
        .where(
            Standing.contest_id == contest.id, Standing.stage == stage, Standing.oblast_kato == oblast_kato
        )
        .order_by(Standing.version.desc())
        .limit(1)
    ).first()


def frozen_standings(session: Session, *, contest_id: int) -> list[Standing]:
    """Every frozen standing of a contest: regional ones by oblast, then the national; old versions too."""
    rows = session.scalars(select(Standing).where(Standing.contest_id == contest_id)).all()
    return sorted(rows, key=lambda one: (one.stage is Stage.NATIONAL, one.oblast_kato or "", one.version))


def standings_in_force(
    session: Session, contest: Contest, *, oblasts: Collection[str] | None = None
) -> list[Standing]:
    """The latest frozen standing of each area, regional ones by oblast, then the national.

    :param oblasts: of these areas alone.
    """
    latest = {(one.stage, one.oblast_kato): one for one in frozen_standings(session, contest_id=contest.id)}
    return [one for one in latest.values() if oblasts is None or one.oblast_kato in oblasts]


def get_standing(session: Session, contest: Contest, standing_id: int) -> StandingView:
    """A frozen standing of this contest.

    :raises NotFound: when there is none of this number.
    """
    standing = session.get(Standing, standing_id)
    if standing is None or standing.contest_id != contest.id:
        raise NotFound(_l("There is no standing number %(number)s in this contest.", number=standing_id))
    return StandingView(standing, rows_of(session, standing))


def rows_of(session: Session, standing: Standing) -> tuple[StandingRow, ...]:
    """A standing's rows, best place first, those without a place last."""
    rows = session.scalars(select(StandingRow).where(StandingRow.standing_id == standing.id)).all()
    return tuple(sorted(rows, key=lambda row: (row.place == 0, row.place, row.nominee_id)))


def published_standing(
    session: Session, *, contest_code: str, stage: Stage, oblast_kato: str | None = None
) -> StandingView | None:
    """The published standing in force; None where nothing is published."""
    standing = session.scalars(
        select(Standing)
        .join(Contest)
        .where(
            Contest.code == contest_code, Standing.stage == stage, Standing.oblast_kato == oblast_kato,
            Standing.published_at.is_not(None),
        )
        .order_by(Standing.version.desc())
        .limit(1)
    ).first()  # fmt: skip
    return None if standing is None else StandingView(standing, rows_of(session, standing))


def _pool(session: Session, contest: Contest, oblast_kato: str | None) -> list[list[Any]]:
    """Every unit of the oblast (or of the nation) with its published numbers."""
    table = survey_table(session, campaign_code=contest.campaign_code)
    katos = [subject.reference for subject in table.subjects]
    if oblast_kato is not None:
        units = units_by_kato(session, katos)
        katos = [kato for kato in katos if units[kato].oblast_kato == oblast_kato]
    rows = [(kato, table.get(Subject("unit", kato))) for kato in katos]
    return [[kato, row.n, _text(row.value), _text(row.standard_error)] for kato, row in rows]


def _nominees(
    session: Session, contest: Contest, nominees: Sequence[Nominee], book: RuleBook, stage: Stage
) -> list[dict[str, Any]]:
    rules = book.stage(stage)
    conflicts = barred_judges(session, contest, stage, nominees)
    marks = complete_marks(session, nominees=nominees, rules=rules, stage=stage, conflicts=conflicts)
    reads_ethics = any(part.source is Source.ETHICS for part in rules.components)
    ethics = ethics_table(session, round_code=contest.round_code) if reads_ethics else None
    about = answered_about(session, contest, nominees)
    rows = []
    for nominee in nominees:
        row = None if ethics is None else ethics.get(Subject("official", str(nominee.official_id)))
        rows.append(
            {
                "id": nominee.id, "official": nominee.official_id, "kato": nominee.kato,
                "oblast": nominee.oblast_kato,
                "marks": {code: list(given.values()) for code, given in marks[nominee.id].items()},
                "judges": {code: list(given) for code, given in marks[nominee.id].items()},
                "ethics": None
                if row is None or row.value is None
                else [row.n, _text(row.value), _text(row.standard_error), is_coarse(row)],
                **({} if nominee.id in about else {"answered_about": False}),
            }
        )  # fmt: skip
    return rows


def _nominations(
    session: Session, contest: Contest, nominees: Sequence[Nominee], book: RuleBook
) -> dict[str, list[list[Any]]]:
    """What nominations need besides the national components: regional scores and criterion means."""
    found: dict[str, list[list[Any]]] = {}
    means: dict[str, dict[str, Decimal | None]] | None = None
    for nomination in book.nominations:
        if nomination.criterion is not None:
            if means is None:
                means = criterion_means(session, campaign_code=contest.campaign_code)
                about = answered_about(session, contest, nominees)
            found[nomination.code] = [
                [nominee.id, _text(means.get(nominee.kato, {}).get(nomination.criterion))]
                for nominee in nominees
                if nominee.id in about
            ]
        elif nomination.stage is Stage.REGIONAL:
            scores = _regional_scores(session, contest, nomination.component)
            found[nomination.code] = [[nominee.id, scores.get(nominee.id)] for nominee in nominees]
    return found


def _regional_scores(session: Session, contest: Contest, component: str) -> dict[int, str | None]:
    scores: dict[int, str | None] = {}
    for standing in frozen_standings(session, contest_id=contest.id):
        if standing.stage is Stage.REGIONAL:
            for row in rows_of(session, standing):
                for part in json.loads(row.components_json):
                    if part["code"] == component:
                        scores[row.nominee_id] = part["score"]
    return scores


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
