"""The private halves of the intake keys: files outside the database and its backups.

A key file is durable before its first use. Losing it is the only way to lose a waiting answer, so
nothing here deletes one unless it is told to by name.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from flask_babel import lazy_gettext as _l
from nacl.public import PrivateKey

from core.errors import Unavailable

_SUFFIX = ".intake"


class KeyRing:
    """The intake keys of one installation, in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def make(self) -> tuple[str, bytes]:
        """Make a key, put its private half durably on disk, and return its name and public half."""
        private = PrivateKey.generate()
        public = bytes(private.public_key)
        name = hashlib.sha256(public).hexdigest()[:16]
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(private))
            file.flush()
            os.fsync(file.fileno())
        self._sync()
        return name, public

    def private(self, name: str) -> bytes:
        """The private half of a key.

        :raises Unavailable: when its file is missing or unreadable; answers under it wait.
        """
        try:
            return self._path(name).read_bytes()
        except OSError:
            raise _missing(name) from None

    def require(self, name: str) -> None:
        """Let pass only while the private half is here: what is sealed without it may never be opened.

        :raises Unavailable: when its file is missing or unreadable.
        """
        if not self.has(name):
            raise _missing(name)

    def has(self, name: str) -> bool:
        """Whether the private half of a key is here and readable."""
        return os.access(self._path(name), os.R_OK)

    def destroy(self, name: str) -> None:
        """Overwrite and delete a key file; doing it again is harmless."""
        path = self._path(name)
        if path.exists():
            with path.open("r+b") as file:
                file.write(os.urandom(32))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._sync()

    def names(self) -> set[str]:
        """The keys whose private half is here."""
        return {path.name.removesuffix(_SUFFIX) for path in self.directory.glob(f"*{_SUFFIX}")}

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}{_SUFFIX}"

    def _sync(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _missing(name: str) -> Unavailable:
    return Unavailable(
        _l("The intake key %(name)s is missing: put its file back. Answers under it wait.", name=name)
    )
