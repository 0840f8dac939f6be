"""The staff's register: what is issued, what a standing still entitles to, issue, revoke, reissue, download.

A secretary of an oblast sees and issues the certificates of that oblast's stage alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from contest.certificates.files import directory_of, read_file
from contest.certificates.forms import IssueForm, ReissueForm, RevokeForm
from contest.certificates.models import Certificate
from contest.certificates.press import press_of
from contest.certificates.queries import (
    Status,
    certificate_by_serial,
    certificates_of,
    due_counts,
    record_of,
    status_of,
)
from contest.certificates.services import issue_certificates, reissue_certificate, revoke_certificate
from contest.certificates.wording import reason
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, contests
from contest.objections.finality import finalities
from contest.objections.words import why_not_final
from contest.standings.models import Standing
from contest.standings.queries import get_standing, standings_in_force
from core import clock
from core.access import Right, guarded, oblasts_of, require, require_fresh_factor
from core.places.queries import unit_name, units_by_kato
from core.web.edge import database, settings
from core.web.language import language

certificates_staff = Blueprint("certificates_staff", __name__, url_prefix="/staff/certificates")
Reply = str | Redirect | tuple[str, int]

#: Drawing one takes a tenth of a second, and a request should not take longer than a breath.
AT_ONCE = 20
STATUS_NAMES = {
    Status.VALID: _l("valid"), Status.REISSUED: _l("replaced"), Status.REVOKED: _l("revoked"),
}  # fmt: skip


@certificates_staff.get("")
@guarded(Right.ISSUE_CERTIFICATES)
def index() -> Reply:
    """The contests that have a register."""
    return render_template("contest/certificates/contests.html", contests=contests(database()))


@certificates_staff.get("/<string:code>")
@guarded(Right.ISSUE_CERTIFICATES)
def register(code: str) -> Reply:
    """The register of a contest, and what can be issued now."""
    return _register(contest_by_code(database(), code))


@certificates_staff.post("/<string:code>/standings/<int:standing_id>/issue")
@guarded(Right.ISSUE_CERTIFICATES)
def issue(code: str, standing_id: int) -> Reply:
    """Issue what a standing entitles to, a sheaf at a time."""
    contest = contest_by_code(database(), code)
    standing = get_standing(database(), contest, standing_id).standing
    require(Right.ISSUE_CERTIFICATES, oblast=standing.oblast_kato)
    require_fresh_factor(now=clock.present())
    form = IssueForm(prefix=str(standing.id))
    if not form.validate_on_submit():
        return _register(contest, form, standing.id), 422
    issued = issue_certificates(
        database(),
        standing=standing,
        order=form.order(),
        is_demo=settings().is_demo,
        limit=AT_ONCE,
        **_by_now(),
    )
    flash(
        ngettext("%(num)d certificate was issued.", "%(num)d certificates were issued.", len(issued)), "good"
    )
    return redirect(url_for("certificates_staff.register", code=code))


@certificates_staff.get("/<string:code>/<int:serial>")
@guarded(Right.ISSUE_CERTIFICATES)
def certificate(code: str, serial: int) -> Reply:
    """One certificate: what it says, and the ways to revoke or replace it."""
    found = _certificate(code, serial)
    return _page(found)


@certificates_staff.get("/<string:code>/<int:serial>.pdf")
@guarded(Right.ISSUE_CERTIFICATES)
def download(code: str, serial: int) -> Response:
    """The certificate's file."""
    found = _certificate(code, serial)
    answer = Response(read_file(_directory(), found), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{found.code}.pdf")
    return answer


@certificates_staff.post("/<string:code>/<int:serial>/revoke")
@guarded(Right.ISSUE_CERTIFICATES)
def revoke(code: str, serial: int) -> Reply:
    """Declare a certificate void."""
    found, now = _certificate(code, serial), clock.present()
    require_fresh_factor(now=now)
    form = RevokeForm(prefix="revoke")
    if not form.validate_on_submit():
        return _page(found, revoking=form), 422
    revoke_certificate(
        database(), certificate=found, reason=form.reason.data, actor=current_user.reference, now=now
    )
    flash(_("The certificate is revoked; its check page says so."), "good")
    return redirect(url_for("certificates_staff.certificate", code=code, serial=serial))


@certificates_staff.post("/<string:code>/<int:serial>/reissue")
@guarded(Right.ISSUE_CERTIFICATES)
def reissue(code: str, serial: int) -> Reply:
    """Replace a certificate by a new one."""
    found = _certificate(code, serial)
    require_fresh_factor(now=clock.present())
    form = ReissueForm(prefix="reissue")
    if not form.validate_on_submit():
        return _page(found, reissuing=form), 422
    made = reissue_certificate(
        database(), certificate=found, reason=form.reason.data, name_kk=form.name_kk.data,
        name_ru=form.name_ru.data, **_by_now(),
    )  # fmt: skip
    flash(_("The new certificate has the number %(serial)s.", serial=made.serial), "good")
    return redirect(url_for("certificates_staff.certificate", code=code, serial=made.serial))


def _certificate(code: str, serial: int) -> Certificate:
    """The certificate, if the account may see those of its stage and oblast."""
    found = certificate_by_serial(database(), contest_by_code(database(), code), serial)
    standing = database().get_one(Standing, found.standing_id)
    require(Right.ISSUE_CERTIFICATES, oblast=standing.oblast_kato)
    return found


@dataclass(frozen=True, slots=True)
class Area:
    """An oblast, or the nation, of which a standing is frozen; `why_not` says what certificates wait for."""

    standing: Standing
    name: str
    due: int
    form: IssueForm
    why_not: object


def _register(contest: Contest, sent: IssueForm | None = None, sent_for: int = 0) -> str:
    oblasts = oblasts_of(current_user, Right.ISSUE_CERTIFICATES)
    return render_template(
        "contest/certificates/register.html", contest=contest, sent=sent,
        areas=_areas(contest, oblasts, sent, sent_for), status_names=STATUS_NAMES, reason=_reason,
        rows=[
            (one, record_of(one), status_of(one))
            for one in certificates_of(database(), contest, oblasts=oblasts)
        ],
    )  # fmt: skip


def _areas(
    contest: Contest, oblasts: frozenset[str] | None, sent: IssueForm | None, sent_for: int
) -> list[Area]:
    standings = standings_in_force(database(), contest, oblasts=oblasts)
    units = units_by_kato(database(), [one.oblast_kato for one in standings if one.oblast_kato])
    due = due_counts(database(), contest, standings)
    final = finalities(database(), contest, standings, clock.present())
    return [
        Area(
            one,
            unit_name(units[one.oblast_kato], language()) if one.oblast_kato else _("The nation"),
            due[one.id],
            sent if sent is not None and one.id == sent_for else IssueForm(None, prefix=str(one.id)),
            why_not_final(final[one.id]),
        )
        for one in standings
    ]


def _page(
    found: Certificate, *, revoking: RevokeForm | None = None, reissuing: ReissueForm | None = None
) -> str:
    record = record_of(found)
    names = {"name_kk": record.name_kk, "name_ru": record.name_ru}
    return render_template(
        "contest/certificates/certificate.html", certificate=found, record=record, status=status_of(found),
        status_names=STATUS_NAMES, reason=_reason(record),
        revoking=revoking or RevokeForm(None, prefix="revoke"),
        reissuing=reissuing or ReissueForm(None, prefix="reissue", **names),
    )  # fmt: skip


def _reason(record: object) -> str:
    return reason(record).in_(language())


def _directory() -> Path:
    return directory_of(settings().data_directory)


def _by_now() -> dict[str, object]:
    """What issuing and reissuing need besides: the press, where files go, the address, who and when."""
    return {
        "press": press_of(settings(), now=clock.present()), "directory": _directory(),
        "public_url": settings().public_url, "actor": current_user.reference, "now": clock.present(),
    }  # fmt: skip
