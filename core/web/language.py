"""The reader's language: `?lang=`, then a first-party cookie, then Accept-Language, then Kazakh."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, g, has_request_context, request
from flask_babel import get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from core.web.programs import is_for_programs

LANGUAGES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
COOKIE = "lang"


def choose_language() -> str:
    """The language of this request; commands speak English, like their own help."""
    if not has_request_context():
        return "en"
    kept = "" if is_for_programs() else request.cookies.get(COOKIE, "")
    return chosen(request.args.get("lang", ""), kept, request.headers.get("Accept-Language", ""))


def chosen(asked: str, kept: str, accepted: str) -> str:
    """The language of a request by its `?lang=`, its cookie and its Accept-Language."""
    for code in (asked, kept):
        if code in LANGUAGES:
            return code
    return parse_accept_header(accepted, LanguageAccept).best_match(list(LANGUAGES)) or "kk"


def language() -> str:
    """The language in use now, inside a request or a command."""
    locale = get_locale()
    return locale.language if locale is not None else "kk"


def in_language(code: str) -> str:
    """The address of this same page in another language; a page that cannot be opened twice names another."""
    if "page_address" in g:
        return f"{g.page_address}?{urlencode({'lang': code})}"
    arguments = {**request.args.to_dict(flat=True), "lang": code}
    return f"{request.path}?{urlencode(arguments)}"


def keep_language(response: Response) -> Response:
    """Remember a language that was chosen by `?lang=` on a full page, never inside a frame or on a page
    that leaves nothing behind. What is made for programs says its language itself."""
    if is_for_programs():
        return response
    asked = request.args.get("lang", "")
    is_kept = not (g.get("frame_ancestors") or g.get("no_store"))
    if is_kept and asked in LANGUAGES and asked != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE, asked, max_age=31536000, samesite="Lax", httponly=True, secure=request.is_secure
        )
    response.headers.setdefault("Content-Language", language())
    response.vary.update(("Accept-Language", "Cookie"))
    return response
