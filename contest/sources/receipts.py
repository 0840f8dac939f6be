"""The commission's door to the published list of receipts: what the release takes in.

Nothing of a ranking comes in here. There is no list before the survey is closed, and none where what came in
is not what was counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import NotFound
from surveys.inclusion.queries import list_text, settled
from surveys.models import Campaign
from surveys.queries import campaign_by_code


@dataclass(frozen=True, slots=True)
class Hashes(Collection[str]):
    """The lines of a list, sorted, read a part at a time: there may be millions."""

    session: Session
    campaign: Campaign
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        for part in list_text(self.session, campaign=self.campaign):
            yield from part.decode().splitlines()

    def text(self) -> bytes:
        """The published file as a whole."""
        return b"".join(list_text(self.session, campaign=self.campaign))

    def __contains__(self, line: object) -> bool:
        return line in iter(self)


@dataclass(frozen=True, slots=True)
class ReceiptList:
    """A published list.

    :param root: the SHA-256 of the file that has each of `hashes` on a line, every line with its end.
    :param count: how many lines; as many as answers by web and tablet, and such that could not be read.
    :param by_origin: the answers of each origin in steps of 10, rounded down; 0 is "fewer than 10".
    """

    root: str
    count: int
    hashes: Hashes
    unreadable: int
    by_origin: Mapping[str, int]


def receipt_list(session: Session, campaign_code: str) -> ReceiptList | None:
    """The published list of a campaign's receipts; None before it is published."""
    try:
        found = settled(session, campaign=campaign_by_code(session, campaign_code))
    except NotFound:
        return None
    if found is None or found.root is None:
        return None
    numbers = found.numbers
    return ReceiptList(
        root=found.root, count=numbers.receipts, unreadable=numbers.unreadable,
        hashes=Hashes(session, found.campaign, numbers.receipts),
        by_origin={str(origin): n for origin, n in found.shown.items()},
    )  # fmt: skip
