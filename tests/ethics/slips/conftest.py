"""The fixtures of slips: a mail server that lives as long as a test, and none; pages on SQLite alone."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from tests.ethics.slips.post import Post, Talk
from tests.ethics.sqlite_app import app

__all__ = ["app", "no_post", "post"]


@pytest.fixture
def post() -> Iterator[Post]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        server.post = Post(f"smtp://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.post
        server.shutdown()
        thread.join()


@pytest.fixture
def no_post() -> Iterator[str]:
    """The address of a mail server that is not there: its port is held, and nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"smtp://127.0.0.1:{held.getsockname()[1]}"
