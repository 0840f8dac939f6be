"""Who takes part: register, describe the project, withdraw, exclude with a reason."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.nominees.models import Nominee, NomineeState
from contest.sources.surveys import asked_units
from core import audit
from core.clock import day_of
from core.errors import BadInput, Conflict
from core.places.models import Official, Post
from core.places.queries import get_unit, official_name

LONGEST_TITLE = 300


def register_nominee(
    session: Session,
    *,
    contest: Contest,
    official_id: int,
    actor: str,
    now: datetime,
    name_kk: str | None = None,
    name_ru: str | None = None,
    project_title_kk: str | None = None,
    project_title_ru: str | None = None,
) -> Nominee:
    """Register an official who holds a post in the contest's territory; names default to the post's record.

    :raises BadInput: for an official unknown, out of office, or of a unit that the survey does not ask.
    :raises Conflict: unless nominations are open, or when the official is a nominee already.
    """
    if contest.state is not ContestState.OPEN:
        raise Conflict(
            _l(
                "Nominations of the contest %(code)s are not open: nobody can be registered.",
                code=contest.code,
            )
        )
    official = session.get(Official, official_id)
    if official is None:
        raise BadInput(_l("There is no official number %(number)s.", number=official_id))
    name, today = official_name(official), day_of(now)
    if official.since_on > today or (official.until_on is not None and official.until_on < today):
        raise BadInput(_l("%(name)s does not hold the post now and cannot be registered.", name=name))
    unit = get_unit(session, session.get_one(Post, official.post_id).unit_kato)
    if unit.kato not in asked_units(session, campaign_code=contest.campaign_code):
        raise BadInput(
            _l(
                "%(name)s heads the unit %(kato)s, which the survey of this contest does not ask: "
                "choose an akim of its territory.",
                name=name, kato=unit.kato,
            )
        )  # fmt: skip
    same = select(Nominee.id).where(Nominee.contest_id == contest.id, Nominee.official_id == official_id)
    if session.scalars(same).first() is not None:
        raise Conflict(_l("%(name)s is a nominee of this contest already.", name=name))
    nominee = Nominee(
        contest_id=contest.id, official_id=official_id, kato=unit.kato, oblast_kato=unit.oblast_kato,
        name_kk=name_kk or name, name_ru=name_ru or name, state=NomineeState.REGISTERED,
        project_title_kk=_title(project_title_kk), project_title_ru=_title(project_title_ru),
        is_finalist=False, registered_at=now,
    )  # fmt: skip
    session.add(nominee)
    session.flush()
    audit.record(
        session, actor=actor, action="nominee.register", subject=reference(nominee),
        contest=contest.code, official=official_id, kato=unit.kato,
    )  # fmt: skip
    return nominee


def describe_project(
    session: Session, *, nominee: Nominee, title_kk: str, title_ru: str, actor: str, now: datetime
) -> None:
    """Set the project's title in both languages.

    :raises BadInput: when a title is missing or too long.
    """
    _refuse_unless_takes_part(nominee)
    nominee.project_title_kk, nominee.project_title_ru = _title(title_kk), _title(title_ru)
    if nominee.project_title_kk is None or nominee.project_title_ru is None:
        raise BadInput(_l("Give the project's title in Kazakh and in Russian."))
    audit.record(session, actor=actor, action="nominee.describe", subject=reference(nominee))


def withdraw_nominee(session: Session, *, nominee: Nominee, reason: str, actor: str, now: datetime) -> None:
    """Take a nominee out at the nominee's own wish; marks stay and count for nothing.

    :raises Conflict: when the nominee does not take part, or the outcome is frozen.
    """
    contest = session.get_one(Contest, nominee.contest_id)
    if contest.state in (ContestState.CLOSED, ContestState.PUBLISHED):
        raise Conflict(_l("The outcome is frozen: nobody can withdraw any more."))
    _leave(nominee, NomineeState.WITHDRAWN, reason)
    audit.record(session, actor=actor, action="nominee.withdraw", subject=reference(nominee))


def exclude_nominee(session: Session, *, nominee: Nominee, reason: str, actor: str, now: datetime) -> None:
    """Exclude a nominee; the reason is kept and stands in the journal.

    A standing that is frozen already stays as it is until it is corrected.

    :raises BadInput: without a reason.
    :raises Conflict: when the nominee does not take part.
    """
    if not reason.strip():
        raise BadInput(_l("Give the ground of the exclusion: it is kept and can be appealed."))
    _leave(nominee, NomineeState.EXCLUDED, reason)
    audit.record(
        session, actor=actor, action="nominee.exclude", subject=reference(nominee), reason=reason.strip()
    )


def reference(nominee: Nominee) -> str:
    """How the journal refers to a nominee."""
    return f"nominee:{nominee.id}"


def _leave(nominee: Nominee, state: NomineeState, reason: str) -> None:
    _refuse_unless_takes_part(nominee)
    nominee.state, nominee.reason = state, reason.strip() or None


def _refuse_unless_takes_part(nominee: Nominee) -> None:
    if nominee.state not in (NomineeState.PROPOSED, NomineeState.REGISTERED):
        raise Conflict(_l("%(name)s does not take part any more.", name=nominee.name_kk))


def _title(text: str | None) -> str | None:
    cleaned = " ".join((text or "").split())
    if len(cleaned) > LONGEST_TITLE:
        raise BadInput(_l("A project's title has at most %(most)s characters.", most=LONGEST_TITLE))
    return cleaned or None
