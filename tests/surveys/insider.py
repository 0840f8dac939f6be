"""Somebody with everything but the key files: dumps after every answer, raw files, the write-ahead log.

The insider knows each person's unit, trace, receipt and place in the order of arrival, and guesses which
ballot of the batch is whose: both are put in order by anything that was ever seen of them, and joined rank
by rank, or by how near they lie in the bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from scipy.stats import binomtest
from sqlalchemy import text

from core.storage import Storage

PAGE = 4096  # of SQLite
SEGMENT = 16 * 1024**2  # of PostgreSQL's write-ahead log
TABLES = ("survey_ballots", "urn_ledger", "urn_intake")
#: What was seen of a key or a trace: by the name of the trait, something that can be put in order.
Traits = dict[str, dict[bytes, object]]


@dataclass(frozen=True, slots=True)
class Person:
    """What the insider knows of a person beforehand, and (for the count of hits alone) the answer."""

    trace: bytes
    kato: str
    ratings: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What became visible at once about one unit: the traces of some persons, and some ballots."""

    persons: tuple[Person, ...]
    ballots: Mapping[bytes, str]
    of_traces: Traits
    of_ballots: Traits
    nearest: Mapping[str, Mapping[bytes, bytes]]


@dataclass
class Insider:
    """Looks at the database after every answer and remembers everything that was new."""

    storage: Storage
    known: dict[bytes, Person] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    _seen: set[bytes] = field(default_factory=set)
    _log_from: int = 0
    _before: bytes = b""

    def __post_init__(self) -> None:
        self._raw()

    def look(self) -> None:
        """Take a dump; where ballots are new, take everything else that can be had."""
        ballots = {bytes(key): (kato, ratings) for key, kato, ratings in self._rows(
            "SELECT key, kato, ratings FROM survey_ballots"
        ) if bytes(key) not in self._seen}  # fmt: skip
        traces = [bytes(trace) for (trace,) in self._rows("SELECT trace FROM urn_ledger")]
        traces = [trace for trace in traces if trace not in self._seen]
        self._seen.update(ballots, traces)
        if not ballots:
            return
        raw = self._raw()
        for kato in {kato for kato, _ in ballots.values()}:
            persons = tuple(p for p in self.known.values() if p.kato == kato and p.trace in traces)
            own = {key: ratings for key, (where, ratings) in ballots.items() if where == kato}
            arrival = {person.trace: place for place, person in enumerate(self.known.values())}
            of_traces = self._traits("urn_ledger", "trace", [p.trace for p in persons], raw)
            of_ballots = self._traits("survey_ballots", "key", own, raw)
            near = {name: _nearest(data, [p.trace for p in persons], own) for name, data in raw.items()}
            self.batches.append(
                Batch(persons, own, {**of_traces, "arrival": arrival}, of_ballots, near)
            )  # fmt: skip

    def read_list(self, places: Mapping[bytes, int]) -> None:
        """Take in where the receipt of each trace stands on the list that was published at the closing."""
        for batch in self.batches:
            batch.of_traces["place on the list"] = {one.trace: places[one.trace] for one in batch.persons}

    def _rows(self, query: str) -> list:
        with self.storage.read() as session:
            return session.execute(text(query)).all()

    @property
    def _is_postgresql(self) -> bool:
        return self.storage.engine.dialect.name == "postgresql"

    def _traits(self, table: str, column: str, own: Iterable[bytes], raw: Mapping[str, bytes]) -> Traits:
        """Everything by which the rows of some keys can be put in order."""
        own = set(own)
        traits: Traits = {"value": {one: one for one in own}}
        if self._is_postgresql:
            hidden = f"SELECT {column}, xmin::text::bigint, cmin::text::bigint, ctid::text FROM {table}"  # noqa: S608
            found = [(bytes(one), xmin, cmin, ctid) for one, xmin, cmin, ctid in self._rows(hidden)]
            places = {one: tuple(map(int, ctid[1:-1].split(","))) for one, _, _, ctid in found}
            traits["xmin, ctid"] = {one: (xmin, places[one]) for one, xmin, _, _ in found}
            traits["cmin, ctid"] = {one: (cmin, places[one]) for one, _, cmin, _ in found}
        else:
            rows = self._rows(f"SELECT {column} FROM {table}")  # noqa: S608
            traits["order of rows"] = {bytes(one): place for place, (one,) in enumerate(rows)}
        for name, data in raw.items():
            traits[f"first in {name}"] = {one: data.find(one) for one in own}
            traits[f"last in {name}"] = {one: data.rfind(one) for one in own}
        return traits

    def _raw(self) -> dict[str, bytes]:
        """The bytes of the database's files with everything that lies in free pages, and of its log."""
        if not self._is_postgresql:
            path = Path(self.storage.engine.url.database)
            now, log = path.read_bytes(), path.with_name(f"{path.name}-wal").read_bytes()
            self._before = self._before or now
            return {"file": _changed(self._before, now), "log": log}
        [(folder,)] = self._rows("SHOW data_directory")
        with self.storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET synchronous_commit = on"))
            connection.execute(text("SELECT pg_logical_emit_message(true, 'insider', 'flush')"))
            connection.execute(text("CHECKPOINT"))
        files = self._rows(
            "SELECT c.relname, pg_relation_filepath(c.oid) FROM pg_class c LEFT JOIN pg_index i "
            "ON i.indexrelid = c.oid WHERE coalesce(i.indrelid, c.oid) IN "
            f"({', '.join(f'{table!r}::regclass' for table in TABLES)})"
        )
        raw = {name: (Path(folder) / path).read_bytes() for name, path in files}
        return {**raw, "log": self._log(Path(folder) / "pg_wal")}

    def _log(self, folder: Path) -> bytes:
        """PostgreSQL's write-ahead log since the last look that took it."""
        [(until,)] = self._rows("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        start, self._log_from = self._log_from or int(until) - SEGMENT, int(until)
        parts = []
        for segment in range(max(start, 0) // SEGMENT, int(until) // SEGMENT + 1):
            path = folder / f"00000001{segment // 256:08X}{segment % 256:08X}"
            with suppress(FileNotFoundError):  # the server takes old segments away when it likes
                low = max(start - segment * SEGMENT, 0)
                parts.append(path.read_bytes()[low : int(until) - segment * SEGMENT])
        return b"".join(parts)


def guesses(batches: Iterable[Batch]) -> Counter[str]:
    """How many persons each attack gives their own answer."""
    hits: Counter[str] = Counter()
    for batch in batches:
        for of_trace, places in batch.of_traces.items():
            persons = sorted(batch.persons, key=lambda person: _order(places, person.trace))
            for of_ballot, positions in batch.of_ballots.items():
                keys = sorted(batch.ballots, key=lambda key: _order(positions, key))
                for name, joined in (("", keys), (" backwards", keys[::-1])):
                    hits[f"{of_trace} with {of_ballot}{name}"] += sum(
                        person.ratings == batch.ballots[key]
                        for person, key in zip(persons, joined, strict=False)
                    )
        for name, nearest in batch.nearest.items():
            hits[f"nearest in {name}"] += sum(
                person.ratings == batch.ballots[nearest[person.trace]] for person in batch.persons
            )
    return hits


def chance(batches: Iterable[Batch], *, smallest: int) -> float:
    """The mean chance of a hit, were every batch as large as promised."""
    sizes = [max(len(batch.persons), smallest) for batch in batches for _ in batch.persons]
    return sum(1 / size for size in sizes) / len(sizes)


def rarity(hits: Counter[str], persons: int, by_chance: float) -> float:
    """How probable so many hits of the best attack are by chance, among so many attacks."""
    best = max(hits.values())
    return min(1.0, len(hits) * binomtest(best, persons, by_chance, alternative="greater").pvalue)


def _order(places: Mapping[bytes, object], one: bytes) -> tuple[bool, object]:
    """What was not seen comes last, in the order of its bytes."""
    return (False, places[one]) if one in places else (True, one)


def _nearest(data: bytes, traces: Iterable[bytes], keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """For each trace the key that lies nearest to any place of it in some bytes."""
    places = {key: _everywhere(data, key) for key in sorted(keys)}

    def nearest(trace: bytes) -> bytes:
        own = _everywhere(data, trace)
        return min(
            places, key=lambda key: min((abs(a - b) for a in own for b in places[key]), default=len(data))
        )

    return {trace: nearest(trace) for trace in traces}


def _everywhere(data: bytes, one: bytes) -> list[int]:
    found, place = [], data.find(one)
    while place >= 0:
        found.append(place)
        place = data.find(one, place + 1)
    return found


def _changed(before: bytes, now: bytes) -> bytes:
    """The pages of a file that are not as they were, one behind the other."""
    pages = range(0, len(now), PAGE)
    return b"".join(now[at : at + PAGE] for at in pages if now[at : at + PAGE] != before[at : at + PAGE])
