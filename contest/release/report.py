"""What a check found, line by line: what was looked at, whether it agrees, and what stood there if not.

Pure: the standard library. Every part of a check hands back such lines; none of them prints or decides how a
command ends.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: a file, a table, a number of it."""

    subject: str
    agrees: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """All lines of a check, in the order in which they were looked at."""

    lines: tuple[Line, ...]

    @property
    def agrees(self) -> bool:
        """Whether everything agrees; a check that looked at nothing found nothing, so it does not."""
        return bool(self.lines) and all(line.agrees for line in self.lines)

    @property
    def differing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.agrees)

    def as_data(self) -> dict:
        """The report as a command prints it with --json."""
        lines = [
            {"subject": line.subject, "agrees": line.agrees, "detail": line.detail} for line in self.lines
        ]
        return {"agrees": self.agrees, "lines": lines}
