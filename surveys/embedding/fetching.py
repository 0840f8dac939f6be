"""Fetches one page of a registered site: little, briefly, and never from inside a private network.

A name is resolved once, its address is judged, and the connection goes to that very address, so that a
name cannot point elsewhere a moment later. The only module of this part that opens a connection.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import zlib
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event, Timer
from urllib.parse import urljoin, urlsplit

from requests import certs

from core.errors import BadInput
from surveys.embedding.addresses import LOCAL_HOSTS, read_page
from surveys.embedding.inspection import Finding, Look

LARGEST_PAGE = 2 * 1024 * 1024
LONGEST_WAIT = 5.0
LONGEST_VISIT = 15.0
MOST_REDIRECTS = 4
#: What the internet routes at all; ranges outside of it wrap or stay inside.
_ORDINARY = ipaddress.ip_network("2000::/3")
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {
    "User-Agent": "AuylUni-site-check/1", "Accept": "text/html", "Accept-Encoding": "gzip, identity",
    "Accept-Language": "kk, ru", "Connection": "close",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page that answered: its text and its Content-Security-Policy."""

    text: str
    policy: str


class _ToAddress(HTTPConnection):
    """A connection to an address that was judged, under the name that was asked for."""

    def __init__(self, host: str, port: int, *, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=LONGEST_WAIT)
        self.address, self.context = address, context

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.context is not None:
            self.sock = self.context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()


def fetch_page(page: str, *, allow_local: bool) -> Fetched | Look:
    """A registered page as anybody's browser would get it, or why it cannot be had.

    :param allow_local: whether this machine may be asked: in a demonstration.
    """
    for _ in range(MOST_REDIRECTS + 1):
        try:
            # What a site redirects to is judged like what an operator typed.
            page = read_page(page, allow_local=allow_local).page
            answer = _visit(page, allow_local=allow_local)
            if not isinstance(answer, str):
                return answer
            page = urljoin(page, answer)
        except BadInput:
            return Look(Finding.REFUSED, page[:120])
        except ssl.SSLError as fault:
            return Look(Finding.UNTRUSTED, getattr(fault, "verify_message", "")[:120])
        except (OSError, HTTPException, zlib.error, ValueError):
            return Look(Finding.SILENT)
    return Look(Finding.STATUS, "3xx")


def _visit(page: str, *, allow_local: bool) -> Fetched | Look | str:
    """The answer of one address: the page, a status that is not good, or where it sends us."""
    parts = urlsplit(page)
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    is_local = allow_local and parts.hostname in LOCAL_HOSTS
    address = _public_address(parts.hostname, port, is_local=is_local)
    context = _trusting() if parts.scheme == "https" else None
    connection = _ToAddress(parts.hostname, port, address=address, context=context)
    # Each wait is short already; this ends a server that drips.
    is_over = Event()
    ending = Timer(LONGEST_VISIT, _hang_up, (connection, is_over))
    ending.start()
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=_HEADERS)
        answer = _read(connection.getresponse())
        if is_over.is_set():
            raise TimeoutError
        return answer
    finally:
        ending.cancel()
        connection.close()


def _read(response: HTTPResponse) -> Fetched | Look | str:
    if response.status in _REDIRECTS:
        return response.getheader("Location", "")
    if response.status != 200:
        return Look(Finding.STATUS, str(response.status))
    body = response.read(LARGEST_PAGE)
    if response.getheader("Content-Encoding", "").lower() == "gzip":
        body = zlib.decompressobj(wbits=31).decompress(body, LARGEST_PAGE)
    charset = response.headers.get_content_charset("utf-8")
    try:
        text = body.decode(charset, "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    policies = response.headers.get_all("Content-Security-Policy", [])
    return Fetched(text, ",".join(policies))


def _public_address(host: str, port: int, *, is_local: bool) -> str:
    """The first address of a name, if all of its addresses are the public internet's.

    :raises BadInput: when one of them is private, this machine's, or otherwise not for everybody.
    """
    found = [entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not is_local and not all(_is_public(address) for address in found):
        raise BadInput(host)
    return found[0]


def _is_public(address: str) -> bool:
    """Whether everybody may reach it; addresses that wrap another one (6to4, Teredo, NAT64) are refused."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6 and (ip not in _ORDINARY or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not ip.is_multicast


def _trusting() -> ssl.SSLContext:
    """The certificates that this machine trusts (a national root can be added there), and the usual ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certs.where())
    return context


def _hang_up(connection: HTTPConnection, is_over: Event) -> None:
    is_over.set()
    with suppress(OSError, AttributeError):  # it has ended by itself meanwhile
        connection.sock.shutdown(socket.SHUT_RDWR)
