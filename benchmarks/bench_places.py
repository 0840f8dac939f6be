"""The classifier's 15,594 units: loading them, and finding one by a name that was typed.

The reference of loading reads the same file with the bare `csv` module; that of finding reads the same unit
by its code. Both sides take turns in one run, on SQLite.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import wsgi  # noqa: F401  (brings every room's tables)
from core import clock
from core.places.editions import PACKAGED
from core.places.queries import search_units, units_by_kato
from core.places.services import load_territories
from core.storage import Base, open_storage

TURNS = 20
TYPED = ("Карауул", "Шортнады", "Кундызы", "Достық, Талғар ауданы")


def milliseconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def read_bare() -> list[list[str]]:
    with PACKAGED.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


def main() -> None:
    print(f"{'work':<28}{'ms':>10}{'reference':>11}{'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="auyl-places-") as folder:
        storage = open_storage(f"sqlite:///{folder}/places.sqlite3")
        Base.metadata.create_all(storage.engine)
        with storage.write(now=clock.present()) as session:
            took = milliseconds(lambda: load_territories(session, now=clock.present()))
        bare = milliseconds(read_bare)
        print(f"{'load the classifier':<28}{took:>10.0f}{bare:>11.1f}{took / bare:>8.0f}")
        with storage.read() as session:
            search_units(session, TYPED[0])  # makes the index of names, once a process
        for typed in TYPED:
            found, looked_up = [], []
            for _ in range(TURNS):
                with storage.read() as session:
                    kato = search_units(session, typed, limit=1)[0].unit.kato
                    session.expunge_all()
                    found.append(milliseconds(lambda: search_units(session, typed)))  # noqa: B023
                    session.expunge_all()
                    looked_up.append(milliseconds(lambda: units_by_kato(session, [kato])))  # noqa: B023
            ours, reference = median(found), median(looked_up)
            print(f"{'find ' + typed:<28}{ours:>10.1f}{reference:>11.2f}{ours / reference:>8.0f}")
        storage.engine.dispose()


if __name__ == "__main__":
    main()
