"""Writing an essay: plain text under a random number, fixed once members may read it."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.nominees.essays.models import Essay
from contest.nominees.essays.queries import is_being_read
from contest.nominees.models import Nominee
from contest.nominees.queries import essay_stage
from contest.nominees.services import reference, refuse_unless_takes_part
from core import audit
from core.errors import BadInput, Conflict

SHORTEST_ESSAY = 200
LONGEST_ESSAY = 20_000


def write_essay(session: Session, *, nominee: Nominee, text: str, actor: str, now: datetime) -> Essay:
    """Keep a nominee's essay, in place of an earlier one; its number stays.

    :raises BadInput: for a text too short or too long.
    :raises Conflict: when the rule book asks for none, or its marking has begun.
    """
    refuse_unless_takes_part(nominee)
    contest = session.get_one(Contest, nominee.contest_id)
    stage = essay_stage(rulebook_of(session, contest))
    if stage is None:
        raise Conflict(_l("The rules of this contest ask for no essay."))
    if is_being_read(session, contest, nominee, stage):
        raise Conflict(_l("The marking has begun: the essay stays as it is."))
    clean = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
    if not SHORTEST_ESSAY <= len(clean) <= LONGEST_ESSAY:
        raise BadInput(
            _l(
                "The essay has %(length)s characters: write from %(fewest)s to %(most)s.", length=len(clean),
                fewest=SHORTEST_ESSAY, most=LONGEST_ESSAY,
            )
        )  # fmt: skip
    essay = session.get(Essay, nominee.id)
    if essay is None:
        essay = Essay(
            nominee_id=nominee.id, contest_id=contest.id, number=_new_number(session, contest), text=clean,
            written_at=now,
        )  # fmt: skip
        session.add(essay)
    essay.text, essay.written_at = clean, now
    session.flush()
    audit.record(session, actor=actor, action="essay.write", subject=reference(nominee), length=len(clean))
    return essay


def _new_number(session: Session, contest: Contest) -> int:
    """A free number of four digits, drawn at random, so that it tells no order."""
    taken = set(session.scalars(select(Essay.number).where(Essay.contest_id == contest.id)))
    free = [number for number in range(1000, 10_000) if number not in taken]
    if not free:
        raise Conflict(_l("This contest has no free number for another essay."))
    return secrets.choice(free)
