"""Addresses for machines: is it alive, is it ready, what are its counts."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, current_app, jsonify, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError

from core.access import public
from core.care.checks import check_kind, check_rooms, is_loopback
from core.care.metrics import CONTENT_TYPE, metrics_text
from core.errors import Forbidden
from core.web.edge import database, settings

care = Blueprint("care", __name__)


@care.get("/healthz")
@public
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@care.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Whether requests can be served; names what is not ready, and says no more to the public."""
    try:
        findings = [
            check_kind(database(), settings()), *check_rooms(database(), current_app.extensions["rooms"])
        ]  # fmt: skip
        checks = {"database": True, **{finding.check: finding.is_ok for finding in findings}}
    except SQLAlchemyError:
        checks = {"database": False}
    is_ready = all(checks.values())
    return jsonify(is_ready=is_ready, checks=checks), 200 if is_ready else 503


@care.get("/metrics")
@public
def metrics() -> Response:
    """Counts for the monitoring: with the token where one is set, else from this machine only."""
    if not _may_read_metrics():
        raise Forbidden(_l("These counts are for the monitoring of this installation."))
    rooms = current_app.extensions["rooms"]
    return Response(metrics_text(database(), rooms, kind=settings().kind), content_type=CONTENT_TYPE)


def _may_read_metrics() -> bool:
    token = settings().metrics_token
    if token is not None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # A forwarded request came through a proxy on this machine, not from this machine.
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return is_loopback(request.remote_addr or "") and not is_forwarded
