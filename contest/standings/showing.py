"""Rows of a standing as pages show them: the same shape for a computed and for a frozen one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from contest.standings.models import StandingRow
from contest.standings.queries import ComputedStanding
from core.places.models import Unit
from core.places.queries import units_by_kato


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A nominee's outcome with the unit that it stands for."""

    nominee_id: int
    name_kk: str
    name_ru: str
    unit: Unit
    oblast: Unit
    place: int
    shown: Decimal | None
    error: Decimal | None
    low: int
    high: int
    top_probability: Decimal | None
    parts: tuple[Mapping[str, Any], ...]
    flags: tuple[str, ...]
    award: str | None
    is_finalist: bool


def shown_computed(session: Session, computed: ComputedStanding) -> list[ShownRow]:
    """The rows of a standing that is not frozen yet."""
    nominees = computed.nominees
    units = _units(session, [(n.kato, n.oblast_kato) for n in nominees.values()])
    return [
        ShownRow(
            row.nominee_id, nominees[row.nominee_id].name_kk, nominees[row.nominee_id].name_ru,
            units[row.kato], units[nominees[row.nominee_id].oblast_kato], row.place, row.shown, row.error,
            row.low, row.high, row.top_probability, tuple(part.as_dict() for part in row.parts.values()),
            row.flags, row.award, row.is_finalist,
        )
        for row in computed.rows
    ]  # fmt: skip


def shown_frozen(session: Session, rows: Sequence[StandingRow]) -> list[ShownRow]:
    """The rows of a frozen standing."""
    units = _units(session, [(row.kato, row.oblast_kato) for row in rows])
    return [
        ShownRow(
            row.nominee_id, row.name_kk, row.name_ru, units[row.kato], units[row.oblast_kato], row.place,
            row.shown, row.error, row.low, row.high, row.top_probability,
            tuple(json.loads(row.components_json)), tuple(json.loads(row.flags_json)), row.award,
            row.is_finalist,
        )
        for row in rows
    ]  # fmt: skip


def _units(session: Session, pairs: Sequence[tuple[str, str]]) -> dict[str, Unit]:
    return units_by_kato(session, {kato for pair in pairs for kato in pair})
