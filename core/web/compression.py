"""Public pages and files leave packed where the reader takes that: a village's connection is thin.

Staff pages stay as they are: they hold the session's token, whose length packing could betray beside what
somebody else made the page repeat.
"""

from __future__ import annotations

import gzip

from flask import Response, request

SMALLEST = 500
LEVEL = 6
KINDS = frozenset(
    {"text/html", "text/css", "text/csv", "text/plain", "text/javascript", "application/json",
     "application/manifest+json", "application/problem+json", "image/svg+xml"}
)  # fmt: skip


def pack(response: Response) -> Response:
    """Pack a public answer of text, once."""
    if response.mimetype not in KINDS or request.path.startswith("/staff"):
        return response
    response.vary.add("Accept-Encoding")
    is_whole = response.status_code != 206 and not response.is_streamed and not response.direct_passthrough
    if not is_whole or "Content-Encoding" in response.headers or "gzip" not in request.accept_encodings:
        return response
    plain = response.get_data()
    if len(plain) >= SMALLEST:
        response.set_data(gzip.compress(plain, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        if "ETag" in response.headers:
            etag, _ = response.get_etag()
            response.set_etag(etag, weak=True)
    return response
