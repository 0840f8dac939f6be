"""What a form of the survey meets when a part of the system is gone: its answers come back, ready to send.

Part of the views. The page of a POST that failed, at its commit too, is drawn without the database: what was
sent stands in it again under the same ticket, so sending it later counts once. Also the 404 that leads to
the list of villages, and the refusal of bodies that no answer needs.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import AuylError, NotFound, Unavailable
from core.web.failures import show, status_of
from core.web.headers import no_store
from core.web.language import language

#: An answer with the longest comment in the widest letters is a tenth of it.
LARGEST_ANSWER = 64 * 1024
RETRY_SECONDS = 30
#: What a lost database, a full disk or an unreadable key directory raises, in the view or at commit.
GONE = (OperationalError, InterfaceError, InternalError, PoolTimeout, OSError, Unavailable)
_ANSWERS_KEPT = _l(
    "Your answers are not lost: they are kept in this page. Leave it open, and press Send in a minute. "
    "However often you press, your answer counts once."
)
log = structlog.get_logger()


def keep_answers(blueprint: Blueprint) -> None:
    """Hang all of this on a blueprint with the form's views."""
    blueprint.before_request(keep_small)
    keep_sent(blueprint, number="ticket", promise=_ANSWERS_KEPT)
    blueprint.register_error_handler(NotFound, _on_missing)
    blueprint.register_error_handler(DataError, _on_unreadable_name)
    blueprint.register_error_handler(RequestEntityTooLarge, _on_too_large)


def keep_small() -> None:
    """Refuse a body that no answer needs, before it is read."""
    request.max_content_length = LARGEST_ANSWER


def keep_sent(blueprint: Blueprint, *, number: str, promise: object) -> None:
    """Give back what was sent to a blueprint when a part of the system is gone.

    :param number: the field of its forms that makes sending twice one.
    :param promise: what the page says that holds what was sent.
    """

    def on_gone(error: Exception) -> Response:
        return _on_gone(error, promise=promise if number in request.form else None)

    for kind in GONE:
        blueprint.register_error_handler(kind, on_gone)


def _on_gone(error: Exception, *, promise: object) -> Response:
    log.error("survey.unavailable", fault=type(error).__name__)
    g.failed = True  # the page must not ask a database that may be what failed
    session = g.pop("database", None)
    if session is not None:
        session.invalidate()  # after a commit that failed, the pool must not get its connection back
    no_store()
    title = _("A part of the system does not answer")
    if promise is not None:
        page = render_template(
            "surveys/public/kept.html", title=title, promise=promise, sent=request.form, address=_here()
        )
        answer = Response(page, 503, content_type="text/html; charset=utf-8")
    else:
        answer = show(503, title, _("Nothing was saved. Please try again in a minute."))
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _on_missing(error: AuylError) -> Response:
    """Say that there is no such form, and lead to the villages that are asked."""
    g.failed = True
    status, title = status_of(error)
    door, campaign = request.blueprint, (request.view_args or {}).get("campaign")
    # The list itself is missing where there is no such survey; below a place, it is there.
    has_list = bool(campaign) and (request.endpoint != f"{door}.find_unit" or bool(request.args.get("in")))
    address = url_for(f"{door}.find_unit", campaign=campaign, lang=language()) if has_list else "/"
    page = render_template(
        "surveys/public/missing.html", title=title, message=error, address=address, has_list=has_list
    )
    return Response(page, status, content_type="text/html; charset=utf-8")


def _on_unreadable_name(error: DataError) -> Response:
    """An address with characters that no name or code holds is that of no page."""
    return _on_missing(NotFound(_("The address may be old or mistyped.")))


def _on_too_large(error: RequestEntityTooLarge) -> Response:
    message = _(
        "What was sent is far longer than any answer. Go back, shorten your own words and send again."
    )
    return show(413, _("This is too large"), message)


def _here() -> str:
    """This same address, for the form to be sent to again."""
    return url_for(request.endpoint, lang=language(), **request.view_args)
