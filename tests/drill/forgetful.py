"""A server for the drill's own test: it thanks for every tenth answer, on either way, without keeping it."""

from __future__ import annotations

import itertools

import wsgi
from core.urn.quick import QuickIntake
from core.web import edge

_POSTS = itertools.count(1)
_commit, _put = edge.commit, QuickIntake.put


def _commit_nine_of_ten(session, *, now) -> None:
    if next(_POSTS) % 10:
        _commit(session, now=now)


def _put_nine_of_ten(self, row, **facts) -> bool:
    return _put(self, row, **facts) if next(_POSTS) % 10 else True


def create_app():
    edge.commit, QuickIntake.put = _commit_nine_of_ten, _put_nine_of_ten
    return wsgi.create_app()
