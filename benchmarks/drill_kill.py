"""Kill -9 under load: the real server and the real mixer die again and again, and no thanked answer is lost.

Residents answer all the while, send again after every broken connection, double click, or give up. At the
end the campaign is closed and everything is counted: `make drill`, or `drill_kill.py --kills 6 sqlite`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from subprocess import Popen
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select

import wsgi
from benchmarks.installation import CODE, PATIENCE, Installation, free_port, installation, kill
from benchmarks.load import Broken, Connection, answer, receipt_in
from core import clock
from core.audit import chain_faults
from core.codes import grouped, receipt_of
from core.urn.models import Intake
from core.urn.queries import ledger_traces
from surveys.models import Ballot
from surveys.queries import asked_unit, box_of, campaign_by_code
from surveys.recount import recount
from surveys.services import close_campaign
from surveys.tickets import new_ticket, read_ticket

RESIDENTS = 16
UNITS = 30
TAKERS = {prefix: taker for room in wsgi.ROOMS for prefix, taker in room.takers.items()}
#: Unit and ratings: every answer of the drill is another one, so that each can be found again.
Said = tuple[str, str]
_SAID = select(Ballot.kato, Ballot.ratings)


@dataclass
class Seen:
    """What the residents remember of what they sent and were told."""

    tickets: dict[Said, str] = field(default_factory=dict)
    thanked: dict[Said, set[str]] = field(default_factory=dict)
    sent_again: int = 0
    refused: Counter[int] = field(default_factory=Counter)


@dataclass
class Drill:
    """One run: an installation, its residents and those who kill its processes."""

    place: Installation
    kills: int
    draw: random.Random
    app: str = "wsgi:create_app"
    seen: Seen = field(default_factory=Seen)
    killed: Counter[str] = field(default_factory=Counter)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Everything at once, until all kills are done and every resident is through."""
        port = free_port()
        start_server = partial(self.place.start_server, port, app=self.app)
        server = await asyncio.to_thread(start_server)
        mixer = self.place.start_mixer()
        residents = [asyncio.create_task(self._reside(port, number)) for number in range(RESIDENTS)]
        server, mixer = await asyncio.gather(
            self._torment("server", server, start_server, 3.0),
            self._torment("mixer", mixer, self.place.start_mixer, 4.0),
        )
        self.over.set()
        # Whoever is not thanked by now never will be: what the server says then belongs into the open.
        _, stuck = await asyncio.wait(residents, timeout=PATIENCE)
        kill(server)
        kill(mixer)
        if stuck:
            raise RuntimeError(f"{len(stuck)} residents are not thanked; refused: {dict(self.seen.refused)}")

    async def _torment(self, name: str, process: Popen, start, longest: float) -> Popen:
        """Kill a process at random moments and start it again: its half of the kills."""
        for _ in range(-(-self.kills // 2)):
            self.killed[name] += 1
            await asyncio.sleep(self.draw.uniform(0.05, longest))
            kill(process)
            process = await asyncio.to_thread(start)
        return process

    async def _reside(self, port: int, number: int) -> None:
        """One phone after another: answers, sends again, doubles or gives up."""
        draw, connection = random.Random(number), Connection(port, seed=number)
        answers = said_by(number, self.place.katos)
        while not self.over.is_set():
            said = next(answers)
            self.seen.tickets[said] = self._ticket(said[0])
            await self._answer(connection, said, draw)
        connection.close()

    async def _answer(self, connection: Connection, said: Said, draw: random.Random) -> None:
        path = f"/s/{CODE}/{said[0]}"
        fields = answer(said[1], self.seen.tickets[said])
        times = 2 if draw.random() < 0.1 else 1  # a double click
        while times:
            try:
                if draw.random() < 0.5:
                    await connection.get(path)
                reply = await connection.post(path, fields)
            except Broken:
                self.seen.sent_again += 1
                if draw.random() < 0.01 and not self.over.is_set():
                    return  # gives up without knowing whether it arrived
                await asyncio.sleep(draw.uniform(0.05, 0.4))
                continue
            receipt = receipt_in(reply)
            if receipt is not None:
                self.seen.thanked.setdefault(said, set()).add(receipt)
                times -= 1
            else:
                self.seen.refused[reply.status] += 1
                await asyncio.sleep(0.2)

    def _ticket(self, kato: str) -> str:
        """A ticket given out an hour ago, so that nobody has to wait for it to ripen."""
        with self.place.storage.read() as session:
            asked = asked_unit(session, code=CODE, kato=kato)
        return new_ticket(asked, secret=self.place.secret_key, now=clock.present() - timedelta(hours=1))


def said_by(number: int, katos: tuple[str, ...]):
    """The answers of one phone: no two phones and no two answers of the drill are the same."""
    patterns = ["".join(ratings) for ratings in itertools.product("12345-", repeat=6)][:-1]
    random.Random(7).shuffle(patterns)
    for pattern in patterns[number::RESIDENTS]:
        for kato in katos:
            yield kato, pattern


def close_and_check(place: Installation, seen: Seen) -> list[str]:
    """Close the campaign and count everything; returns what does not agree, which must be nothing."""
    later = clock.present() + timedelta(days=4)
    with place.storage.write(now=later) as session:
        close_campaign(
            session, campaign=campaign_by_code(session, CODE), keys=place.keys, takers=TAKERS,
            secret=place.secret_key, actor="system", now=later,
        )  # fmt: skip
    with place.storage.read() as session:
        ballots = Counter((kato, ratings) for kato, ratings in session.execute(_SAID))
        traces = set(ledger_traces(session, box_of(CODE)))
        faults = [f"recount: {fault}" for fault in recount(session, campaign=_campaign(session)).faults]
        faults += [f"journal: {fault}" for fault in chain_faults(session)]
        faults += [
            f"{left} still wait" for left in [session.scalar(select(func.count(Intake.trace)))] if left
        ]
        nonces = {said: _nonce(session, place, said[0], ticket) for said, ticket in seen.tickets.items()}
    faults += [f"counted {times} times: {said}" for said, times in ballots.items() if times > 1]
    faults += [f"thanked and lost: {said}" for said in set(seen.thanked) - set(ballots)]
    faults += [f"never sent: {said}" for said in set(ballots) - set(seen.tickets)]
    faults += [f"no receipt on the list: {said}" for said in ballots if nonces[said] not in traces]
    if len(traces) != ballots.total():
        faults.append(f"{len(traces)} receipts and {ballots.total()} ballots")
    for said, codes in seen.thanked.items():
        code = grouped(receipt_of(place.secret_key, box_of(CODE), nonces[said]))
        if codes != {code}:
            faults.append(f"shown {codes} instead of {code}: {said}")
    return faults


def _campaign(session):
    return campaign_by_code(session, CODE)


def _nonce(session, place: Installation, kato: str, ticket: str) -> bytes:
    asked = asked_unit(session, code=CODE, kato=kato)
    return read_ticket(ticket, asked=asked, secret=place.secret_key, now=clock.present()).nonce


def drill(
    database: str, *, kills: int, seed: int = 1, app: str = "wsgi:create_app"
) -> tuple[Drill, list[str]]:
    """Run the drill on a kind of database; returns it and what did not agree afterwards."""
    with installation(database, units=UNITS) as place:
        run = Drill(place, kills, random.Random(seed), app)
        asyncio.run(run.run())
        return run, close_and_check(place, run.seen)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    failed = False
    for database in given.databases:
        start = perf_counter()
        run, faults = drill(database, kills=given.kills, seed=given.seed)
        seen, killed = run.seen, run.killed
        print(
            f"{database}: {killed['server']} kills of the server, {killed['mixer']} of the mixer, "
            f"{len(seen.thanked)} answers thanked, {len(seen.tickets) - len(seen.thanked)} given up, "
            f"{seen.sent_again} sent again, refused {dict(seen.refused)}, {perf_counter() - start:.0f} s"
        )
        print(
            "\n".join(faults[:20])
            or "  every thanked answer is counted exactly once, tallies and journal agree"
        )
        failed = failed or bool(faults)
    sys.exit(failed)


if __name__ == "__main__":
    main()
