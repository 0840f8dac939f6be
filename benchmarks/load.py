"""Many residents at once: plain HTTP over kept connections, as browsers speak it, from one thread.

A journey is GET the form, read its ticket, POST an answer with it, and be thanked. Whoever calls decides
what is sent; nothing of the product is imported.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import re
import zlib
from dataclasses import dataclass
from urllib.parse import urlencode

TICKET = re.compile(rb'name="ticket" value="([^"]+)"')
CRITERIA = ("rights", "services", "families", "employment", "infrastructure", "community")
RECEIPT = re.compile(rb'class="receipt">([^<]+)<')


class Broken(Exception):
    """The connection was refused, reset or cut: the sender does not know whether the answer arrived."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its body as it came (`packed`) and unpacked, and how many bytes were transferred."""

    status: int
    head: bytes
    packed: bytes
    body: bytes

    @property
    def transferred(self) -> int:
        return len(self.head) + len(self.packed)

    @property
    def ticket(self) -> str:
        found = TICKET.search(self.body)
        if found is None:
            raise ValueError(f"no ticket in an answer with status {self.status}: {self.body[:300]!r}")
        return found[1].decode()


class Connection:
    """One kept connection; it reconnects after a break, as a browser does."""

    def __init__(self, port: int, *, seed: int = 0) -> None:
        self.port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._draw = random.Random(seed)

    async def get(self, path: str) -> Reply:
        return await self._send(f"GET {path} HTTP/1.1\r\n{self._head()}\r\n".encode())

    async def post(self, path: str, fields: dict[str, str]) -> Reply:
        body = urlencode(fields).encode()
        kind = "application/x-www-form-urlencoded"
        head = f"{self._head()}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        return await self._send(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    def _head(self) -> str:
        """As a browser behind the front's proxy; each request comes from another address."""
        address = ".".join(str(self._draw.randrange(1, 255)) for _ in range(3))
        return (
            f"Host: localhost\r\nX-Forwarded-For: 10.{address}\r\nAccept-Encoding: gzip\r\n"
            "Accept: text/html\r\nAccept-Language: kk\r\nUser-Agent: Mozilla/5.0 (Linux; Android 9)\r\n"
        )

    async def _send(self, request: bytes) -> Reply:
        try:
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
            self._writer.write(request)
            head = await self._reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            body = await self._reader.readexactly(int(_header(lower, b"content-length")))
        except (OSError, EOFError, asyncio.IncompleteReadError) as fault:
            self.close()
            raise Broken(type(fault).__name__) from None
        if _header(lower, b"connection") == b"close":
            self.close()
        try:
            plain = gzip.decompress(body) if _header(lower, b"content-encoding") == b"gzip" else body
        except (OSError, zlib.error) as fault:
            raise ValueError(f"the packed answer cannot be unpacked: {fault}") from fault
        return Reply(int(head[9:12]), head, body, plain)


def answer(ratings: str, ticket: str) -> dict[str, str]:
    """The form as a browser sends it."""
    return {**dict(zip(CRITERIA, ratings, strict=True)), "ticket": ticket}


def receipt_in(reply: Reply) -> str | None:
    """The code of receipt that the thank-you offers; None for any other answer."""
    found = RECEIPT.search(reply.body) if reply.status == 200 else None
    return found[1].decode() if found else None


def _header(head: bytes, name: bytes) -> bytes:
    start = head.find(b"\r\n" + name + b":")
    if start < 0:
        return b"0" if name == b"content-length" else b""
    start += len(name) + 3
    return head[start : head.index(b"\r\n", start)].strip()
