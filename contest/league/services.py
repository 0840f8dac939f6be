"""Freezing the league: once the results are public, the units' places in their classes stand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.contests.queries import rulebook_in_force, subject_of
from contest.league.computation import LeagueEntry, compute_league
from contest.league.models import League, LeagueRow
from contest.league.queries import latest_league, league_inputs
from contest.standings.computation import canonical_inputs, digest_of
from core import audit


def freeze_league(session: Session, *, contest: Contest, actor: str, now: datetime) -> League | None:
    """Compute and keep the league of a contest; None where its rule book has no size classes.

    A second call with the same numbers returns the same league.

    :raises Conflict: before the survey has published its numbers.
    """
    edition, book = rulebook_in_force(session, contest=contest)
    if not book.league:
        return None
    inputs = league_inputs(session, contest=contest, fingerprint=edition.fingerprint)
    digest, before = digest_of(inputs), latest_league(session, contest=contest)
    if before is not None and before.inputs_digest == digest:
        return before
    league = League(
        contest_id=contest.id, version=1 if before is None else before.version + 1,
        rulebook_fingerprint=edition.fingerprint, inputs_digest=digest, inputs_json=canonical_inputs(inputs),
        frozen_at=now,
    )  # fmt: skip
    session.add(league)
    session.flush()
    rows = [_row(league, entry) for entry in compute_league(inputs, book)]
    if rows:
        session.execute(insert(LeagueRow), rows)
    audit.record(
        session, actor=actor, action="league.freeze", subject=subject_of(contest), version=league.version,
        inputs=digest, rulebook=edition.fingerprint, units=len(rows),
    )  # fmt: skip
    return league


def _row(league: League, entry: LeagueEntry) -> dict[str, object]:
    measured = entry.measured
    return {
        "league_id": league.id, "kato": entry.kato, "size": entry.size, "position": entry.position,
        "adults": entry.adults, "n": measured.n, "score": measured.score, "error": measured.error,
        "reliability": measured.reliability, "used": entry.used, "place": entry.place, "low": entry.low,
        "high": entry.high, "top_probability": entry.top_probability,
    }  # fmt: skip
