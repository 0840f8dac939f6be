"""Letters sent straight from memory over SMTP, one connection, never through a queue of ours.

Only the standard library and our errors. Keeps and logs nothing: neither addresses nor what a letter says.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask_babel import lazy_gettext as _l

from core.errors import Unavailable

if TYPE_CHECKING:
    import smtplib

SECONDS = 20
PORTS = {"smtp": 587, "smtps": 465}
#: Where a line without encryption ends in the same machine.
NEAR = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of plain text."""

    address: str
    subject: str
    text: str


def send_letters(
    letters: Sequence[Letter], *, url: str, sender: str, progress: Callable[[], object] = lambda: None
) -> list[int]:
    """Send each letter; returns the places of those that the server did not take.

    A line that breaks is opened anew for the next letter; the one under way counts as failed, for nobody
    knows whether it arrived.

    :raises Unavailable: when the server cannot be reached at all; then nothing was sent.
    """
    import smtplib

    line, failed = _connected(url), []
    for place, letter in enumerate(letters):
        try:
            line = line or _connected(url)
            line.send_message(_message(letter, sender))
        except (Unavailable, smtplib.SMTPServerDisconnected, OSError):
            failed.append(place)
            if line is not None:
                line.close()
            line = None
        except smtplib.SMTPException:
            failed.append(place)
        progress()
    if line is not None:
        _hang_up(line)
    return failed


def _connected(url: str) -> smtplib.SMTP:
    import smtplib
    import ssl

    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    trusted = {"context": ssl.create_default_context()} if parts.scheme == "smtps" else {}
    line = None
    try:
        line = kind(parts.hostname, parts.port or PORTS[parts.scheme], timeout=SECONDS, **trusted)
        if parts.scheme == "smtp" and parts.hostname not in NEAR:
            line.starttls(context=ssl.create_default_context())
        if parts.username:
            line.login(unquote(parts.username), unquote(parts.password or ""))
    except (smtplib.SMTPException, OSError):
        if line is not None:
            line.close()
        # The cause could name the account of the server, so it is not passed on.
        raise Unavailable(
            _l("The mail server does not answer or refuses us: nothing was sent. Check AUYL_SMTP_URL.")
        ) from None
    return line


def _message(letter: Letter, sender: str) -> object:
    from email.message import EmailMessage
    from email.utils import formatdate

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.address, letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2].strip('> ')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _hang_up(line: smtplib.SMTP) -> None:
    import smtplib
    from contextlib import suppress

    with suppress(smtplib.SMTPException, OSError):
        line.quit()
