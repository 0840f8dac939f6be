"""What is drawn of published results is kept in the process: a standing never changes, another one has
another number.

A key must hold everything that the kept thing shows. What is bounded is how much is kept; what was used
longest ago goes first, and whatever many ask for at once is made once.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from flask import Response, current_app, redirect, request, url_for

from core.web.language import language
from core.web.limits import limiter

MOST_BYTES = 48 * 1024 * 1024
MOST_ROWS = 60_000
KEPT_ARGUMENTS = frozenset({"sort", "order", "oblast", "page", "lang"})
LANGUAGE_ALONE = frozenset({"lang"})
#: With this one an answer is not kept: there are as many words as readers can think of.
SEARCH = "q"
#: How often an address may search; offices and schools share one. A list counts once for each so many rows.
DRAWN_ANEW = "120 per minute"
ROWS_AT_ONCE = 200


class Shelf:
    """Kept things by their keys, up to a total size."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self._making: dict[Hashable, Lock] = {}

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Hashable, make: Callable[[], Any], size_of: Callable[[Any], int]) -> Any:
        """The thing of a key, made when it is first asked for; the others who ask meanwhile wait."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key][0]
            own = self._making.setdefault(key, Lock())
        with own:
            with self._lock:
                if key in self._things:
                    return self._things[key][0]
            try:
                thing = make()
                self._put(key, thing, size_of(thing))
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return thing

    def _put(self, key: Hashable, thing: Any, size: int) -> None:
        with self._lock:
            self._things[key] = thing, size
            self._size += size
            while self._size > self._most:
                _key, (_thing, gone) = self._things.popitem(last=False)
                self._size -= gone


@dataclass(frozen=True, slots=True)
class Packed:
    """An answer as it leaves: packed once, with the mark by which a browser asks whether it has changed."""

    body: bytes
    mark: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Something published that was read once, and what it is kept under: answers drawn from it are too."""

    about: Hashable
    thing: Any


def kept(about: Hashable, load: Callable[[], Sequence[Any]]) -> Kept:
    """The rows of something published, read once."""
    return Kept(about, rows_of(about, load))


def rows_of(about: Hashable, load: Callable[[], Sequence[Any]]) -> Any:
    """The same without what it is kept under."""
    return _shelf("results-rows", MOST_ROWS).get(about, load, len)


def answer_of(
    about: Hashable,
    draw: Callable[[], str | bytes],
    *,
    content_type: str = "text/html; charset=utf-8",
    arguments: Collection[str] = KEPT_ARGUMENTS,
    rows: int = 0,
) -> Response:
    """A page or file that is drawn once however many ask for it; what is searched for is drawn anew.

    :param about: everything that it shows besides its address and language.
    :param arguments: what the page knows in its address besides what is searched for. What social networks
        and others put behind it leads to the address without, so that their readers, too, get what is kept.
    :param rows: how many rows it may have; the more, the less often it is drawn anew.
    """
    told = {
        name: text for name, text in request.args.items() if name in arguments or (name == SEARCH and text)
    }
    if told.keys() != request.args.keys():
        return redirect(url_for(request.endpoint, **request.view_args, **told))
    if SEARCH in told and SEARCH not in arguments:
        with limiter.limit(DRAWN_ANEW, cost=1 + max(rows - 1, 0) // ROWS_AT_ONCE):
            return Response(draw(), content_type=content_type)
    packed = _shelf("results-answers", MOST_BYTES).get(
        (request.path, language(), about), lambda: _pack(draw(), content_type), lambda one: len(one.body)
    )
    return _respond(packed)


def _shelf(name: str, most: int) -> Shelf:
    return current_app.extensions.setdefault(name, Shelf(most))


def _pack(content: str | bytes, content_type: str) -> Packed:
    plain = content.encode() if isinstance(content, str) else content
    return Packed(gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:24], content_type)


def _respond(packed: Packed) -> Response:
    response = Response(content_type=packed.content_type)
    if "gzip" in request.accept_encodings:
        response.set_data(packed.body)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(gzip.decompress(packed.body))
    response.vary.add("Accept-Encoding")
    response.set_etag(packed.mark, weak=True)
    response.cache_control.no_cache = True
    return response.make_conditional(request)
