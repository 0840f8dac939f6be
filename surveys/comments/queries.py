"""Reads of the comments: which units have enough of them to be read, and the words themselves.

Only reads, no web. Refuses before the campaign is closed, and units with fewer than ten comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.places.models import Unit
from core.places.queries import units_by_kato
from surveys.comments.models import Comment
from surveys.models import Campaign, CampaignState

SMALLEST_NUMBER = 10
PAGE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class CommentedUnit:
    """A unit whose comments may be read, and how many there are."""

    unit: Unit
    count: int


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Some comments of one unit; the order is that of their random keys, which is none."""

    texts: tuple[str, ...]
    number: int
    last: int


def commented_units(session: Session, *, campaign: Campaign) -> list[CommentedUnit]:
    """The units with ten comments or more, by KATO code.

    :raises Conflict: while the campaign is not closed.
    """
    counts = _counts(session, campaign)
    units = units_by_kato(session, counts)
    return [CommentedUnit(units[kato], counts[kato]) for kato in sorted(counts)]


def comments_of(session: Session, *, campaign: Campaign, kato: str, number: int) -> CommentPage:
    """One page of a unit's comments; pages count from 1.

    :raises Conflict: while the campaign is not closed.
    :raises NotFound: when the unit has fewer than ten comments, or not so many pages.
    """
    count = _counts(session, campaign).get(kato, 0)
    last = -(-count // PAGE_LENGTH)
    if not 1 <= number <= last:
        raise NotFound(_l("There are no comments to read here: a place has them from ten on."))
    rows = _texts(campaign).where(Comment.kato == kato)
    page = rows.limit(PAGE_LENGTH).offset((number - 1) * PAGE_LENGTH)
    return CommentPage(tuple(row.text for row in session.execute(page)), number, last)


def all_comments(session: Session, *, campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Every comment that may be read, as (KATO code, text), unit by unit.

    :raises Conflict: while the campaign is not closed.
    """
    readable = _counts(session, campaign)
    rows = session.execute(_texts(campaign))
    return ((row.kato, row.text) for row in rows if row.kato in readable)


def _counts(session: Session, campaign: Campaign) -> dict[str, int]:
    if campaign.state is not CampaignState.CLOSED:
        raise Conflict(_l("Comments are read after the survey “%(code)s” is closed.", code=campaign.code))
    rows = session.execute(
        select(Comment.kato, func.count())
        .where(Comment.campaign_id == campaign.id)
        .group_by(Comment.kato)
        .having(func.count() >= SMALLEST_NUMBER)
    )
    return dict(rows.all())


def _texts(campaign: Campaign):
    found = select(Comment.kato, Comment.text).where(Comment.campaign_id == campaign.id)
    return found.order_by(Comment.kato, Comment.key)
