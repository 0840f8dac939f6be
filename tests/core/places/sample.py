"""A territory of one district for the tests, and editions of it as files."""

from __future__ import annotations

from pathlib import Path

UNITS = {
    "100000000": ("oblast", "область Абай", "Абай облысы"),
    "103200000": ("district", "Абайский район", "Абай ауданы"),
    "103230000": ("sub_district", "Карааульский с.о.", "Қараауыл а.о."),
    "103230100": ("settlement", "с.Карааул", "Қараауыл а."),
    "103233000": ("sub_district", "Кенгирбайбийский с.о", "Кеңгірбай би а.о."),
    "103233100": ("settlement", "с.Кенгирбай би", "Кеңгірбай би а."),
    "103235000": ("sub_district", "Чаганская п.а.", "Шаған к.ә."),
    "103235100": ("settlement", "п.Чаган", "Шаған к."),
    "103237000": ("sub_district", "Шарская г.а.", "Шар қ.ә."),
    "103237100": ("settlement", "г.Шар", "Шар қ."),
}


def edition(folder: Path, changes: dict[str, tuple[str, str, str] | None] | None = None) -> Path:
    """A file with the units above, changed: a unit is replaced or added, or left out where it is None."""
    path = folder / "edition.csv"
    units = {**UNITS, **(changes or {})}
    lines = ["kato,level,name_ru,name_kk"]
    lines += [",".join((kato, *unit)) for kato, unit in sorted(units.items()) if unit is not None]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
