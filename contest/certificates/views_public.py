"""The check page: anyone with a certificate's code, or its file, sees what it says and whether it is valid.

A code cannot be guessed, and the page is limited besides; an unknown code gets a kind answer. A file is
looked at and forgotten; it changes nothing here, so its form needs no session and no token.
"""

from __future__ import annotations

from contextlib import closing

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter import RequestLimit
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from contest.certificates import wording
from contest.certificates.files import directory_of
from contest.certificates.inspection import LARGEST_FILE, inspect_apart
from contest.certificates.press import known_signers
from contest.certificates.queries import Status, find_certificate, record_of, status_of, successor_of
from contest.certificates.record import DEMO_PREFIX, CertificateRecord
from contest.certificates.verification import Verdict, Verification, verify_file
from core import clock
from core.access import public
from core.application import csrf
from core.codes import clean_code
from core.errors import BadInput, Unavailable
from core.signatures import Seal
from core.web.edge import database, settings
from core.web.language import language
from core.web.limits import limiter

certificates_public = Blueprint("certificates_public", __name__)
csrf.exempt(certificates_public)
Reply = str | AnyResponse | tuple[str, int]

#: Enough for a hall of people behind one address, far too few to try codes.
TRIES = "60 per minute; 1000 per day"
#: A stranger's file costs a second of work.
FILES = "10 per minute; 200 per day"
#: The form around the file.
_AROUND = 64 * 1024
STATUS_WORDS = {
    Status.VALID: _l("This certificate is valid"),
    Status.REISSUED: _l("This certificate was replaced by a new one"),
    Status.REVOKED: _l("This certificate was revoked"),
}
VERDICT_WORDS = {
    Verdict.VALID: _l("This file is a valid certificate"),
    Verdict.REISSUED: _l("This file was valid; the certificate was replaced by a new one"),
    Verdict.REVOKED: _l("This file is ours; the certificate was revoked"),
    Verdict.ALTERED: _l("This file was changed since it was issued"),
    Verdict.UNKNOWN: _l("This file is not in the register"),
}
SEAL_WORDS = {
    Seal.INTACT: _l("whole, by the signer of this system"),
    Seal.STRANGER: _l("whole, but by a signer whom this system does not know"),
    Seal.BROKEN: _l("broken: the file was changed after it was signed"),
    Seal.NONE: _l("there is none"),
}
_TOO_LARGE = _l("This file has more than 2 megabytes: our certificates are far smaller.")


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
    return render_template(
        "contest/certificates/check.html",
        certificate=certificate,
        record=record_of(certificate),
        status=status_of(certificate),
        status_words=STATUS_WORDS,
        instead=successor_of(database(), certificate),
        texts=_texts(record_of(certificate)),
    )


@certificates_public.get("/v/file")
@public
def ask_file() -> Reply:
    """Where a file is given: who changes the language of its answer comes here, and the file is gone."""
    return redirect(url_for("certificates_public.form", lang=request.args.get("lang")))


def _too_many(limit: RequestLimit) -> Response:
    """Say that this network sent too many files, and when the next one is taken."""
    # The limiter rounds its instant up by a whole second.
    seconds = max(1, limit.reset_at - 1 - int(clock.present().timestamp()))
    told = _(
        "Too many files came from your network to be checked. Your file was not checked and not kept. "
        "Send it again in %(minutes)s min.", minutes=-(-seconds // 60),
    )  # fmt: skip
    return _later(told, 429, seconds)


@certificates_public.post("/v/file")
@public
@limiter.limit(FILES, on_breach=_too_many)
def check_file() -> Reply:
    """What a certificate's file is: by its SHA-256 in the register, and by its signature."""
    request.max_content_length = LARGEST_FILE + _AROUND
    try:
        content = _sent()
    except BadInput as fault:
        return _form(file_fault=fault), 422
    try:
        found = verify_file(
            database(), content, signers=known_signers(directory_of(settings().data_directory)),
            stranger=inspect_apart,
        )  # fmt: skip
    except Unavailable as fault:
        return _later(fault, 503, 60)
    return render_template(
        "contest/certificates/file.html", found=found, verdict_words=VERDICT_WORDS, seal_words=SEAL_WORDS,
        record=record_of(found.certificate) if found.certificate else None, **_claim(found),
    )  # fmt: skip


@certificates_public.after_request
def keep_out_of_lists(response: Response) -> Response:
    """Names on check pages are for who holds the code: no search engine and no cache keeps them."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def _clean(text: str) -> str:
    return clean_code(text, prefix=DEMO_PREFIX if settings().is_demo else "")


def _sent() -> bytes:
    """The file that was sent.

    :raises BadInput: when there is none, or it is none of ours by its size.
    """
    if (request.content_length or 0) > LARGEST_FILE + _AROUND:
        raise BadInput(_TOO_LARGE)
    with closing(request.files.get("file") or FileStorage()) as file:
        content = file.read(LARGEST_FILE + 1)
    if not content:
        raise BadInput(_l("Choose the PDF file of the certificate first."))
    if len(content) > LARGEST_FILE:
        raise BadInput(_TOO_LARGE)
    return content


def _claim(found: Verification) -> dict[str, object]:
    """The words of the certificate that the file is or claims to be."""
    return {"texts": _texts(record_of(found.certificate))} if found.certificate else {"texts": None}


def _form(typed: str = "", fault: object = None, file_fault: object = None) -> str:
    # As plain text: a lazy translation with what was typed inside would pass the template unescaped.
    told = [None if each is None else str(each) for each in (fault, file_fault)]
    return render_template(
        "contest/certificates/check_form.html", typed=typed, fault=told[0], file_fault=told[1]
    )


def _later(told: object, status: int, seconds: int) -> Response:
    """The form with the reason why the file was not looked at, and when to send it again."""
    response = make_response(_form(file_fault=told), status)
    response.headers["Retry-After"] = str(seconds)
    return response


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
