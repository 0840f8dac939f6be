"""The agency's page of releases: build one of a contest whose results are published."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.contests.models import ContestState
from contest.contests.queries import contest_by_code, contests
from contest.release.building import checked_release, maker_of
from contest.release.queries import published_releases
from contest.release.services import publish_release
from core import clock
from core.access import Right, guarded, require, require_fresh_factor
from core.errors import Conflict
from core.web.edge import database, settings, storage

release_staff = Blueprint("release_staff", __name__, url_prefix="/staff/releases")


@release_staff.get("")
@guarded(Right.MANAGE_CONTEST)
def index() -> str:
    """The contests whose results are published, with their releases."""
    require(Right.MANAGE_CONTEST)
    found = [one for one in contests(database()) if one.state is ContestState.PUBLISHED]
    rows = [(contest, published_releases(database(), contest)) for contest in found]
    return render_template("contest/release/staff.html", rows=rows)


@release_staff.post("/<string:code>/build")
@guarded(Right.MANAGE_CONTEST)
def build(code: str) -> Response:
    """Build a contest's release, check it as anybody would, and publish it."""
    require(Right.MANAGE_CONTEST)
    now = clock.present()
    require_fresh_factor(now=now)
    # Building and checking take long; nobody else's writing waits for them.
    database().rollback()
    maker = maker_of(settings(), now=now)
    built, report = checked_release(storage(), contest_code=code, maker=maker)
    if not report.agrees:
        raise Conflict(
            _l(
                "This release does not verify: nothing was published. “flask release build %(code)s” says "
                "what differs.",
                code=code,
            )
        )
    made = publish_release(
        database(), contest=contest_by_code(database(), code), built=built, maker=maker,
        data_directory=settings().data_directory, actor=current_user.reference, now=now,
    )  # fmt: skip
    if made.built_at == now:
        flash(_("Release %(version)s is published.", version=made.version), "good")
    else:
        flash(_("Nothing has changed since release %(version)s: it stays.", version=made.version), "good")
    return redirect(url_for("release_staff.index"))
