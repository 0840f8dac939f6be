"""Reads for the press kit: the announcement of the national standing in force. Only published facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.certificates.queries import WINNERS, record_of, valid_of_area
from contest.contests.models import Contest, RuleBookEdition
from contest.contests.queries import book_of, title_of
from contest.press.announcement import Announcement, Order, Winner
from contest.publication.queries import Ranked, Ranking
from contest.rulebook import RuleBook, Stage, Status
from contest.standings.models import Standing
from core.clock import day_of
from core.places.transliteration import transliterate
from core.words import Words


def announcement_of(
    session: Session,
    *,
    contest: Contest,
    ranking: Ranking,
    public_url: str,
    contact: str | None,
    is_demo: bool,
) -> Announcement:
    """What is announced of a contest's winners, who stand in its published national ranking."""
    standing = ranking.standing
    edition = session.scalars(
        select(RuleBookEdition)
        .where(
            RuleBookEdition.contest_id == contest.id,
            RuleBookEdition.fingerprint == standing.rulebook_fingerprint,
        )
        .order_by(RuleBookEdition.version.desc())
        .limit(1)
    ).one()
    book = book_of(edition)
    return Announcement(
        contest=contest.code, title=title_of(contest), published_on=day_of(standing.published_at),
        version=standing.version, replaces_on=_replaces_on(session, standing),
        winners=tuple(_winner(row, book) for row in _in_order(ranking.awarded, book)),
        weights=tuple(
            (part.title, _per_cent(part.weight)) for part in book.stage(Stage.NATIONAL).components
        ),
        placed=ranking.placed, maybe_first=sum(row.low == 1 for row in ranking.rows),
        coverage=_per_cent(book.ranking.coverage), rules=_order(edition.order_number, edition.order_on),
        is_proposed=book.status is Status.PROPOSED, awards=_awards(session, standing),
        address=f"{public_url}/results/{contest.code}", contact=contact, is_demo=is_demo,
    )  # fmt: skip


def _replaces_on(session: Session, standing: Standing) -> date | None:
    """The day on which the last version before this was published; None where none was."""
    query = select(func.max(Standing.published_at)).where(
        Standing.contest_id == standing.contest_id, Standing.stage == Stage.NATIONAL,
        Standing.version < standing.version,
    )  # fmt: skip
    published_at = session.scalar(query)
    return None if published_at is None else day_of(published_at)


def _in_order(rows: tuple[Ranked, ...], book: RuleBook) -> list[Ranked]:
    """Places first, then the nominations as the rule book has them."""
    codes = [f"nomination:{one.code}" for one in book.nominations]
    return sorted(rows, key=lambda row: (codes.index(row.award) if row.award in codes else -1, row.place))


def _winner(row: Ranked, book: RuleBook) -> Winner:
    """A row of the ranking; the Latin form of the name is transliterated."""
    nominations = {f"nomination:{one.code}": one.title for one in book.nominations}
    nomination = nominations.get(row.award)
    return Winner(
        name=Words(row.name, row.name_ru, transliterate(row.name)), unit=row.unit, oblast=row.oblast,
        place=None if nomination else row.place, nomination=nomination, low=row.low, high=row.high,
    )  # fmt: skip


def _awards(session: Session, standing: Standing) -> tuple[Order, ...]:
    records = [record_of(certificate) for certificate in valid_of_area(session, standing)]
    orders = {_order(one.order_number, one.order_on) for one in records if one.kind in WINNERS}
    return tuple(sorted(orders, key=lambda order: (order.on, order.number)))


def _order(number: str, on: date) -> Order:
    return Order(number.replace("№", " ").strip(), on)


def _per_cent(share: Decimal) -> str:
    """A part of one in per cent, without zeros at the end."""
    return f"{(share * 100).normalize():f}"
