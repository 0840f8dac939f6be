"""A standing as the pages from numbers read it: the frozen one in force, else the one computed now.

Only reads. Whoever asks must wait for the closing of the marking, or for publication.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_by_fingerprint
from contest.jury.queries import is_marking_closed
from contest.rulebook import RuleBook, Stage, StageRules
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import compute_standing, latest_standing, published_standing, rows_of
from contest.standings.showing import ShownRow, shown_computed, shown_frozen
from core.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class ReadStanding:
    """The book, the inputs and the rows, best place first; `version` is None before freezing."""

    book: RuleBook
    stage: Stage
    oblast_kato: str | None
    version: int | None
    inputs: Mapping[str, Any]
    rows: tuple[ShownRow, ...]

    @property
    def rules(self) -> StageRules:
        return self.book.stage(self.stage)


def refuse_before_closing(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> None:
    """Refuse while scores and marks of this stage are hidden.

    :raises Conflict: while marking is not closed.
    """
    if not is_marking_closed(session, contest, stage, oblast_kato):
        raise Conflict(_l("Scores are hidden until the marking of this stage is closed."))


def read_standing(
    session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None
) -> ReadStanding:
    """For staff of the stage and its nominees.

    :raises Conflict: while marking is not closed, or a source has not published its numbers.
    """
    refuse_before_closing(session, contest, stage, oblast_kato)
    frozen = latest_standing(session, contest, stage, oblast_kato)
    if frozen is not None:
        return _frozen(session, contest, frozen, rows_of(session, frozen))
    computed = compute_standing(session, contest=contest, stage=stage, oblast_kato=oblast_kato)
    return ReadStanding(
        computed.book, stage, oblast_kato, None, computed.inputs, tuple(shown_computed(session, computed))
    )


def read_published(
    session: Session, contest: Contest, *, stage: Stage, oblast_kato: str | None
) -> ReadStanding:
    """For everybody.

    :raises NotFound: while no standing is published here.
    """
    view = published_standing(session, contest_code=contest.code, stage=stage, oblast_kato=oblast_kato)
    if view is None:
        raise NotFound(_l("No ranking is published here yet."))
    return _frozen(session, contest, view.standing, view.rows)


def _frozen(
    session: Session, contest: Contest, standing: Standing, rows: Sequence[StandingRow]
) -> ReadStanding:
    return ReadStanding(
        rulebook_by_fingerprint(session, contest, standing.rulebook_fingerprint), standing.stage,
        standing.oblast_kato, standing.version, json.loads(standing.inputs_json),
        tuple(shown_frozen(session, rows)),
    )  # fmt: skip
