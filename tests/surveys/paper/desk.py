"""Makes a batch of paper sheets for the tests by the room's own services, and enters sheets of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.access import Role, Scope
from core.urn.keys import KeyRing
from surveys.models import Campaign
from surveys.paper.marks import sheet_codes
from surveys.paper.models import PaperBatch
from surveys.paper.queries import batch_by_code
from surveys.paper.registration import register_batch
from surveys.paper.services import Outcome, enter_sheet
from surveys.paper.sheets import Reading
from tests.conftest import NOW, SECRET
from tests.staff import person
from tests.surveys import sample

OURS, THEIRS = sample.OBLAST, sample.OTHER_OBLAST


def operators(session: Session) -> dict[str, int]:
    """One operator in each of the two oblasts, by oblast."""
    return {
        oblast: person(session, f"operator-{oblast}", Scope(Role.OPERATOR, oblast)).id
        for oblast in (OURS, THEIRS)
    }


def batch(session: Session, campaign: Campaign, kato: str, *, sheets: int = 20) -> PaperBatch:
    return register_batch(
        session, campaign=campaign, kato=kato, sheets=sheets, second_oblast=THEIRS,
        handed_out_by="library", secret=SECRET, actor=sample.ACTOR, now=NOW,
    )  # fmt: skip


def codes(found: PaperBatch) -> tuple[str, ...]:
    return sheet_codes(SECRET, found.code, found.sheets)


class Desk:
    """The two operators of a batch, each with what they type."""

    def __init__(self, session: Session, batch_code: str, accounts: dict[str, int], keys: KeyRing) -> None:
        self.session, self.accounts, self.keys = session, accounts, keys
        self.batch = batch_by_code(session, batch_code)
        self.codes = codes(self.batch)

    def enter(
        self, code: str, reading: Reading | str, oblast: str = OURS, *, account: int | None = None
    ) -> Outcome:
        made = Reading(reading) if isinstance(reading, str) else reading
        return enter_sheet(
            self.session, batch=self.batch, code=code, reading=made, oblast=oblast, keys=self.keys,
            account_id=account or self.accounts[oblast], secret=SECRET, now=NOW,
        )  # fmt: skip

    def both(self, code: str, reading: Reading | str) -> Outcome:
        self.enter(code, reading)
        return self.enter(code, reading, THEIRS)
