"""A server for the drill's own test: it thanks for every tenth answer without having committed it."""

from __future__ import annotations

import itertools

import wsgi
from core.web import edge

_POSTS = itertools.count(1)
_commit = edge.commit


def _commit_nine_of_ten(session, *, now) -> None:
    if next(_POSTS) % 10:
        _commit(session, now=now)


def create_app():
    edge.commit = _commit_nine_of_ten
    return wsgi.create_app()
