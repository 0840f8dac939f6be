"""Reads of releases: which were published of a contest, and the file of one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.release.models import Release
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


def release_by_file(session: Session, contest: Contest, file: str) -> Release:
    """The release of a file's name.

    :raises NotFound: when no release of this contest has it.
    """
    for release in published_releases(session, contest):
        if release.file == file:
            return release
    raise NotFound(_l("No release has the file “%(name)s”: choose one from the list.", name=file[:80]))
