"""Collects the standings and the league: every version with what it was computed from, and its rows.

An earlier version that was never published and holds somebody who stands in no published ranking is named
and nothing of it is given: neither its numbers nor whom it was about.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.league.models import League, LeagueRow
from contest.release.layout import inputs_name, standing_code
from contest.release.sheets import Files, Sheet
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import frozen_standings, rows_of

_PART = ("code", "weight", "score", "error", "n", "used", "reliability", "is_coarse", "mean")


@dataclass(frozen=True, slots=True)
class Given:
    """A standing with its rows as they are given: none where it is withheld."""

    standing: Standing
    code: str
    is_in_force: bool
    is_withheld: bool
    rows: tuple[StandingRow, ...]


def given_standings(session: Session, contest: Contest) -> list[Given]:
    """Every version of every standing, those in force marked."""
    found = frozen_standings(session, contest_id=contest.id)
    rows = {one.id: rows_of(session, one) for one in found}
    known = {row.nominee_id for one in found if one.published_at for row in rows[one.id]}
    last = {(one.stage, one.oblast_kato): one.id for one in found}
    given = []
    for one in found:
        is_withheld = one.published_at is None and any(row.nominee_id not in known for row in rows[one.id])
        given.append(
            Given(
                one, standing_code(one.stage.value, one.oblast_kato, one.version),
                last[one.stage, one.oblast_kato] == one.id, is_withheld,
                () if is_withheld else rows[one.id],
            )
        )  # fmt: skip
    return given


def published_nominees(given: Sequence[Given]) -> dict[int, StandingRow]:
    """Who stands in a published ranking, by number; the only people of whom a release speaks."""
    return {row.nominee_id: row for one in given if one.standing.published_at for row in one.rows}


def standing_sheets(given: Sequence[Given]) -> list[Sheet]:
    """The standings, their rows and the components of the rows."""
    index = [
        [
            one.code, one.standing.stage.value, one.standing.oblast_kato, one.standing.version,
            one.is_in_force, one.standing.published_at is not None, one.is_withheld,
            one.standing.rulebook_fingerprint, one.standing.inputs_digest, one.standing.frozen_at,
            one.standing.published_at, one.standing.reason,
        ]
        for one in given
    ]  # fmt: skip
    return [
        Sheet("standings/standings", index),
        Sheet("standings/rows", [_row(one.code, row) for one in given for row in one.rows]),
        Sheet(
            "standings/components",
            [
                [one.code, row.nominee_id, *(part.get(name) for name in _PART)]
                for one in given
                for row in one.rows
                for part in json.loads(row.components_json)
            ],
        ),
    ]


def standing_inputs(given: Sequence[Given]) -> Files:
    """What each standing was computed from, byte for byte as it was frozen."""
    return {
        inputs_name("standings", one.code): one.standing.inputs_json.encode()
        for one in given
        if not one.is_withheld
    }


def league_sheets(session: Session, contest: Contest) -> tuple[list[Sheet], Files]:
    """All versions of the league with their rows, and the files that they were computed from."""
    wanted = select(League).where(League.contest_id == contest.id).order_by(League.version)
    leagues = {f"league-v{one.version}": one for one in session.scalars(wanted)}
    rows = []
    for code, league in leagues.items():
        found = session.scalars(select(LeagueRow).where(LeagueRow.league_id == league.id))
        rows += [_league_row(code, row) for row in sorted(found, key=lambda row: row.kato)]
    index = [
        [code, one.version, one.rulebook_fingerprint, one.inputs_digest, one.frozen_at]
        for code, one in leagues.items()
    ]
    inputs = {inputs_name("league", code): one.inputs_json.encode() for code, one in leagues.items()}
    return [Sheet("league/leagues", index), Sheet("league/rows", rows)], inputs


def _row(code: str, row: StandingRow) -> list[object]:
    return [
        code, row.nominee_id, row.official_id, row.name_kk, row.name_ru, row.kato, row.oblast_kato, row.place,
        row.composite, row.error, row.shown, row.low, row.high, row.top_probability, row.is_finalist,
        row.award, ";".join(json.loads(row.flags_json)),
    ]  # fmt: skip


def _league_row(code: str, row: LeagueRow) -> list[object]:
    return [
        code, row.kato, row.size, row.position.value, row.adults, row.n, row.score, row.error,
        row.reliability, row.used, row.place, row.low, row.high, row.top_probability,
    ]  # fmt: skip
