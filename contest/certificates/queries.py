"""Reads of the register: by code, by contest, the status of one, and what a standing entitles to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates.models import Certificate
from contest.certificates.record import AwardKind, CertificateRecord, record_from_json
from contest.contests.models import Contest
from contest.nominees.models import Nominee, NomineeState
from contest.rulebook import Stage
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import latest_standing, rows_of
from core.errors import NotFound

WINNERS = frozenset({AwardKind.PLACE, AwardKind.NOMINATION})


class Status(StrEnum):
    """What a certificate of the register is today."""

    VALID = "valid"
    REISSUED = "reissued"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A nominee's right to one certificate, by a row of a frozen standing."""

    row: StandingRow
    kind: AwardKind
    award: str
    place: int | None = None


def status_of(certificate: Certificate) -> Status:
    """Whether it is valid, replaced by another, or revoked."""
    if certificate.revoked_at is None:
        return Status.VALID
    return Status.REVOKED if certificate.replaced_by is None else Status.REISSUED


def record_of(certificate: Certificate) -> CertificateRecord:
    """What the certificate says."""
    return record_from_json(certificate.record_json)


def find_certificate(session: Session, code: str) -> Certificate | None:
    """The certificate of a clean code, or None."""
    return session.scalars(select(Certificate).where(Certificate.code == code)).first()


def successor_of(session: Session, certificate: Certificate) -> Certificate | None:
    """The last of those that took a certificate's place one after the other; None where none did."""
    found = None
    while certificate.replaced_by is not None:
        found = certificate = session.get_one(Certificate, certificate.replaced_by)
    return found


def certificate_by_serial(session: Session, contest: Contest, serial: int) -> Certificate:
    """The certificate of a number.

    :raises NotFound: when the contest has not issued that number.
    """
    found = session.scalars(
        select(Certificate).where(Certificate.contest_id == contest.id, Certificate.serial == serial)
    ).first()
    if found is None:
        raise NotFound(
            _l(
                "The contest %(contest)s has no certificate number %(serial)s.",
                contest=contest.code,
                serial=serial,
            )
        )
    return found


def certificates_of(
    session: Session, contest: Contest, *, oblasts: Collection[str] | None = None
) -> list[Certificate]:
    """The register of a contest by number: all of it, or the regional certificates of some oblasts."""
    wanted = select(Certificate).where(Certificate.contest_id == contest.id).order_by(Certificate.serial)
    if oblasts is not None:
        wanted = wanted.join(Standing, Standing.id == Certificate.standing_id).where(
            Standing.oblast_kato.in_(oblasts)
        )
    return list(session.scalars(wanted))


def valid_of_area(session: Session, standing: Standing) -> list[Certificate]:
    """The valid certificates of a standing's stage and oblast, of whichever version."""
    return list(
        session.scalars(
            select(Certificate)
            .join(Standing, Standing.id == Certificate.standing_id)
            .where(
                Certificate.contest_id == standing.contest_id, Certificate.revoked_at.is_(None),
                Standing.stage == standing.stage, Standing.oblast_kato == standing.oblast_kato,
            )
            .order_by(Certificate.serial)
        )
    )  # fmt: skip


def standing_in_force(session: Session, contest: Contest, stage: Stage, oblast_kato: str | None) -> Standing:
    """The frozen standing of a stage.

    :raises NotFound: when nothing is frozen there.
    """
    found = latest_standing(session, contest, stage, oblast_kato)
    if found is None:
        raise NotFound(_l("This stage has no frozen standing: freeze it before certificates are issued."))
    return found


def due_of(
    session: Session, standing: Standing, *, kinds: Collection[AwardKind] | None = None
) -> list[Entitlement]:
    """What a standing entitles to and is not issued yet; only some kinds, if they are named.

    What was revoked by hand stays revoked until it is reissued by hand, under a corrected standing too; what
    a correction took, another one may give back. Who was excluded after it was frozen gets none, though a
    corrected standing may still be missing.
    """
    settled, gone = settled_awards(session, standing.contest_id), _excluded(session, standing.contest_id)
    rows = [row for row in rows_of(session, standing) if row.nominee_id not in gone]
    entitled = entitlements(standing, rows)
    return [
        one for one in entitled
        if (kinds is None or one.kind in kinds) and not settled & _keys(standing, one)
    ]  # fmt: skip


def due_counts(session: Session, contest: Contest, standings: Sequence[Standing]) -> dict[int, int]:
    """How many certificates each standing still entitles to, by the standing's number."""
    wanted = select(StandingRow).where(StandingRow.standing_id.in_([standing.id for standing in standings]))
    rows: dict[int, list[StandingRow]] = {standing.id: [] for standing in standings}
    gone = _excluded(session, contest.id)
    for row in session.scalars(wanted):
        if row.nominee_id not in gone:
            rows[row.standing_id].append(row)
    settled = settled_awards(session, contest.id)
    return {
        standing.id: sum(
            not settled & _keys(standing, one) for one in entitlements(standing, rows[standing.id])
        )
        for standing in standings
    }


def is_borne_out(session: Session, contest: Contest, certificate: Certificate) -> bool:
    """Whether the standing in force still gives a certificate's award to its nominee, who is not excluded."""
    frozen = session.get_one(Standing, certificate.standing_id)
    standing = latest_standing(session, contest, frozen.stage, frozen.oblast_kato)
    if certificate.nominee_id in _excluded(session, contest.id):
        return False
    return any(
        (one.row.nominee_id, one.award) == (certificate.nominee_id, certificate.award)
        for one in entitlements(standing, rows_of(session, standing))
    )


def settled_awards(session: Session, contest_id: int) -> set[tuple[object, int, str]]:
    """Awards of a contest that need no certificate: (stage, nominee, award) of every valid one and of what
    somebody revoked by hand, and (standing, nominee, award) of every one that was issued at all."""
    settled: set[tuple[object, int, str]] = set()
    corrected = correction_reasons(session, contest_id)
    wanted = select(
        Certificate.stage, Certificate.standing_id, Certificate.nominee_id, Certificate.award,
        Certificate.revocation_reason,
    ).where(Certificate.contest_id == contest_id, Certificate.replaced_by.is_(None))  # fmt: skip
    for stage, standing_id, nominee_id, award, reason in session.execute(wanted):
        settled.add((standing_id, nominee_id, award))
        if reason not in corrected:
            settled.add((stage, nominee_id, award))
    return settled


def correction_reasons(session: Session, contest_id: int) -> frozenset[str]:
    """Why standings were corrected: what is revoked for one of these was revoked by nobody's hand."""
    wanted = select(Standing.reason).where(Standing.contest_id == contest_id, Standing.reason.is_not(None))
    return frozenset(session.scalars(wanted))


def _excluded(session: Session, contest_id: int) -> frozenset[int]:
    wanted = select(Nominee.id).where(
        Nominee.contest_id == contest_id, Nominee.state == NomineeState.EXCLUDED
    )
    return frozenset(session.scalars(wanted))


def _keys(standing: Standing, one: Entitlement) -> set[tuple[object, int, str]]:
    return {(at, one.row.nominee_id, one.award) for at in (standing.stage, standing.id)}


def entitlements(standing: Standing, rows: Iterable[StandingRow]) -> Iterator[Entitlement]:
    """Who gets what by a standing's rows, in their order.

    A regional standing: a diploma for a place, for a finalist, and a letter of thanks for everybody else.
    The national one: diplomas for places and nominations; its other finalists have theirs already.
    """
    for row in rows:
        award = row.award or ""
        if award.startswith("place-"):
            yield Entitlement(row, AwardKind.PLACE, award, int(award.removeprefix("place-")))
        elif award.startswith("nomination:"):
            yield Entitlement(row, AwardKind.NOMINATION, award)
        if row.is_finalist:
            yield Entitlement(row, AwardKind.FINALIST, AwardKind.FINALIST.value)
        elif standing.stage is Stage.REGIONAL and not award:
            yield Entitlement(row, AwardKind.THANKS, AwardKind.THANKS.value)
