"""The agency's page of releases: build one of a contest whose results are published."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.certificates.press import press_of
from contest.contests.models import ContestState
from contest.contests.queries import contest_by_code, contests
from contest.release.collection import Maker, build_release
from contest.release.queries import published_releases
from contest.release.services import publish_release
from core import clock
from core.access import Right, guarded, require, require_fresh_factor
from core.web.edge import database, settings

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
    """Build a contest's release and publish it."""
    require(Right.MANAGE_CONTEST)
    now, chosen = clock.present(), settings()
    require_fresh_factor(now=now)
    contest = contest_by_code(database(), code)
    maker = Maker(
        press_of(chosen, now=now).key, chosen.secret_key, chosen.data_directory / "heads", chosen.is_demo
    )
    made = publish_release(
        database(), contest=contest, built=build_release(database(), contest, maker), maker=maker,
        data_directory=chosen.data_directory, actor=f"account:{current_user.id}", now=now,
    )  # fmt: skip
    if made.built_at == now:
        flash(_("Release %(version)s is published.", version=made.version), "good")
    else:
        flash(_("Nothing has changed since release %(version)s: it stays.", version=made.version), "good")
    return redirect(url_for("release_staff.index"))
