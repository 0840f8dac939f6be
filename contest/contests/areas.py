"""The stages of a contest by oblast, as its page lists them: what is open, closed, frozen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.jury.models import Marking
from contest.nominees.models import Nominee, NomineeState
from contest.rulebook import Stage
from contest.standings.models import Standing
from core.errors import NotFound
from core.places.models import Unit
from core.places.queries import units_by_kato
from core.words import kazakh_key

NATION = "nation"
#: Who has no stage: an application that waits, or was declined.
APPLYING = (NomineeState.PROPOSED, NomineeState.DECLINED)


@dataclass(frozen=True, slots=True)
class Area:
    """A stage in an oblast, or in the nation (no unit)."""

    stage: Stage
    unit: Unit | None
    nominees: int
    opened_at: datetime | None
    closed_at: datetime | None
    versions: int

    @property
    def code(self) -> str:
        """How addresses name it."""
        return NATION if self.unit is None else self.unit.kato


def parse_area(stage: str, area: str) -> tuple[Stage, str | None]:
    """A stage and oblast from an address.

    :raises NotFound: for what is neither.
    """
    if (stage == Stage.NATIONAL) != (area == NATION) or stage not in set(Stage):
        raise NotFound(_l("There is no such stage."))
    return Stage(stage), None if area == NATION else area


def areas_for(session: Session, contest: Contest, oblasts: Collection[str] | None) -> list[Area]:
    """The stages that a reader of these oblasts (None: of all, and of the nation) may open; four queries.

    An oblast stays there when nobody is left in it: who was excluded can object.
    """
    taking_part = (
        select(Nominee.oblast_kato, func.count().filter(Nominee.state == NomineeState.REGISTERED))
        .where(Nominee.contest_id == contest.id, Nominee.state.not_in(APPLYING))
        .group_by(Nominee.oblast_kato)
    )
    counts = {kato: n for kato, n in session.execute(taking_part) if oblasts is None or kato in oblasts}
    windows = {
        window.oblast_kato: window
        for window in session.scalars(select(Marking).where(Marking.contest_id == contest.id))
    }
    frozen = select(Standing.oblast_kato, func.count()).where(Standing.contest_id == contest.id)
    versions = dict(session.execute(frozen.group_by(Standing.oblast_kato)).all())
    units = units_by_kato(session, counts)

    def area(stage: Stage, unit: Unit | None, nominees: int) -> Area:
        kato = None if unit is None else unit.kato
        window = windows.get(kato)
        return Area(
            stage, unit, nominees, window and window.opened_at, window and window.closed_at,
            versions.get(kato, 0),
        )  # fmt: skip

    found = sorted(counts.items(), key=lambda pair: kazakh_key(units[pair[0]].name_kk))
    areas = [area(Stage.REGIONAL, units[kato], n) for kato, n in found]
    # The national commission meets early: it votes on the signals while the survey asks.
    if oblasts is None and contest.state not in (ContestState.DRAFT, ContestState.RULES_PUBLISHED):
        finalists = select(func.count()).where(
            Nominee.contest_id == contest.id, Nominee.state == NomineeState.REGISTERED,
            Nominee.is_finalist.is_(True),
        )  # fmt: skip
        areas.append(area(Stage.NATIONAL, None, session.scalar(finalists) or 0))
    return areas
