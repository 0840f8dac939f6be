"""Whether what was counted is what came in: receipts against answers, sheets and rows against theirs.

Pure: the standard library. An answer that cannot be opened or read (nobody but a forger makes one) keeps its
receipt and becomes no ballot; the journal counts these, and everything else must be equal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Pair(StrEnum):
    """Two numbers that must agree."""

    RECEIPTS = "receipts"
    PAPER = "paper"
    IMPORT = "import"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair that does not agree: what came in, and what was counted."""

    pair: Pair
    came_in: int
    counted: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What came in, by its own book: receipts, sheets both operators read alike, rows of imports; what was
    counted, by its origin; and how many could not be read, by the journal.
    """

    receipts: int
    sheets: int
    import_rows: int
    web: int
    tablet: int
    paper: int
    imported: int
    unreadable: int

    @property
    def by_web_and_tablet(self) -> int:
        """The answers that have a receipt."""
        return self.web + self.tablet

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The pairs that do not agree.

        >>> Reconciliation(20, 7, 0, web=18, tablet=2, paper=7, imported=0, unreadable=0).differences
        ()
        >>> Reconciliation(20, 7, 0, web=18, tablet=3, paper=7, imported=0, unreadable=0).differences
        (Difference(pair=<Pair.RECEIPTS: 'receipts'>, came_in=20, counted=21),)
        """
        pairs = (
            Difference(Pair.RECEIPTS, self.receipts, self.by_web_and_tablet),
            Difference(Pair.PAPER, self.sheets, self.paper),
            Difference(Pair.IMPORT, self.import_rows, self.imported),
        )
        missing = sum(pair.came_in - pair.counted for pair in pairs)
        if missing == self.unreadable and all(pair.came_in >= pair.counted for pair in pairs):
            return ()
        unequal = tuple(pair for pair in pairs if pair.came_in != pair.counted)
        return unequal or (Difference(Pair.UNREADABLE, self.unreadable, 0),)

    @property
    def agrees(self) -> bool:
        """Whether the list may be published."""
        return not self.differences

    def as_facts(self) -> dict[str, int]:
        """The numbers by name, for the journal and for --json."""
        return asdict(self)
