"""Reads of releases: which were published of a contest, and the file of one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.certificates.models import Certificate
from contest.contests.models import Contest, ContestState, RuleBookEdition
from contest.league.models import League
from contest.objections.models import Objection
from contest.release.models import Release
from contest.standings.models import Standing
from core.errors import NotFound


def published_releases(session: Session, contest: Contest) -> list[Release]:
    """Every release of a contest, the newest first; none before its results are published."""
    if contest.state is not ContestState.PUBLISHED:
        return []
    wanted = select(Release).where(Release.contest_id == contest.id).order_by(Release.version.desc())
    return list(session.scalars(wanted))


def latest_release(session: Session, contest: Contest) -> Release | None:
    """The newest release; None before the first."""
    return next(iter(published_releases(session, contest)), None)


def state_of(session: Session, contest: Contest) -> str:
    """How far a contest is, in what its release is made of; such rows are added and never taken away."""
    tables = (
        (Standing, Standing.published_at), (League, League.id), (RuleBookEdition, RuleBookEdition.id),
        (Certificate, Certificate.revoked_at), (Objection, Objection.settled_at),
    )  # fmt: skip
    counts = [
        session.execute(
            select(func.count(), func.count(one)).select_from(table).where(table.contest_id == contest.id)
        ).one()
        for table, one in tables
    ]
    return " ".join(f"{rows}:{settled}" for rows, settled in counts)


def release_by_file(session: Session, contest: Contest, file: str) -> Release:
    """The release of a file's name.

    :raises NotFound: when no release of this contest has it.
    """
    for release in published_releases(session, contest):
        if release.file == file:
            return release
    raise NotFound(_l("No release has the file “%(name)s”: choose one from the list.", name=file[:80]))
