"""Reads of essays: whether one can still be written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.jury.queries import marking_of
from contest.nominees.models import Nominee
from contest.rulebook import Stage


def is_being_read(session: Session, contest: Contest, nominee: Nominee, stage: Stage) -> bool:
    """Whether members may read the essays of this nominee's commission: then they stay as they are."""
    area = nominee.oblast_kato if stage is Stage.REGIONAL else None
    return marking_of(session, contest, stage, area) is not None
