"""The keys under which people's identifiers become marks: one file for each verified survey.

A key is durable before its first use and is destroyed when its survey is closed: from then on the marks in
the ledger belong to nobody, also for somebody who has every identifier. May import the ground; deletes
nothing that it is not told to by name, and never makes a lost key anew while its survey is open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from flask_babel import lazy_gettext as _l

from core.errors import Unavailable

_SUFFIX = ".marks"
_KEY_LENGTH = 32


class MarkKeys:
    """The mark keys of one installation, in the directory of the intake keys."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def make(self, campaign: str) -> None:
        """Make a survey's key, unless it is there: whole and durably on disk, or not at all."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.directory / f"{campaign}.{secrets.token_hex(8)}.draft"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, self._path(campaign))
        draft.unlink()
        self._sync()

    def mark(self, campaign: str, *, issuer: str, subject: str) -> bytes:
        """What the ledger keeps of a person: the same for the same person in one survey, and in no other.

        :raises Unavailable: when the survey's key is missing or unreadable.
        """
        try:
            key = self._path(campaign).read_bytes()
        except OSError:
            key = b""
        if len(key) != _KEY_LENGTH:
            raise Unavailable(
                _l("The mark key of the survey %(code)s is missing: put its file back. Nothing is lost "
                   "meanwhile, but nobody can confirm who they are.", code=campaign)
            )  # fmt: skip
        return hmac.digest(key, f"{issuer}\n{subject}".encode(), hashlib.sha256)

    def names(self) -> set[str]:
        """The surveys whose key is here."""
        return {path.name.removesuffix(_SUFFIX) for path in self.directory.glob(f"*{_SUFFIX}")}

    def destroy(self, campaign: str) -> None:
        """Overwrite and delete a survey's key; doing it again is harmless."""
        path = self._path(campaign)
        if path.exists():
            with path.open("r+b") as file:
                file.write(os.urandom(_KEY_LENGTH))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._sync()

    def _path(self, campaign: str) -> Path:
        return self.directory / f"{campaign}{_SUFFIX}"

    def _sync(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
