"""Loads the rows of published standings, once a process, for pages, files, programs and the press alike,
and says what a page is kept under that follows from many tables.

What is published under a number never changes; another version has another number.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.publication.kept import Kept, kept
from contest.publication.queries import names_mark, ranking_of
from contest.standings.models import Standing
from core.journal.queries import last_entry


def standing_rows(session: Session, standing: Standing) -> Kept:
    """The rows of a published standing, by place: neither they nor the names of their places change."""
    about = ("standing", standing.id, names_mark(session))
    return kept(about, lambda: ranking_of(session, standing).rows)


def acts_mark(session: Session, contest: Contest) -> tuple[object, ...]:
    """What a page of a contest's decisions is kept under: whatever changes it is an act of the journal."""
    newest = last_entry(session)
    return contest.state, newest and newest.number, names_mark(session)
