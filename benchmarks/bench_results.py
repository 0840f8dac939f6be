"""The results of a nation of 2,319 rows: milliseconds and bytes of each page, 8 readers at a time.

Each page is asked for once before (that draws it, and its time stands in a column of its own) and then many
times. The reference is a bare Flask app on the same server that serves the same bytes; both take turns. What
somebody searches for is drawn each time and has no budget.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.installation import Installation, free_port, installation, kill, processor_seconds
from benchmarks.load import Connection
from benchmarks.nation import CONTEST, publish_nation

UNITS, AT_A_TIME, REQUESTS, TURNS, THREADS = 2319, 8, 320, 4, 4
BUDGET_MS, PAGE, WHOLE = 100, 20_000, 110_000
BASE, BARE = f"/results/{CONTEST}", "/s/any/page"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, its address, and how many bytes it may have."""

    name: str
    address: str
    budget: int | None
    is_kept: bool = True


PAGES = (
    Asked("nation, 200", f"{BASE}/national", PAGE),
    Asked("by name, 200", f"{BASE}/national?sort=name", PAGE),
    Asked("nation, whole", f"{BASE}/national?page=all", WHOLE),
    Asked("league, 200", f"{BASE}/league/all", PAGE),
    Asked("league, whole", f"{BASE}/league/all?page=all", WHOLE),
    Asked("search", f"{BASE}/national?q=Askar", None, is_kept=False),
)  # fmt: skip


async def first(port: int, address: str) -> tuple[float, bytes]:
    """The seconds of a page that nobody asked for before, and the page as it was transferred."""
    connection = Connection(port)
    start = perf_counter()
    reply = await connection.get(address)
    took = perf_counter() - start
    connection.close()
    if reply.status != 200:
        raise RuntimeError(f"{address}: status {reply.status}")
    return took, reply.packed


async def times(port: int, address: str, requests: int) -> list[float]:
    """The seconds of each request, 8 at a time."""
    took: list[float] = []

    async def reader(seed: int) -> None:
        connection = Connection(port, seed=seed)
        for _ in range(requests // AT_A_TIME):
            start = perf_counter()
            await connection.get(address)
            took.append(perf_counter() - start)
        connection.close()

    await asyncio.gather(*(reader(seed) for seed in range(AT_A_TIME)))
    return took


def beside(
    place: Installation, server: Popen, port: int, asked: Asked
) -> tuple[float, bytes, float, float, float]:
    """The first time, the page, both 95th percentiles, and how long ours computes for one answer."""
    drawn, packed = asyncio.run(first(port, asked.address))
    for name in ("form.page", "thanks.page"):
        (place.folder / name).write_bytes(packed)
    bare_port = free_port()
    bare = place.start_server(bare_port, app="benchmarks.bare:create_app", threads=THREADS)
    try:
        requests = (REQUESTS if asked.is_kept else 80) // TURNS
        ours, other, before = [], [], processor_seconds(server)
        for _ in range(TURNS):
            ours += asyncio.run(times(port, asked.address, requests))
            other += asyncio.run(times(bare_port, BARE, requests))
        work = 1000 * (processor_seconds(server) - before) / len(ours)
    finally:
        kill(bare)
    return drawn, packed, *(1000 * float(np.quantile(took, 0.95)) for took in (ours, other)), work


def main() -> None:
    print(
        f"{'results':<15}{'rows':>6}{'first ms':>10}{'of work':>9}{'p95 ms':>8}{'bare':>7}{'budget':>8}"
        f"{'ratio':>7}{'bytes':>9}{'budget':>9}{'ratio':>7}   ({AT_A_TIME} at a time, {THREADS} threads)"
    )
    with installation("sqlite", units=UNITS) as place:
        rows = publish_nation(place)
        port = free_port()
        server = place.start_server(port, threads=THREADS)
        try:
            asyncio.run(first(port, "/method"))
            for asked in PAGES:
                drawn, packed, ours, bare, work = beside(place, server, port, asked)
                budget = f"{BUDGET_MS:>8}{ours / BUDGET_MS:>7.2f}" if asked.is_kept else f"{'':>15}"
                size = f"{asked.budget:>9}{len(packed) / asked.budget:>7.2f}" if asked.budget else ""
                print(
                    f"{asked.name:<15}{rows:>6}{1000 * drawn:>10.0f}{work:>9.1f}{ours:>8.1f}{bare:>7.1f}"
                    f"{budget}{len(packed):>9}{size}"
                )
        finally:
            kill(server)


if __name__ == "__main__":
    main()
