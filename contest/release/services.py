"""Publishing a release: its file first, then its row and the journal's entry, by which a signed head leaves.

What was put together is given in; building reads only (`contest.release.collection`), and may take its time.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.certificates.files import directory_of as certificates_of
from contest.certificates.press import keep_signer
from contest.contests.models import Contest
from contest.contests.queries import subject_of
from contest.release.collection import Built, Maker
from contest.release.files import directory_of, file_name, keep_file
from contest.release.models import Release
from contest.release.queries import latest_release, state_of
from core import audit
from core.errors import Conflict
from core.storage import lock_row


def publish_release(
    session: Session,
    *,
    contest: Contest,
    built: Built,
    maker: Maker,
    data_directory: Path,
    actor: str,
    now: datetime,
) -> Release:
    """Keep a release as the newest one; the same content again is the release that is there already.

    The signer's certificate is kept for good, so that the page can name it after the key was replaced.

    :raises Unavailable: when the disk takes no more; then nothing is published.
    :raises Conflict: when the contest has changed since the release was built.
    """
    lock_row(session, contest)
    if state_of(session, contest) != built.state:
        raise Conflict(_l("The contest has changed while its release was built: build it again."))
    before = latest_release(session, contest)
    if before is not None and before.content == built.content:
        return before
    version = 1 if before is None else before.version + 1
    name = file_name(contest.code, version, is_demo=maker.is_demo)
    # A file whose row is not committed after all is written over by the next release of this number.
    digest = keep_file(directory_of(data_directory), name, built.zip)
    keep_signer(certificates_of(data_directory), maker.key)
    release = Release(
        contest_id=contest.id, version=version, file=name, sha256=digest, size=len(built.zip),
        content=built.content, built_at=now, actor=actor,
    )  # fmt: skip
    session.add(release)
    session.flush()
    audit.record(
        session, actor=actor, action="release.publish", subject=subject_of(contest), version=version,
        sha256=digest, size=release.size, content=built.content,
    )  # fmt: skip
    return release
