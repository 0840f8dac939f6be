"""Puts a release together: collects every part of a published contest, names the judges, packs and signs.

Reads only. The same state gives the same bytes; what differs between two machines or two days (versions,
later journal heads) stands in files of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from contest.contests.models import Contest, ContestState
from contest.release.collecting.decisions import decision_sheets
from contest.release.collecting.evidence import ethics_sheet, survey_sheets
from contest.release.collecting.jury import JuryRows, jury_rows
from contest.release.collecting.papers import dictionary_sheet, papers, rule_books
from contest.release.collecting.standings import (
    given_standings,
    league_sheets,
    published_nominees,
    standing_inputs,
    standing_sheets,
)
from contest.release.layout import MANIFEST, MOST_RECEIPTS, RECEIPTS, SIGNATURE, SIGNER
from contest.release.packing import content_digest, manifest_of, packed
from contest.release.pseudonyms import pseudonyms, release_key
from contest.release.queries import state_of
from contest.release.sheets import Files, sheet_files
from contest.sources.receipts import ReceiptList, receipt_list
from core.errors import Conflict
from core.signatures import SigningKey, fingerprint_of, sign_bytes


@dataclass(frozen=True, slots=True)
class Maker:
    """What an installation gives to a release: its key, its secret, its journal heads, and what it is."""

    key: SigningKey
    secret: str
    heads: Path
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Built:
    """A release that was put together: the ZIP, the digest of what it says, and how far the contest was."""

    zip: bytes
    content: str
    state: str


def build_release(session: Session, contest: Contest, maker: Maker) -> Built:
    """Put the release of a contest together.

    :raises Conflict: before its results are published.
    """
    if contest.state is not ContestState.PUBLISHED:
        raise Conflict(
            _l(
                "The results of the contest %(code)s are not published: a release holds published numbers "
                "alone. Publish the results first.",
                code=contest.code,
            )
        )
    state = state_of(session, contest)  # first: what changes while this reads is noticed at the publishing
    given = given_standings(session, contest)
    people = published_nominees(given)
    editions, files = rule_books(session, contest, is_demo=maker.is_demo)
    leagues, league_inputs = league_sheets(session, contest)
    receipts = receipt_list(session, contest.campaign_code)
    files |= standing_inputs(given) | league_inputs | _receipts(receipts)
    files |= papers(session, contest, key=maker.key, heads=maker.heads, is_demo=maker.is_demo)
    sheets = [
        editions, *survey_sheets(session, contest), ethics_sheet(session, contest, people),
        *decision_sheets(session, contest, people), *standing_sheets(given), *leagues, dictionary_sheet(),
    ]  # fmt: skip
    files |= sheet_files(sheets, is_demo=maker.is_demo)
    files |= _named(files, jury_rows(session, contest, given, people), maker)
    facts = {
        "contest": contest.code, "demonstration": maker.is_demo, "receipts": _counted(receipts),
        "signer": fingerprint_of(maker.key.certificate),
    }  # fmt: skip
    return Built(_signed(files, manifest_of(files, facts), maker.key), content_digest(files), state)


def _named(files: Files, jury: JuryRows, maker: Maker) -> Files:
    """The jury's tables, with names that follow from everything else and from the marks themselves."""
    unnamed = sheet_files(jury.sheets(str), is_demo=False)
    key = release_key(maker.secret, content_digest(files | unnamed))
    names = pseudonyms(jury.accounts, key)
    return sheet_files(jury.sheets(names.__getitem__), is_demo=maker.is_demo)


def _receipts(found: ReceiptList | None) -> Files:
    if found is None or found.count > MOST_RECEIPTS:
        return {}
    return {RECEIPTS: found.hashes.text()}


def _counted(found: ReceiptList | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "root": found.root, "count": found.count, "unreadable": found.unreadable,
        "by_origin": dict(sorted(found.by_origin.items())), "is_enclosed": found.count <= MOST_RECEIPTS,
    }  # fmt: skip


def _signed(files: Files, manifest: bytes, key: SigningKey) -> bytes:
    signature = f"{sign_bytes(manifest, key).hex()}\n".encode()
    return packed({**files, MANIFEST: manifest, SIGNATURE: signature, SIGNER: key.pem.encode()})
