"""A server for the drill's own test: it thanks for every third answer, on either way, without keeping it."""

from __future__ import annotations

import itertools

import wsgi
from core.urn.quick import QuickIntake
from core.web import edge

_POSTS = itertools.count(1)
_commit, _put = edge.commit, QuickIntake.put


def _commit_two_of_three(session, *, now) -> None:
    if next(_POSTS) % 3:
        _commit(session, now=now)


def _put_two_of_three(self, row, **facts) -> bool:
    return _put(self, row, **facts) if next(_POSTS) % 3 else True


def create_app():
    edge.commit, QuickIntake.put = _commit_two_of_three, _put_two_of_three
    return wsgi.create_app()
