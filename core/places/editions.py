"""Reads an edition of the classifier: a table of units and, beside it, where it comes from.

The packaged edition is `data/kato.csv` with `data/kato.source.json`. Imports the tables and the
pure naming; refuses a wrong code, level or parent by line and column. It never writes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask_babel import lazy_gettext as _l

from core.errors import BadInput, RowFault
from core.places import naming
from core.places.naming import UnitKind, UnitLevel
from core.tables import Row, read_table

PACKAGED = Path(__file__).parent / "data" / "kato.csv"
COLUMNS = ("kato", "level", "name_ru", "name_kk")
OPTIONAL = ("type_code", "kato_version")

_KATO = re.compile(r"[1-9][0-9]{8}")
#: An administration is called after its main settlement when both begin alike.
_ALIKE = 4


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as an edition describes it, ready for the table of units."""

    kato: str
    level: UnitLevel
    kind: UnitKind
    parent_kato: str | None
    oblast_kato: str
    district_kato: str | None
    name_kk: str
    name_ru: str
    name_en: str
    official_kk: str
    official_ru: str


@dataclass(frozen=True, slots=True)
class EditionFile:
    """An edition: its name, the day up to which it was kept current, its digest and its units."""

    name: str
    actualised_on: date
    in_force_from: date
    sha256: str
    units: tuple[UnitRow, ...]


def read_edition(path: Path | None = None, *, actualised_on: date | None = None) -> EditionFile:
    """Read an edition from a CSV or XLSX file, the packaged one by default.

    The version and the day come from `<name>.source.json` beside the file, or the day is given.

    :raises BadTable: naming every bad row.
    :raises BadInput: when the file, or the day up to which it was actualised, is missing.
    """
    path = path or PACKAGED
    table = read_table(path)
    table.require(COLUMNS, optional=OPTIONAL)
    described = _described(path)
    day = actualised_on or _day(described, "actualised_at", path)
    if day is None:
        raise BadInput(
            _l("It is not known up to which day this classifier was kept current: give --as-of YYYY-MM-DD."),
            place=path.name,
        )
    version = described.get("kato_version") or next(iter(_versions(table.rows)), None) or "KATO"
    faults: list[RowFault] = []
    units = tuple(_units(table.rows, faults))
    table.refuse(faults)
    content = "\n".join("\t".join((u.kato, u.level, u.official_kk, u.official_ru)) for u in units)
    return EditionFile(
        name=f"{version}, {day.isoformat()}",
        actualised_on=day,
        in_force_from=_day(described, "in_force_from", path) or day,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        units=units,
    )


def _described(path: Path) -> dict[str, object]:
    beside = path.with_suffix(".source.json")
    if not beside.exists():
        return {}
    try:
        return dict(json.loads(beside.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise BadInput(_l("This description is not JSON: correct it or remove it."), place=beside.name)


def _day(described: dict[str, object], name: str, path: Path) -> date | None:
    text = described.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        place = path.with_suffix(".source.json").name
        raise BadInput(
            _l("%(text)s is not a day: write YYYY-MM-DD", text=str(text)), place=f"{place}, {name}"
        )


def _versions(rows: tuple[Row, ...]) -> Iterator[str]:
    return (row.values["kato_version"] for row in rows if row.values.get("kato_version"))


def _units(rows: tuple[Row, ...], faults: list[RowFault]) -> Iterator[UnitRow]:
    """The units from above to below, so that a parent always comes before its children."""
    levels: dict[str, UnitLevel] = {}
    kept: list[Row] = []
    for row in rows:
        found = _faults(row, levels)
        faults.extend(found)
        if not found:
            levels[row.values["kato"]] = UnitLevel(row.values["level"])
            kept.append(row)
    order = list(UnitLevel)
    kept.sort(key=lambda row: (order.index(levels[row.values["kato"]]), row.values["kato"]))
    centres = {row.values["kato"]: row.values for row in kept if row.values["kato"].endswith("100")}
    kinds: dict[str, UnitKind] = {}
    for row in kept:
        kato = row.values["kato"]
        above = [code for code in _above(kato, levels, kinds) if code in levels]
        if levels[kato] is not UnitLevel.OBLAST and not above:
            faults.append(RowFault(row.line, "kato", _l("no unit stands above %(kato)s", kato=kato)))
            continue
        try:
            unit = _unit(row, levels, above, centres.get(f"{kato[:6]}100"))
        except ValueError:
            reason = _l("“%(text)s” does not say what it is", text=row.values["name_ru"])
            faults.append(RowFault(row.line, "name_ru", reason))
            continue
        kinds[kato] = unit.kind
        yield unit


def _unit(row: Row, levels: dict[str, UnitLevel], above: list[str], centre: dict[str, str] | None) -> UnitRow:
    kato, official_kk, official_ru = (row.values[name] for name in ("kato", "name_kk", "name_ru"))
    level = levels[kato]
    kind = naming.kind_of(level, official_ru)
    named_after = centre is not None and _is_named_after(level, kind, official_kk, official_ru, centre)
    return UnitRow(
        kato=kato, level=level, kind=kind,
        parent_kato=above[0] if above else None,
        oblast_kato=f"{kato[:2]}0000000",
        district_kato=next((code for code in (kato, *above) if levels[code] is UnitLevel.DISTRICT), None),
        name_kk=naming.readable_kk(kind, official_kk),
        name_ru=naming.readable_ru(kind, official_ru, centre_ru=centre["name_ru"] if named_after else None),
        name_en=naming.readable_en(kind, official_kk),
        official_kk=official_kk, official_ru=official_ru,
    )  # fmt: skip


def _is_named_after(
    level: UnitLevel, kind: UnitKind, official_kk: str, official_ru: str, centre: dict[str, str]
) -> bool:
    """Whether a village, settlement or town administration has the name of its main settlement."""
    if level is not UnitLevel.SUB_DISTRICT or kind not in (
        UnitKind.VILLAGE, UnitKind.SETTLEMENT, UnitKind.TOWN,
    ):  # fmt: skip
        return False
    if naming.kind_of(UnitLevel.SETTLEMENT, centre["name_ru"]) is not kind:
        return False
    own = naming.proper_kk(official_kk), naming.proper_ru(official_ru)
    its = naming.proper_kk(centre["name_kk"]), naming.proper_ru(centre["name_ru"])
    return any(one[:_ALIKE] == other[:_ALIKE] for one, other in zip(own, its, strict=True))


def _above(kato: str, levels: dict[str, UnitLevel], kinds: dict[str, UnitKind]) -> Iterator[str]:
    """The codes that could stand above, nearest first: the code tells them by more zeros at its end."""
    if levels[kato] is UnitLevel.SETTLEMENT:
        yield f"{kato[:6]}000"
        # A district of a city stands under the city, whose code ends in one zero more than an okrug's.
        city = f"{kato[:5]}0000"
        if kinds.get(city) is UnitKind.CITY:
            yield city
    if levels[kato] in (UnitLevel.SETTLEMENT, UnitLevel.SUB_DISTRICT):
        yield f"{kato[:4]}00000"
    if levels[kato] is not UnitLevel.OBLAST:
        yield f"{kato[:2]}0000000"


def _faults(row: Row, known: dict[str, UnitLevel]) -> list[RowFault]:
    values, found = row.values, []
    if not _KATO.fullmatch(values["kato"]):
        found.append(("kato", _l("“%(text)s” is not a code of nine digits", text=values["kato"])))
    elif values["kato"] in known:
        found.append(("kato", _l("%(kato)s stands here a second time", kato=values["kato"])))
    if values["level"] not in {level.value for level in UnitLevel}:
        names = ", ".join(level.value for level in UnitLevel)
        found.append(("level", _l("“%(text)s” is not one of: %(names)s", text=values["level"], names=names)))
    found += [(name, _l("the name is missing")) for name in ("name_kk", "name_ru") if not values[name]]
    return [RowFault(row.line, column, reason) for column, reason in found]
