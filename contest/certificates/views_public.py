"""The check page: anyone with a certificate's code sees what it says and whether it is valid.

A code cannot be guessed, and the page is limited besides; an unknown code gets a kind answer.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from contest.certificates import wording
from contest.certificates.queries import Status, find_certificate, get_certificate, record_of, status_of
from contest.certificates.record import DEMO_PREFIX, CertificateRecord
from core.access import public
from core.codes import clean_code
from core.errors import BadInput
from core.web.edge import database, settings
from core.web.language import language
from core.web.limits import limiter

certificates_public = Blueprint("certificates_public", __name__)
Reply = str | Response | tuple[str, int]

#: Enough for a hall of people behind one address, far too few to try codes.
TRIES = "60 per minute; 1000 per day"
STATUS_WORDS = {
    Status.VALID: _l("This certificate is valid"),
    Status.REISSUED: _l("This certificate was replaced by a new one"),
    Status.REVOKED: _l("This certificate was revoked"),
}


@certificates_public.get("/v")
@public
def form() -> Reply:
    """Where a code is typed."""
    typed = request.args.get("code", "").strip()[:80]
    if not typed:
        return _form()
    try:
        return redirect(
            url_for("certificates_public.check", code=_clean(typed), lang=request.args.get("lang"))
        )
    except BadInput as fault:
        return _form(typed, fault), 422


@certificates_public.get("/v/<string:code>")
@public
@limiter.limit(TRIES)
def check(code: str) -> Reply:
    """What the certificate of a code says, and whether it is valid."""
    try:
        certificate = find_certificate(database(), _clean(code))
    except BadInput as fault:
        return _form(code[:80], fault), 422
    if certificate is None:
        return _form(
            code[:80], _l("No certificate has this code. Compare it with the paper, letter by letter.")
        ), 404
    instead = get_certificate(database(), certificate.replaced_by) if certificate.replaced_by else None
    return render_template(
        "contest/certificates/check.html",
        certificate=certificate,
        record=record_of(certificate),
        status=status_of(certificate),
        status_words=STATUS_WORDS,
        instead=instead,
        texts=_texts(record_of(certificate)),
    )


@certificates_public.after_request
def keep_out_of_lists(response: Response) -> Response:
    """Names on check pages are for who holds the code: no search engine and no cache keeps them."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def _clean(text: str) -> str:
    return clean_code(text, prefix=DEMO_PREFIX if settings().is_demo else "")


def _form(typed: str = "", fault: object = None) -> str:
    # As plain text: a lazy translation with what was typed inside would pass the template unescaped.
    told = None if fault is None else str(fault)
    return render_template("contest/certificates/check_form.html", typed=typed, fault=told)


def _texts(record: CertificateRecord) -> dict[str, str]:
    """The record's words in the reader's language; a name in English is the Kazakh one."""
    code = language()
    names = {"kk": record.name_kk, "ru": record.name_ru, "en": record.name_kk}
    return {
        "title": wording.title(record).in_(code),
        "reason": wording.reason(record).in_(code),
        "order": wording.order(record).in_(code),
        "contest": getattr(record, f"contest_{code}"),
        "post": getattr(record, f"post_{code}"),
        "name": names[code],
    }
