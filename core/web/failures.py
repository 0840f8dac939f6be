"""One table from an error's class to its status and page; the only place that shows errors."""

from __future__ import annotations

import json
from traceback import format_tb

import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from core import errors
from core.web.addresses import address_without_slash
from core.web.headers import no_store
from core.web.programs import is_for_programs

log = structlog.get_logger()

#: The most particular class first.
STATUS: tuple[tuple[type[errors.AuylError], int, object], ...] = (
    (errors.BadInput, 422, _l("This cannot be taken as it is")),
    (errors.NotFound, 404, _l("There is no such page")),
    (errors.Forbidden, 403, _l("This is not open to you")),
    (errors.Conflict, 409, _l("Not possible now")),
    (errors.TooEarly, 409, _l("Not open yet")),
    (errors.Gone, 410, _l("This is over")),
    (errors.TooMany, 429, _l("Please wait a little")),
    (errors.Unavailable, 503, _l("A part of the system does not answer")),
)

_HTTP = {
    400: (_l("This request cannot be read"), _l("Go back, reload the page and try again.")),
    404: (
        _l("There is no such page"),
        _l("The address may be old or mistyped. Start from the first page, or search for your village."),
    ),
    405: (_l("This page is not used that way"), _l("Go back and use the button of the page.")),
    413: (_l("This is too large"), _l("Send a smaller file or a shorter text.")),
    429: (_l("Please wait a little"), _l("Many requests came at once. Try again in a minute.")),
    # What failed after the view, so that something may have been saved.
    500: (_l("Something went wrong on our side"), _l("Go back, reload the page and try again.")),
}

#: What a program is told otherwise than a person.
_HTTP_FOR_PROGRAMS = {
    404: (
        _l("There is no such address"),
        _l("The address may be old or mistyped. /api/v1/openapi.json lists every address that there is."),
    ),
    405: (_l("This address is only read"), _l("Send GET, HEAD or OPTIONS: nothing else is taken here.")),
}


def status_of(error: errors.AuylError) -> tuple[int, object]:
    """The status and title of an error of the family."""
    for kind, status, title in STATUS:
        if isinstance(error, kind):
            return status, title
    return 500, _("Something went wrong on our side")


def wants_json() -> bool:
    """Whether the reader is a program: then errors are problem+json."""
    return is_for_programs() or request.path.endswith(".json")


def show(
    status: int,
    title: object,
    message: object,
    faults: tuple[errors.RowFault, ...] = (),
    **further: str,
) -> Response:
    """Render an error as a page, or as problem+json (with further members) for the API."""
    if wants_json():
        body = {
            "type": "about:blank",
            "status": status,
            "title": str(title),
            "detail": str(message),
        } | further
        return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")
    g.failed = True  # the page must not ask a database that may be what failed
    page = render_template("error.html", status=status, title=title, message=message, faults=faults)
    return Response(page, status, content_type="text/html; charset=utf-8")


def on_known(error: errors.AuylError) -> Response:
    """Show an error of the family; a missing fresh factor leads to where it is given."""
    if isinstance(error, errors.FactorNeeded):
        page = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
        return redirect(url_for("accounts.factor", next=page))
    status, title = status_of(error)
    return show(status, title, error, getattr(error, "faults", ()))


def on_http(error: HTTPException) -> Response:
    """Show Werkzeug's and Flask-WTF's errors in our words."""
    if error.response is not None:
        return error.get_response()
    plain = address_without_slash() if error is request.routing_exception else None
    if plain:
        no_store()  # an address may hold a code
        return redirect(plain, 301)
    status = error.code or 500
    words = _HTTP | _HTTP_FOR_PROGRAMS if is_for_programs() else _HTTP
    title, message = words.get(status, (error.name, error.description))
    response = show(status, title, message)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    if status == 429:
        response.headers["Retry-After"] = "60"  # as its sentence says
    return response


def on_unavailable(error: OperationalError) -> Response:
    """Say that the database does not answer, without saying which or where."""
    log.error("database.unavailable", fault=type(error.orig).__name__)
    return show(503, STATUS[-1][2], _("Nothing was saved. Please try again in a minute."))


def on_unreadable(error: DataError) -> Response:
    """Say that the request cannot be read: PostgreSQL takes no text with a NUL and no endless number."""
    log.warning("database.unreadable", endpoint=request.endpoint)
    return show(400, *_HTTP[400])


def log_unknown(error: BaseException | None) -> None:
    """Log where a fault arose, and not its own words: they may repeat what somebody has sent.

    PostgreSQL's, for one, quote the row that it refused.
    """
    told: list[str] = []
    while error is not None:
        told += [*format_tb(error.__traceback__), f"{type(error).__module__}.{type(error).__qualname__}\n"]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    log.error("unexpected", endpoint=request.endpoint, fault="".join(told))


def on_unknown(error: Exception) -> Response:
    """Log the fault without the request's body, address or query, and say that it is ours."""
    log_unknown(error)
    title, message = (
        _("Something went wrong on our side"),
        _("Nothing was saved. Please try again in a minute."),
    )
    return show(500, title, message)


def register(app: Flask) -> None:
    """Hang the handlers on the application."""
    app.register_error_handler(errors.AuylError, on_known)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(OperationalError, on_unavailable)
    app.register_error_handler(DataError, on_unreadable)
    if not app.testing:
        app.register_error_handler(Exception, on_unknown)
