"""What the doctor asks of the certificates, and what the daily work clears away.

Reads the register, the files and the signing key. Only files that no row names, and that are too old to
belong to an issue under way, are removed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates.files import directory_of, path_of, remove_files
from contest.certificates.models import Certificate
from contest.certificates.press import press_of
from core.errors import Unavailable
from core.settings import Settings
from core.web.edge import settings

#: An issue of all certificates takes minutes; nothing under way is a day old.
LEFT_BEHIND = timedelta(days=1)
#: A new key from the certifying centre takes weeks.
TIME_TO_RENEW = timedelta(days=45)
MOST_NAMED = 3


def unfit_key(session: Session, now: datetime) -> str | None:
    """What is wrong with the signing key, or that it must be renewed soon; None where there is no fault.

    A live installation without a key is none: it may run its surveys for months before it signs.
    """
    return _unfit(settings(), now)


def missing_files(session: Session, now: datetime) -> str | None:
    """Name certificates of the register whose file is not on the disk."""
    directory = directory_of(settings().data_directory)
    rows = session.execute(select(Certificate.serial, Certificate.code).order_by(Certificate.serial))
    missing = [serial for serial, code in rows if not path_of(directory, code).exists()]
    if not missing:
        return None
    named = ", ".join(map(str, missing[:MOST_NAMED])) + (" ..." if len(missing) > MOST_NAMED else "")
    return f"{len(missing)} files are missing (numbers {named}): put them back from a backup, or reissue"


def clear_files(session: Session, now: datetime) -> list[str]:
    """Remove files that an issue left behind when it was killed; returns their codes."""
    directory = directory_of(settings().data_directory)
    known = set(session.scalars(select(Certificate.code)))
    left = sorted(
        {
            code for path in (*directory.glob("*.pdf"), *directory.glob("*.part"))
            if (code := path.name.partition(".")[0]) not in known and _is_old(path, now)
        }
    )  # fmt: skip
    remove_files(directory, left)
    for path in directory.glob("*.part"):
        if _is_old(path, now):
            path.unlink(missing_ok=True)
    return left


def _unfit(own: Settings, now: datetime) -> str | None:
    if own.signing_key is None:
        return None
    try:
        until = press_of(own, now=now).key.certificate.not_valid_after_utc
    except Unavailable as fault:
        return str(fault)
    if until - now > TIME_TO_RENEW:
        return None
    return f"the signing key is valid until {until.date().isoformat()} only: get the next one in time"


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return now.timestamp() - path.stat().st_mtime > LEFT_BEHIND.total_seconds()
    except FileNotFoundError:
        return False
