"""Builds a release and checks it as anybody would, before it may be published.

What takes long is done here, in a session that reads: nobody's writing waits for it. Publishing is for
`contest.release.services`, in a short transaction of its own.
"""

from __future__ import annotations

from datetime import datetime

from contest.certificates.press import press_of
from contest.contests.queries import contest_by_code
from contest.release.collection import Built, Maker, build_release
from contest.release.report import Report
from contest.release.verification import verify_release
from core.settings import Settings
from core.storage import Storage


def maker_of(settings: Settings, *, now: datetime) -> Maker:
    """What an installation gives to its releases.

    :raises Unavailable: when there is no key to sign with.
    """
    heads = settings.data_directory / "heads"
    return Maker(press_of(settings, now=now).key, settings.secret_key, heads, settings.is_demo)


def checked_release(storage: Storage, *, contest_code: str, maker: Maker) -> tuple[Built, Report]:
    """A release with the report on it; one that does not agree is not to be published.

    :raises NotFound: when no contest has the code.
    :raises Conflict: before its results are published.
    """
    with storage.read() as session:
        built = build_release(session, contest_by_code(session, contest_code), maker)
    return built, verify_release(built.zip)
