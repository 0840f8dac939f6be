"""The address of a page that may frame the form: read, normalised, or refused with what is wrong in it.

Only the standard library and the errors are used here. An origin is a scheme, a host and perhaps a port:
no wildcard, no number instead of a name, nothing that is not HTTPS (a demonstration may use this machine).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask_babel import lazy_gettext as _l

from core.errors import BadInput

LONGEST_PAGE = 500
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})
_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_SAFE = "/:@!$&'()*+,;=-._~%?"


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page and the origin that it belongs to."""

    origin: str
    page: str


def read_page(text: str, *, allow_local: bool) -> SitePage:
    """The page of an address that somebody typed or pasted.

    :param allow_local: whether this machine may be named, and without HTTPS: in a demonstration.
    :raises BadInput: when it is not an address that the public can open over HTTPS.
    """
    typed = text.strip()
    if not typed.isprintable():
        raise _wrong(typed)
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        port = parts.port
    except ValueError:
        raise _wrong(typed) from None
    if parts.username is not None or parts.password is not None or not parts.hostname:
        raise _wrong(typed)
    host = _host(parts.hostname, typed)
    is_local = allow_local and host in LOCAL_HOSTS
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise BadInput(
            _l("“%(address)s”: the site must be reached over https://, or others could put a false form into "
               "it.", address=typed[:80])
        )  # fmt: skip
    if not is_local and not _is_public_name(host):
        raise BadInput(
            _l("“%(address)s” is not the name of a public site: give it as visitors see it, such as "
               "https://example.gov.kz/survey.", address=typed[:80])
        )  # fmt: skip
    suffix = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    origin = f"{parts.scheme}://{host}{suffix}"
    page = origin + quote(parts.path or "/", safe=_SAFE)
    page += f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    if len(page) > LONGEST_PAGE:
        raise BadInput(_l("The address is longer than %(count)s letters.", count=LONGEST_PAGE))
    return SitePage(origin, page)


def origin_of(address: str) -> str:
    """The origin of an address of our own, such as the public one."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _host(name: str, typed: str) -> str:
    """The name as browsers send it: letters of other scripts become `xn--`."""
    try:
        return name.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        raise _wrong(typed) from None


def _is_public_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
        return False
    except ValueError:
        labels = host.split(".")
        return len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdecimal()


def _wrong(typed: str) -> BadInput:
    return BadInput(
        _l("“%(address)s” is not the address of a page: copy it from the browser's address line.",
           address=typed[:80])
    )  # fmt: skip
