"""The resident's journey, GET the form and POST an answer, beside a bare Flask app on the same server.

Real journeys with their own tickets: first all forms are fetched, then (when the tickets have ripened, as
for a browser without script) all answers are sent; a journey's time is that of its GET and its POST. Every
thank-you is checked and durable. SQLite and PostgreSQL with fsync, PostgreSQL also with the counters of the
limits in Redis, granian and gunicorn, one worker each.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import wsgi
from benchmarks.installation import (
    CODE,
    SERVERS,
    Installation,
    free_port,
    installation,
    kill,
    processor_seconds,
)
from benchmarks.load import Connection, answer, receipt_in
from core import clock
from core.urn.services import mix_waiting

Levels = tuple[tuple[int, int], ...]
LEVELS: Levels = ((1, 400), (8, 1200), (32, 2400))  # at a time, journeys
UNITS, BUDGET, RIPENING, MIXING = 200, 0.60, 12, 3
THREADS, PORTIONS = 4, 4
#: How it can be run: one worker that counts in memory, and the one that several workers share.
STORES = {
    "SQLite": ("sqlite", False),
    "PostgreSQL": ("postgresql", False),
    "PostgreSQL, Redis": ("postgresql", True),
}
APPS = {"ours": "wsgi:create_app", "bare": "benchmarks.bare:create_app"}
TAKERS = {prefix: taker for room in wsgi.ROOMS for prefix, taker in room.takers.items()}


async def at_once(port: int, many: int, work: list, send) -> float:
    """Do `send(connection, item)` for all of the work, so many at a time; returns the seconds it took."""
    waiting = iter(work)

    async def one(seed: int) -> None:
        connection = Connection(port, seed=seed)
        for item in waiting:
            await send(connection, item)
        connection.close()

    start = perf_counter()
    await asyncio.gather(*(one(seed) for seed in range(many)))
    return perf_counter() - start


async def journeys(
    ports: Mapping[str, int], katos: tuple[str, ...], levels: Levels = LEVELS, *, ripening: float = RIPENING
) -> dict[str, dict[int, float]]:
    """Journeys a second by server and by how many are at a time.

    The servers take turns, in portions, so that whatever else the machine does meets all of them alike.
    """
    paths = [f"/s/{CODE}/{kato}" for kato in katos]
    took = {name: dict.fromkeys((many for many, _ in levels), 0.0) for name in ports}
    portions: list[tuple[str, int, list]] = []
    for many, count in levels:
        for _ in range(PORTIONS):
            for name, port in ports.items():
                kept: list[tuple[str, str]] = []

                async def fetch(connection: Connection, path: str, kept: list = kept) -> None:
                    kept.append((path, (await connection.get(path)).ticket))

                work = list(islice(cycle(paths), count // PORTIONS))
                took[name][many] += await at_once(port, many, work, fetch)
                portions.append((name, many, kept))
    await asyncio.sleep(ripening)

    async def send(connection: Connection, item: tuple[str, str]) -> None:
        reply = await connection.post(item[0], answer("543215", item[1]))
        if receipt_in(reply) is None:
            raise RuntimeError(f"not thanked: {reply.status} {reply.body[:200]!r}")

    for name, many, kept in portions:
        took[name][many] += await at_once(ports[name], many, kept, send)
    return {
        name: {many: PORTIONS * (count // PORTIONS) / took[name][many] for many, count in levels}
        for name in ports
    }


async def keep_pages(place: Installation, port: int) -> tuple[int, int]:
    """Keep form and thank-you as they are transferred, for the bare app; returns the form's whole size."""
    connection, path = Connection(port), f"/s/{CODE}/{place.katos[-1]}"
    form = await connection.get(path)
    await asyncio.sleep(RIPENING)
    thanks = await connection.post(path, answer("543215", form.ticket))
    assert receipt_in(thanks) is not None
    connection.close()
    (place.folder / "form.page").write_bytes(form.packed)
    (place.folder / "thanks.page").write_bytes(thanks.packed)
    return form.transferred, len(form.body)


def measure(place: Installation, kind: str) -> dict[str, tuple[dict[int, float], float]]:
    """By app: journeys a second, by how many are at a time, and the server's milliseconds of work for one."""
    ports, servers = {name: free_port() for name in APPS}, {}
    try:
        servers["ours"] = place.start_server(ports["ours"], app=APPS["ours"], kind=kind, threads=THREADS)
        if not (place.folder / "form.page").exists():
            transferred, plain = asyncio.run(keep_pages(place, ports["ours"]))
            print(f"first view: the form is {transferred} bytes with its head, {plain} unpacked")
        servers["bare"] = place.start_server(ports["bare"], app=APPS["bare"], kind=kind, threads=THREADS)
        # The first journey of a unit draws its pages: that is not what is measured.
        asyncio.run(journeys(ports, place.katos, ((4, PORTIONS * UNITS),)))
        before = {name: processor_seconds(server) for name, server in servers.items()}
        rates = asyncio.run(journeys(ports, place.katos))
        total = sum(count for _, count in LEVELS)
        return {
            name: (rates[name], 1000 * (processor_seconds(server) - before[name]) / total)
            for name, server in servers.items()
        }
    finally:
        for server in servers.values():
            kill(server)


def mixing_rate(place: Installation) -> float:
    """Answers mixed a second by one process, of those that the journeys left."""
    start = perf_counter()
    mixed = mix_waiting(place.storage, keys=place.keys, takers=TAKERS, now=clock.present())
    return mixed / (perf_counter() - start)


def main() -> None:
    head = f"{'journeys a second':<19}{'server':<10}{'at a time':>9}{'ours':>8}{'bare':>8}{'ratio':>7}"
    print(f"{head}{'budget':>8}   ({THREADS} threads)")
    best: dict[str, float] = dict.fromkeys(SERVERS, 0.0)
    for store, (database, has_redis) in STORES.items():
        with installation(database, units=UNITS, has_redis=has_redis) as place:
            place.make_bare_table()
            top = 0.0
            for kind in SERVERS:
                measured = measure(place, kind)
                (ours, own_work), (bare, bare_work) = measured["ours"], measured["bare"]
                for many, _ in LEVELS:
                    ratio = ours[many] / bare[many]
                    print(
                        f"{store:<19}{kind:<10}{many:>9}{ours[many]:>8.0f}{bare[many]:>8.0f}"
                        f"{ratio:>7.2f}{BUDGET:>8.2f}"
                    )
                print(
                    f"{store:<19}{kind:<10}{'ms of work':>9}{own_work:>7.2f}{bare_work:>8.2f}"
                    f"{bare_work / own_work:>7.2f}"
                )
                best[kind] += ours[LEVELS[-1][0]]
                top = max(top, *ours.values())
            rate = mixing_rate(place)
            times = f"{rate / top:.1f} times the journeys (budget {MIXING})"
            print(f"{store}: mixing {rate:.0f} answers a second, {times}")
    print(f"the better server at {LEVELS[-1][0]} at a time: {max(best, key=best.get)}")


if __name__ == "__main__":
    main()
