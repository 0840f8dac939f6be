"""The one family of errors that a person may meet.

Messages are lazy translations made where the fault is found, so that each reader gets them in
their own language. `core.web.failures` turns a class into a status and a page; nothing else does.

    AuylError
    ├── BadInput          the request or file says something impossible        422
    │   └── BadTable      a file with bad rows, each with line, column, reason 422
    ├── NotFound          nothing by that name, or not for this reader         404
    ├── Forbidden         known, but not allowed                               403
    │   └── FactorNeeded  allowed after a fresh second factor                  403
    ├── Conflict          the state does not allow it now                      409
    ├── TooEarly          opens later (says when)                              409
    ├── Gone              was here and is over                                 410
    ├── TooMany           slow down                                            429
    └── Unavailable       a part of the system does not answer                 503
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AuylError(Exception):
    """Any error with a sentence for the reader; `place` says where in the input it is."""

    def __init__(self, message: object, *, place: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else str(self.message)


class BadInput(AuylError):
    """What was given cannot be taken; the message names the value and the remedy."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of a table: the line counts from 1 and includes the header."""

    line: int
    column: str
    reason: object

    def __str__(self) -> str:
        return f"{self.line} · {self.column} · {self.reason}"


class BadTable(BadInput):
    """A table was refused as a whole; `faults` names every bad row that was found."""

    def __init__(self, message: object, faults: Sequence[RowFault], *, place: str | None = None) -> None:
        super().__init__(message, place=place)
        self.faults = tuple(faults)


class NotFound(AuylError):
    """There is no such thing, or not for this reader: both look the same."""


class Forbidden(AuylError):
    """The reader is known and may not do this."""


class FactorNeeded(Forbidden):
    """The act needs a second factor given within the last minutes."""


class Conflict(AuylError):
    """The present state does not allow the act."""


class TooEarly(AuylError):
    """The thing is not open yet; the message says when it opens."""


class Gone(AuylError):
    """The thing was open and is over, or a ticket is used up."""


class TooMany(AuylError):
    """Too many requests of this kind from one place."""


class Unavailable(AuylError):
    """A part of the system (database, key file) does not answer; trying again may help."""
