"""A short way past the framework, for the few requests that come in thousands.

A room may offer a lane: it answers the plain case of an address by itself, or says nothing, and then the
request goes the whole way through the application. A lane never makes up an answer of its own: it repeats,
with the same headers, a page that the whole way has drawn (`core.web.drawn`), with its holes filled anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import structlog
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from core.web.language import COOKIE, LANGUAGES, chosen
from core.web.segments import Segments

log = structlog.get_logger()
Environ = dict[str, Any]
Headers = list[tuple[str, str]]

#: Where a request's environment says which kept page was its answer.
DRAWN = "auyl.drawn"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A kept page, and what it is about, as `core.web.drawn.drawn` was told."""

    template: str
    page: Segments
    about: Any


@dataclass(frozen=True, slots=True)
class Reader:
    """How the sender of a request wants its answer: all that decides between the kept forms of a page."""

    path: str
    query: str
    language: str
    scheme: str
    takes_gzip: bool


class Lane(Protocol):
    """What a room offers: addresses with a prefix, answered in their plain case."""

    prefix: str

    def answer(self, environ: Environ) -> tuple[Headers, bytes] | None:
        """The headers and body of an answer with status 200; None sends the request the whole way."""

    def learn(self, environ: Environ, headers: Headers, drawn: Drawn) -> None:
        """See a kept page that the whole way answered with."""


class ShortWay:
    """The application with its lanes before it.

    :param strict: whether a lane's own fault is raised, for tests; else it is logged, and the request goes
        the whole way.
    """

    def __init__(self, whole: Callable, lanes: Sequence[Lane], *, strict: bool = False) -> None:
        self._whole, self._lanes, self._strict = whole, tuple(lanes), strict

    def __call__(self, environ: Environ, start_response: Callable) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for lane in self._lanes:
            if path.startswith(lane.prefix):
                return self._through(lane, environ, start_response)
        return self._whole(environ, start_response)

    def _through(self, lane: Lane, environ: Environ, start_response: Callable) -> Iterable[bytes]:
        found = self._found(lane, environ)
        if found is not None:
            headers, body = found
            start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
            return (body,)

        def noting(status: str, headers: Headers, exc_info: object = None) -> Callable:
            drawn = environ.get(DRAWN)
            if drawn is not None and status == "200 OK":
                lane.learn(environ, headers, drawn)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self._whole(environ, noting)

    def _found(self, lane: Lane, environ: Environ) -> tuple[Headers, bytes] | None:
        try:
            return lane.answer(environ)
        except Exception as fault:
            if self._strict:
                raise
            log.error("short_way.failed", fault=type(fault).__name__)
            return None


def reader_of(environ: Mapping[str, Any]) -> Reader | None:
    """The reader of a request; None for one with more than a language in its query or its cookies."""
    query, cookie = environ.get("QUERY_STRING", ""), environ.get("HTTP_COOKIE", "")
    asked, kept = query.removeprefix("lang="), cookie.removeprefix(f"{COOKIE}=")
    if (query and (asked == query or asked not in LANGUAGES)) or (
        cookie and (kept == cookie or kept not in LANGUAGES)
    ):
        return None
    return Reader(
        environ["PATH_INFO"], query, _language(asked, kept, environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        environ["wsgi.url_scheme"], _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
    )  # fmt: skip


_language = lru_cache(maxsize=2000)(chosen)


@lru_cache(maxsize=500)
def _takes_gzip(accepted: str) -> bool:
    return "gzip" in parse_accept_header(accepted, Accept)
