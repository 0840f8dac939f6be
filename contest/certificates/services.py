"""Writes of the register: issue from a frozen standing, revoke, reissue.

A certificate is drawn, signed and on disk before its row is written; a file whose row was rolled
back is in nobody's register. Numbers are given under a lock on the contest, so they have no gaps.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contest.certificates.composing import Order, compose, compose_anew
from contest.certificates.files import path_of, remove_files, write_beside, write_durably
from contest.certificates.models import Certificate
from contest.certificates.press import Press, keep_signer, national_signature
from contest.certificates.queries import (
    correction_reasons,
    due_of,
    entitlements,
    is_borne_out,
    record_of,
    valid_of_area,
)
from contest.certificates.record import AwardKind, CertificateRecord
from contest.contests.models import Contest
from contest.contests.queries import rulebook_by_fingerprint
from contest.objections.finality import is_final
from contest.objections.words import why_not_final
from contest.standings.models import Standing
from contest.standings.queries import latest_standing, rows_of
from core import audit
from core.errors import BadInput, Conflict
from core.storage import lock_row


def issue_certificates(
    session: Session,
    *,
    standing: Standing,
    order: Order,
    press: Press,
    directory: Path,
    is_demo: bool,
    public_url: str,
    actor: str,
    now: datetime,
    limit: int | None = None,
    kinds: Collection[AwardKind] | None = None,
) -> list[Certificate]:
    """Issue what a frozen standing entitles to and is not issued yet; return the new certificates.

    Called again it goes on where it stopped, and issues nothing twice. A corrected standing first revokes,
    with its reason, the certificates of the version before that it does not bear out; a nominee's new one
    takes the place of the old.

    :param limit: at most so many now, for batches that commit in between.
    :param kinds: only these, such as the winners' before everybody else's.
    :raises Conflict: when a newer version of the standing is in force, or while somebody can object to it.
    :raises BadInput: when the order is not named, or a name cannot be written in our fonts.
    :raises Unavailable: when the disk takes no more, or a signature cannot be made.
    """
    contest = session.get_one(Contest, standing.contest_id, with_for_update=True)
    if latest_standing(session, contest, standing.stage, standing.oblast_kato).id != standing.id:
        raise Conflict(_l("This standing was corrected: issue from the version that is in force."))
    refuse_unless_final(session, standing, now=now)
    revoke_unborne(session, standing=standing, actor=actor, now=now)
    missing = due_of(session, standing, kinds=kinds)[:limit]
    if not missing:
        return []
    book = rulebook_by_fingerprint(session, contest, standing.rulebook_fingerprint)
    serial = _last_serial(session, contest)
    records = [
        compose(
            session, contest=contest, standing=standing, book=book, one=one, order=order, serial=number,
            is_demo=is_demo, public_url=public_url, now=now,
        )
        for number, one in enumerate(missing, start=serial + 1)
    ]  # fmt: skip
    issued = []
    try:
        for record, one, content in zip(records, missing, press.make(records), strict=True):
            made = _keep(session, record, content, standing, one.row.nominee_id, press, directory, now)
            issued.append(made)
            _replace_before(session, made)
            _journal(session, "certificate.issue", contest, made, actor)
    except BaseException:
        # The rows are rolled back by the edge; their files go with them.
        remove_files(directory, [record.code for record in records])
        raise
    return issued


def revoke_unborne(session: Session, *, standing: Standing, actor: str, now: datetime) -> list[Certificate]:
    """Revoke, with the reason of a corrected standing, the certificates that it does not bear out."""
    entitled = {(one.row.nominee_id, one.award) for one in entitlements(standing, rows_of(session, standing))}
    unborne = [one for one in valid_of_area(session, standing) if (one.nominee_id, one.award) not in entitled]
    for certificate in unborne:
        revoke_certificate(
            session, certificate=certificate, reason=standing.reason or "", actor=actor, now=now
        )
    return unborne


def refuse_unless_final(session: Session, standing: Standing, *, now: datetime) -> None:
    """Refuse certificates of a standing to which somebody can still object.

    :raises Conflict: saying until when, or what waits.
    """
    finality = is_final(session, standing, now)
    if not finality.is_final:
        raise Conflict(
            _l("No certificate before the standing is final. %(why)s", why=why_not_final(finality))
        )


def revoke_certificate(
    session: Session, *, certificate: Certificate, reason: str, actor: str, now: datetime
) -> None:
    """Declare a certificate void, with a reason that the check page shows.

    :raises BadInput: without a reason.
    :raises Conflict: when it is revoked or replaced already.
    """
    _void(session, certificate, reason, now)
    contest = session.get_one(Contest, certificate.contest_id)
    _journal(session, "certificate.revoke", contest, certificate, actor, reason=reason.strip())


def reissue_certificate(
    session: Session,
    *,
    certificate: Certificate,
    reason: str,
    press: Press,
    directory: Path,
    public_url: str,
    actor: str,
    now: datetime,
    name_kk: str | None = None,
    name_ru: str | None = None,
) -> Certificate:
    """Replace a certificate by a new one, with the name written anew if it was misspelt.

    One that was revoked by mistake is given back so; it keeps the reason of its revocation.

    :raises BadInput: without a reason, or for a name that cannot be taken.
    :raises Conflict: when it is replaced already, or the standing in force does not bear it out.
    """
    contest = session.get_one(Contest, certificate.contest_id, with_for_update=True)
    if not is_borne_out(session, contest, certificate):
        raise Conflict(
            _l(
                "Certificate number %(serial)s is not borne out by the standing in force: it cannot be given "
                "anew.",
                serial=certificate.serial,
            )
        )
    standing = session.get_one(Standing, certificate.standing_id)
    if certificate.revoked_at is None or certificate.replaced_by is not None or not reason.strip():
        _void(session, certificate, reason, now)
    record = compose_anew(
        record_of(certificate), serial=_last_serial(session, contest) + 1, name_kk=name_kk, name_ru=name_ru,
        public_url=public_url, now=now,
    )  # fmt: skip
    (content,) = press.make([record])
    made = _keep(session, record, content, standing, certificate.nominee_id, press, directory, now)
    certificate.replaced_by = made.id
    session.flush()
    _journal(
        session,
        "certificate.reissue",
        contest,
        made,
        actor,
        reason=reason.strip(),
        instead_of=certificate.serial,
    )
    return made


def _replace_before(session: Session, made: Certificate) -> None:
    """Let the check page of what corrections took from a nominee lead to what the standing gives instead.

    The correction that gives it back may be another one than that which took it away.
    """
    before = session.scalars(
        select(Certificate).where(
            Certificate.contest_id == made.contest_id, Certificate.stage == made.stage,
            Certificate.nominee_id == made.nominee_id, Certificate.id != made.id,
            Certificate.replaced_by.is_(None),
            Certificate.revocation_reason.in_(correction_reasons(session, made.contest_id)),
        )
    )  # fmt: skip
    for certificate in before:
        if (certificate.kind is AwardKind.FINALIST) is (made.kind is AwardKind.FINALIST):
            certificate.replaced_by = made.id
    session.flush()


def _void(session: Session, certificate: Certificate, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise BadInput(_l("Give the reason: the check page shows it."))
    lock_row(session, certificate)
    if certificate.revoked_at is not None:
        raise Conflict(
            _l("Certificate number %(serial)s was revoked or replaced already.", serial=certificate.serial)
        )
    certificate.revoked_at, certificate.revocation_reason = now, reason.strip()
    session.flush()


def _last_serial(session: Session, contest: Contest) -> int:
    wanted = select(func.max(Certificate.serial)).where(Certificate.contest_id == contest.id)
    return session.scalar(wanted) or 0


def _keep(
    session: Session,
    record: CertificateRecord,
    content: bytes,
    standing: Standing,
    nominee_id: int,
    press: Press,
    directory: Path,
    now: datetime,
) -> Certificate:
    """Write the file and what stands beside it, then the row."""
    keep_signer(directory, press.key)
    digest = write_durably(directory, record.code, content)
    if press.national:
        path = path_of(directory, record.code)
        write_beside(path, national_signature(path, press.national))
    certificate = Certificate(
        serial=record.serial, code=record.code, contest_id=standing.contest_id, standing_id=standing.id,
        stage=standing.stage, nominee_id=nominee_id, kind=record.kind, award=record.award,
        record_json=record.as_json(), sha256=digest, issued_at=now,
    )  # fmt: skip
    session.add(certificate)
    session.flush()
    return certificate


def _journal(
    session: Session, action: str, contest: Contest, certificate: Certificate, actor: str, **facts: object
) -> None:
    audit.record(
        session, actor=actor, action=action, subject=f"certificate:{contest.code}/{certificate.serial}",
        nominee=certificate.nominee_id, award=certificate.award, standing=certificate.standing_id,
        sha256=certificate.sha256, **facts,
    )  # fmt: skip
